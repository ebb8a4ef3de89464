/* zerossl.hpp: owners, exceptions, the range, callbacks that throw. Prints nothing, unless a check fails. */
#include "zerossl.hpp"

#include <cstdlib>
#include <iostream>
#include <set>
#include <type_traits>

#include <unistd.h>

#define CHECK(condition) \
    do { \
        if (!(condition)) { \
            std::cerr << __FILE__ << ':' << __LINE__ << ": " #condition "\n"; \
            std::exit(1); \
        } \
    } while (false)

static_assert(!std::is_copy_constructible_v<zerossl::Client> && std::is_move_constructible_v<zerossl::Client>);
static_assert(!std::is_copy_constructible_v<zerossl::Op> && std::is_move_constructible_v<zerossl::Op>);
static_assert(std::is_nothrow_copy_constructible_v<zerossl::Error>);

static void order(const zerossl::Client &client, const std::string &name) {
    zerossl::Document params;
    params.set("/domains/-", name);
    params.set("/csr", client.call("generate_csr", params)["csr"].text().value());
    const zerossl::Document order = client.call("create_certificate", params);
    CHECK(order["status"].text() == "draft" && !order["expires"].flag());
}

static void documents(const zerossl::Client &client) {
    zerossl::Document doc;
    doc.set("/text", "a \"b\"").set("/text2", std::string("c")).set("/view", std::string_view("d"));
    doc.set("/int", 42).set("/number", 0.5).set("/yes", true).set("/null", nullptr).set_json("/list", "[1, {\"k\": 2}]");
    doc.remove("/text2");
    CHECK(doc.json() == "{\"text\":\"a \\\"b\\\"\",\"view\":\"d\",\"int\":42,\"number\":0.5,\"yes\":true,"
                        "\"null\":null,\"list\":[1,{\"k\":2}]}");
    CHECK(doc["text"].text() == "a \"b\"" && doc["int"].integer() == 42 && doc["number"].number() == 0.5);
    CHECK(doc["yes"].flag() == true && !doc["null"] && doc["yes"] && !doc["absent"]["deeper"].text());
    CHECK(!doc["text"].integer() && !doc["text"].number() && !doc["int"].text() && !doc["int"].flag());
    CHECK(doc["list"].size() == 2 && doc.at("/list/1/k").integer() == 2 && doc["text"].size() == 0);
    CHECK(doc.at().key(0) == "text" && doc.at().key(99).empty() && doc.at().item(1).text() == "d");
    std::int64_t sum = 0;
    for (zerossl::Node node : doc["list"])
        sum += node.integer().value_or(10);
    CHECK(sum == 11);
    CHECK(zerossl::Document::parse("[\"UEs=\"]").at("/0").bytes() == (std::vector<unsigned char>{'P', 'K'}));
    CHECK(!doc["int"].bytes() && zerossl::Document::parse("\"a\\u0000b\"").at().text()->size() == 3);
    try {
        doc.set("no pointer", 1);
        CHECK(!"it is none");
    } catch (const zerossl::Error &error) {
        CHECK(error.name() == "invalid_argument" && error.field("parameter") == "pointer");
    }
    try {
        client.call("list_certificates", zerossl::Document::parse("[]"));
        CHECK(!"it is no object");
    } catch (const zerossl::Error &error) {
        CHECK(error.code() == ZEROSSL_E_INVALID_ARGUMENT);
    }
}

static void tokens(const zerossl::Client &client) {
    int lines = 0;
    zerossl::CancelToken token;
    zerossl::Client bound = client.with_log([&](std::string_view line) { lines += !line.empty(); }).with_cancel(token);
    bound.call("list_certificates");
    CHECK(lines == 1 && !token.is_cancelled());
    const zerossl::CancelToken copy = token;
    copy.cancel();
    try {
        bound.call("list_certificates");
        CHECK(!"it is cancelled");
    } catch (const zerossl::Error &error) {
        CHECK(token.is_cancelled() && error.code() == ZEROSSL_E_CANCELLED && !error.http_status() && error.retryable());
    }
    client.call("list_certificates");
}

static void errors(const zerossl::Client &client) {
    try {
        client.call("get_certificate", "{\"id\": \"0123456789abcdef0123456789abcdef\"}");
        CHECK(!"it is not there");
    } catch (const zerossl::Error &error) {
        const zerossl::Error copy = error;
        CHECK(copy.code() == ZEROSSL_E_API);
        CHECK(copy.field("api_type") == "certificate_not_found" && copy.api_type() == "certificate_not_found");
        CHECK(copy.api_code() == 2803 && copy.http_status() == 200 && !copy.retry_after() && copy.name() == "api");
        CHECK(copy.field("operation") == "get_certificate");
        CHECK(!copy.field("retry_after") && !copy.retryable());
        CHECK(std::string(copy.what()).rfind("get_certificate: ", 0) == 0);
    }
    try {
        zerossl::Client wrong("{\"timeuot\": 3}");
        CHECK(!"it is misspelt");
    } catch (const zerossl::Error &error) {
        CHECK(error.code() == ZEROSSL_E_INVALID_ARGUMENT && error.field("parameter") == "timeuot");
    }
    try {
        client.call("list_certificates", std::string("{}\0", 3));
        CHECK(!"it would be cut");
    } catch (const std::invalid_argument &) {
    }
}

