/* From a name to an installed certificate, where you put the DNS record in place yourself: you are asked when it is time.
 *
 *     export ZEROSSL_ACCESS_KEY=...
 *     c++ -std=c++17 obtain.cpp $(pkg-config --cflags --libs zerossl) -o obtain && ./obtain certificates example.com
 */
#include <iostream>
#include <zerossl.hpp>

static void on_event(std::string_view text, zerossl::Running &op) {
    const zerossl::Document event = zerossl::Document::parse(std::string(text));
    const std::string type = event["type"].text().value_or("");
    if (type != "log")
        std::cout << type << ": " << event["message"].text().value_or("") << std::endl;
    if (type != "publish" && type != "cleanup")
        return;
    // The answer may also come later and from another thread; a program for a DNS service answers by itself.
    std::cout << event["name"].text().value_or("") << ". CNAME " << event["target"].text().value_or("")
              << "\nEnter when done: " << std::endl;
    std::string line;
    const bool done = bool(std::getline(std::cin, line));
    zerossl::Document reply;
    reply.set("/id", event["id"].integer().value_or(0));
    op.reply((done ? reply.set("/ok", true) : reply.set("/error", "nobody answered")).json());
}

int main(int count, char **arguments) {
    if (count < 3 || count > 4) {
        std::cerr << "usage: obtain DIRECTORY NAME [RESOLVER]\n";
        return 2;
    }
    try {
        const zerossl::Client client;
        zerossl::Document params;
        params.set("/validation/method", "CNAME_CSR_HASH").set("/directory", arguments[1]);
        params.set("/domains/-", arguments[2]);
        if (count == 4)
            params.set("/resolver", arguments[3]);
        const std::string answer = client.run("obtain", params.json(), on_event);
        std::cout << zerossl::json_get(answer, "/files/fullchain").value_or("not there yet: call again") << '\n';
    } catch (const zerossl::Error &error) {
        std::cerr << "error: " << error.what() << '\n';
        return 1;
    }
}
