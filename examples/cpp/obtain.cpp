/* From a name to an installed certificate, where you put the DNS record in place yourself: you are asked when it is time.
 *
 *     export ZEROSSL_ACCESS_KEY=...
 *     c++ -std=c++17 obtain.cpp $(pkg-config --cflags --libs zerossl) -o obtain && ./obtain certificates example.com
 */
#include <iostream>
#include <zerossl.hpp>

static std::string member(std::string_view event, const char *pointer) {
    return zerossl::json_get(std::string(event), pointer).value_or("");
}

static void on_event(std::string_view event, zerossl::Running &op) {
    const std::string type = member(event, "/type");
    if (type != "log")
        std::cout << type << ": " << member(event, "/message") << std::endl;
    if (type != "publish" && type != "cleanup")
        return;
    // The answer may also come later and from another thread; a program for a DNS service answers by itself.
    std::cout << member(event, "/name") << ". CNAME " << member(event, "/target") << "\nEnter when done: " << std::endl;
    std::string line;
    const bool done = bool(std::getline(std::cin, line));
    op.reply("{\"id\": " + member(event, "/id") + (done ? ", \"ok\": true}" : ", \"error\": \"nobody answered\"}"));
}

int main(int count, char **arguments) {
    if (count < 3 || count > 4) {
        std::cerr << "usage: obtain DIRECTORY NAME [RESOLVER]\n";
        return 2;
    }
    try {
        const zerossl::Client client;
        std::string params = "{\"validation\": {\"method\": \"CNAME_CSR_HASH\"}, \"directory\": " +
                             zerossl::json_quote(arguments[1]) + ", \"domains\": [" +
                             zerossl::json_quote(arguments[2]) + "]";
        if (count == 4)
            params += ", \"resolver\": " + zerossl::json_quote(arguments[3]);
        const std::string answer = client.run("obtain", params + "}", on_event);
        std::cout << zerossl::json_get(answer, "/files/fullchain").value_or("not there yet: call again") << '\n';
    } catch (const zerossl::Error &error) {
        std::cerr << "error: " << error.what() << '\n';
        return 1;
    }
}
