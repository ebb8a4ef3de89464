/* Prints all certificates of the account.
 *
 *     export ZEROSSL_ACCESS_KEY=...
 *     c++ -std=c++17 list.cpp $(pkg-config --cflags --libs zerossl) -o list && ./list
 */
#include <iostream>
#include <zerossl.hpp>

int main() {
    try {
        const zerossl::Client client;
        // Pages are fetched as they are needed.
        for (zerossl::Node certificate : client.certificates()) {
            for (const char *field : {"id", "status", "common_name", "expires"})
                std::cout << certificate[field].text().value_or("") << "  ";
            std::cout << '\n';
        }
    } catch (const zerossl::Error &error) {
        std::cerr << "error: " << error.what() << '\n';
        return 1;
    }
}
