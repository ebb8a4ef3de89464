/* Documents for C++17 and later, and errors: a part of zerossl.hpp, which includes it. */
#ifndef ZEROSSL_DOCUMENT_HPP
#define ZEROSSL_DOCUMENT_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "zerossl.h"

namespace zerossl {

namespace detail {

struct StringFree {
    void operator()(char *text) const noexcept { zerossl_string_free(text); }
};
struct ErrorFree {
    void operator()(zerossl_error *error) const noexcept { zerossl_error_free(error); }
};
struct ClientFree {
    void operator()(zerossl_client *client) const noexcept { zerossl_client_free(client); }
};
struct OpFree {
    void operator()(zerossl_op *op) const noexcept { zerossl_op_free(op); }
};
struct DocumentFree {
    void operator()(zerossl_doc *doc) const noexcept { zerossl_doc_free(doc); }
};
struct TokenFree {
    void operator()(zerossl_cancel_token *token) const noexcept { zerossl_cancel_token_free(token); }
};

using CString = std::unique_ptr<char, StringFree>;

/* A string of C would end at a NUL. */
inline const char *c_str(const std::string &text) {
    if (text.find('\0') != std::string::npos)
        throw std::invalid_argument("zerossl: a text with a NUL inside");
    return text.c_str();
}

}  // namespace detail

/** One value of a JSON text, by its JSON Pointer (RFC 6901): text as text, the rest as JSON; none if it is not there. */
inline std::optional<std::string> json_get(const std::string &json, const std::string &pointer) {
    detail::CString found(zerossl_json_get(detail::c_str(json), detail::c_str(pointer)));
    return found ? std::optional<std::string>(found.get()) : std::nullopt;
}

/** A text as a JSON string, quotes included. */
inline std::string json_quote(const std::string &text) {
    detail::CString quoted(zerossl_json_quote(detail::c_str(text)));
    if (!quoted)
        throw std::invalid_argument("zerossl: a text that is not UTF-8");
    return quoted.get();
}

/** Why a call failed. */
class Error : public std::runtime_error {
public:
    /** Takes the error over. */
    explicit Error(zerossl_error *error)
        : std::runtime_error(zerossl_error_message(error)), error_(error, detail::ErrorFree()) {}

    /** One of the ZEROSSL_E_ numbers. */
    std::int32_t code() const noexcept { return zerossl_error_code(error_.get()); }
    /** Everything that is known, as a JSON object. */
    std::string json() const { return zerossl_error_json(error_.get()); }
    /** One field of the JSON, such as "kind", "operation", "parameter", "api_code", "api_type", "http_status",
     *  "retry_after"; none if it is absent or null. */
    std::optional<std::string> field(const std::string &name) const {
        std::optional<std::string> found = json_get(json(), "/" + name);
        return found == "null" ? std::nullopt : found;
    }
    /** The name of the code, such as "timeout". */
    std::string name() const { return zerossl_error_name(code()); }
    /** Whether the same call, made again later, does no harm and may work. */
    bool retryable() const noexcept { return zerossl_error_retryable(error_.get()) != 0; }
    /** How long the service asks to wait; none if it does not. */
    std::optional<std::chrono::duration<double>> retry_after() const noexcept {
        const double seconds = zerossl_error_retry_after(error_.get());
        return seconds < 0 ? std::nullopt : std::optional(std::chrono::duration<double>(seconds));
    }
    /** The service's own number and name of the error, and the HTTP status; none if there is none. */
    std::optional<std::int64_t> api_code() const noexcept {
        const std::int64_t code = zerossl_error_api_code(error_.get());
        return code < 0 ? std::nullopt : std::optional(code);
    }
    std::optional<std::string> api_type() const {
        const char *type = zerossl_error_api_type(error_.get());
        return type ? std::optional<std::string>(type) : std::nullopt;
    }
    std::optional<int> http_status() const noexcept {
        const std::int32_t status = zerossl_error_http_status(error_.get());
        return status == 0 ? std::nullopt : std::optional<int>(status);
    }

private:
    /* Exceptions are copied. */
    std::shared_ptr<zerossl_error> error_;
};

namespace detail {

inline void check(zerossl_error *error) {
    if (error != nullptr)
        throw Error(error);
}

inline std::string answer(char *text, zerossl_error *error) {
    CString owner(text);
    check(error);
    return owner ? std::string(owner.get()) : std::string();
}

}  // namespace detail

/** A value of a document: borrowed, until the document is changed or gone. What is not there is a node, too: an absent
 *  one, whose values are none. */
class Node {
public:
    Node() noexcept = default;
    explicit Node(const zerossl_node *node) noexcept : node_(node) {}