static void range(const zerossl::Client &client) {
    std::set<std::string> names;
    for (zerossl::Node certificate : client.certificates("{\"limit\": 2}"))
        names.insert(certificate["common_name"].text().value());
    CHECK((names == std::set<std::string>{"one.example.com", "three.example.com", "two.example.com"}));
    for (zerossl::Node certificate : client.certificates("{\"status\": [\"revoked\"]}"))
        CHECK(!certificate);
    for (zerossl::Node certificate : client.certificates("{\"limit\": 1}")) {
        CHECK(certificate.type() == ZEROSSL_NODE_OBJECT);
        break;
    }
}

static void callbacks(const zerossl::Client &client) {
    int pages = 0;
    client.run("list_certificates", "{\"limit\": 1}", [&](std::string_view event, zerossl::Running &) {
        pages += zerossl::json_get(std::string(event), "/type") == "page";
    });
    CHECK(pages == 3);
    try {
        client.run("list_certificates", "{\"limit\": 1}", [&](std::string_view, zerossl::Running &) { throw 42; });
        CHECK(!"it throws");
    } catch (int thrown) {
        CHECK(thrown == 42);
    }
    client.run("list_certificates", "{}", nullptr);
}

static void ops(const zerossl::Client &client) {
    zerossl::Op op = client.start("list_certificates", "{\"limit\": 1}");
    std::string event;
    std::int32_t outcome;
    CHECK(op.fd() >= 0);
    const int dup = op.dup_fd();
    CHECK(dup >= 0 && dup != op.fd() && close(dup) == 0);
    while ((outcome = op.next(std::chrono::milliseconds(50), event)) != ZEROSSL_DONE)
        CHECK(outcome == ZEROSSL_PENDING || !event.empty());
    CHECK(op.result() == op.result());
    zerossl::Op page = client.start_call("list_certificates", "{\"limit\": 1}");
    while (page.next(std::chrono::milliseconds(50), event) != ZEROSSL_DONE)
        CHECK(event.find("\"results\"") == std::string::npos);
    CHECK(zerossl::json_get(page.result(), "/result_count") == "1");

    zerossl::Op other = client.start("list_certificates");
    other.cancel();
    op = std::move(other);
}

/* Both kinds of replies; the reason of a refusal is in the error. */
static void questions(const zerossl::Client &client) {
    const std::string params = "{\"domains\": [\"four.example.com\"], "
                               "\"validation\": {\"method\": \"CNAME_CSR_HASH\"}, "
                               "\"preflight\": \"off\", \"directory\": " +
                               zerossl::json_quote(std::getenv("SCRATCH")) + "}";
    const auto no = [](const std::string &event) {
        return "{\"id\": " + zerossl::json_get(event, "/id").value() + ", \"error\": \"no such zone\"}";
    };
    const auto check = [](const zerossl::Error &error) {
        CHECK(error.code() == ZEROSSL_E_VALIDATION);
        CHECK(std::string(error.what()).find("no such zone") != std::string::npos);
    };
    int asked = 0;
    try {
        client.run("obtain", params, [&](std::string_view view, zerossl::Running &op) {
            const std::string event(view);
            if (zerossl::json_get(event, "/type") != "publish")
                return;
            ++asked;
            op.reply(no(event));
        });
        CHECK(!"it was refused");
    } catch (const zerossl::Error &error) {
        check(error);
    }
    zerossl::Op op = client.start("obtain", params);
    while (std::optional<std::string> event = op.next())
        if (zerossl::json_get(*event, "/type") == "publish") {
            ++asked;
            op.reply(no(*event));
        }
    try {
        op.result();
        CHECK(!"it was refused");
    } catch (const zerossl::Error &error) {
        check(error);
    }
    CHECK(asked == 2);
    try {
        client.run("obtain", params, [&](std::string_view, zerossl::Running &running) {
            running.reply("{\"id\": 4711, \"ok\": true}");
        });
        CHECK(!"nobody asked that");
    } catch (const zerossl::Error &error) {
        CHECK(error.code() == ZEROSSL_E_INVALID_ARGUMENT && error.field("parameter") == "id");
    }
}

int main() {
    const zerossl::Client client("{\"requests_per_second\": 0}");
    order(client, "one.example.com");
    order(client, "two.example.com");
    order(client, "three.example.com");
    documents(client);
    tokens(client);
    errors(client);
    range(client);
    callbacks(client);
    ops(client);
    questions(client);
}