    /** One of the ZEROSSL_NODE_ numbers. */
    std::int32_t type() const noexcept { return zerossl_node_type(node_); }
    /** Whether there is a value, and it is not null. */
    explicit operator bool() const noexcept {
        return type() != ZEROSSL_NODE_ABSENT && type() != ZEROSSL_NODE_NULL;
    }
    /** The number of elements or members; 0 for anything else. */
    std::size_t size() const noexcept {
        const std::int64_t count = zerossl_node_count(node_);
        return count < 0 ? 0 : static_cast<std::size_t>(count);
    }
    /** The element at an index, or the value of the member at this place. */
    Node item(std::size_t index) const noexcept {
        return Node(zerossl_node_item(node_, static_cast<std::int64_t>(index)));
    }
    /** The value of the member with this key. */
    Node operator[](const std::string &key) const noexcept { return Node(zerossl_node_member(node_, key.c_str())); }
    Node operator[](const char *key) const noexcept { return Node(zerossl_node_member(node_, key)); }
    /** The key of the member at this place; empty if there is none. */
    std::string key(std::size_t index) const {
        const char *key = zerossl_node_key(node_, static_cast<std::int64_t>(index));
        return key ? key : std::string();
    }
    /** A text; none if the value is something else. */
    std::optional<std::string> text() const {
        std::size_t length = 0;
        const char *text = zerossl_node_text(node_, &length);
        return text ? std::optional<std::string>(std::in_place, text, length) : std::nullopt;
    }
    /** A whole number; none if the value is something else. */
    std::optional<std::int64_t> integer() const noexcept {
        const std::int64_t one = zerossl_node_int(node_, 0);
        return one == zerossl_node_int(node_, 1) ? std::optional(one) : std::nullopt;
    }
    /** A number; none if the value is something else. */
    std::optional<double> number() const noexcept {
        return type() == ZEROSSL_NODE_NUMBER ? std::optional(zerossl_node_number(node_, 0)) : std::nullopt;
    }
    /** True or false; none if the value is something else. */
    std::optional<bool> flag() const noexcept {
        const std::int32_t flag = zerossl_node_flag(node_, -1);
        return flag < 0 ? std::nullopt : std::optional(flag != 0);
    }
    /** The bytes that a text is in base64, such as a ZIP file; none if the value is no such text. */
    std::optional<std::vector<unsigned char>> bytes() const {
        std::size_t length = 0;
        const auto free = [&length](unsigned char *bytes) { zerossl_bytes_free(bytes, length); };
        const std::unique_ptr<unsigned char, decltype(free)> bytes(zerossl_node_bytes(node_, &length), free);
        if (!bytes)
            return std::nullopt;
        return std::vector<unsigned char>(bytes.get(), bytes.get() + length);
    }

    /** Goes through the elements, or the values of the members. */
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Node;
        using difference_type = std::ptrdiff_t;
        using pointer = const Node *;
        using reference = Node;

        iterator(const zerossl_node *node, std::size_t index) noexcept : node_(node), index_(index) {}
        Node operator*() const noexcept { return Node(node_).item(index_); }
        iterator &operator++() noexcept { return ++index_, *this; }
        void operator++(int) noexcept { ++index_; }
        friend bool operator==(const iterator &one, const iterator &other) noexcept {
            return one.index_ == other.index_;
        }
        friend bool operator!=(const iterator &one, const iterator &other) noexcept { return !(one == other); }

    private:
        const zerossl_node *node_;
        std::size_t index_;
    };
    iterator begin() const noexcept { return iterator(node_, 0); }
    iterator end() const noexcept { return iterator(node_, size()); }

private:
    const zerossl_node *node_ = nullptr;
};

/** A JSON document: parsed once, read by nodes, built by JSON Pointer; wiped at its end. */
class Document {
public:
    /** An empty object. */
    Document() : doc_(zerossl_doc_new()) {}
    /** Takes a document of the C functions over. */
    explicit Document(zerossl_doc *doc) noexcept : doc_(doc) {}
    /** Parses a text. */
    static Document parse(const std::string &text) {
        zerossl_error *error = nullptr;
        Document parsed(zerossl_doc_parse(detail::c_str(text), &error));
        detail::check(error);
        return parsed;
    }

    /** The value at a pointer: "/results/0/id"; by default the whole document. */
    Node at(const std::string &pointer = "") const { return Node(zerossl_doc_at(doc_.get(), detail::c_str(pointer))); }
    Node operator[](const std::string &key) const { return at()[key]; }
    /** The document as JSON, without spaces. */
    std::string json() const { return detail::answer(zerossl_doc_json(doc_.get()), nullptr); }

    /** Puts a value at a pointer; "/domains/-" appends. A text, a number, a flag, or nullptr for null. */
    template <typename Value> Document &set(const std::string &pointer, const Value &value) {
        zerossl_error *error = nullptr;
        const char *const place = detail::c_str(pointer);
        if constexpr (std::is_null_pointer_v<Value>)
            zerossl_doc_set_null(doc_.get(), place, &error);
        else if constexpr (std::is_same_v<Value, bool>)
            zerossl_doc_set_flag(doc_.get(), place, value, &error);
        else if constexpr (std::is_integral_v<Value>)
            zerossl_doc_set_int(doc_.get(), place, static_cast<std::int64_t>(value), &error);
        else if constexpr (std::is_floating_point_v<Value>)
            zerossl_doc_set_number(doc_.get(), place, value, &error);
        else
            zerossl_doc_set_text(doc_.get(), place, detail::c_str(std::string(value)), &error);
        detail::check(error);
        return *this;
    }
    /** Puts the value of a JSON text at a pointer. */
    Document &set_json(const std::string &pointer, const std::string &json) {
        zerossl_error *error = nullptr;
        zerossl_doc_set_json(doc_.get(), detail::c_str(pointer), detail::c_str(json), &error);
        detail::check(error);
        return *this;
    }
    /** Removes the value at a pointer, if there is one. */
    Document &remove(const std::string &pointer) {
        zerossl_error *error = nullptr;
        zerossl_doc_remove(doc_.get(), detail::c_str(pointer), &error);
        detail::check(error);
        return *this;
    }

    /** For the functions of zerossl.h; the document keeps it. */
    zerossl_doc *native() const noexcept { return doc_.get(); }

private:
    std::unique_ptr<zerossl_doc, detail::DocumentFree> doc_;
};

}  // namespace zerossl

#endif  // ZEROSSL_DOCUMENT_HPP
