/* libzerossl for C++17 and later: the same as zerossl.h, with owners, exceptions and std::string.
 *
 *     zerossl::Client client;                                       // the key: ZEROSSL_ACCESS_KEY
 *     for (const std::string &certificate : client.certificates())
 *         std::cout << zerossl::json_get(certificate, "/common_name").value_or("?") << '\n';
 *
 * JSON goes in and out as text; use the parser that you have, or json_get. Header only; link with -lzerossl. */
#ifndef ZEROSSL_HPP
#define ZEROSSL_HPP

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
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
    /** Whether the same call, made again later, does no harm and may work. */
    bool retryable() const { return field("retryable") == "true"; }

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
    return owner.get();
}

}  // namespace detail

/** What a callback may do with the op that it is called from. */
class Running {
public:
    explicit Running(zerossl_op *op) noexcept : op_(op) {}

    /** Answers an event that asks: {"id": ..., "ok": true}, or {"id": ..., "error": "why"}. */
    void reply(const std::string &json) {
        zerossl_error *error = nullptr;
        if (zerossl_op_reply(op_, detail::c_str(json), &error) != ZEROSSL_OK)
            detail::check(error);
    }
    /** Asks the operation to end soon. */
    void cancel() noexcept { zerossl_op_cancel(op_); }

private:
    zerossl_op *op_;
};

/** An operation on a thread of the library. Destroying it cancels, without waiting. */
class Op {
public:
    /** Takes the op over. */
    explicit Op(zerossl_op *op) noexcept : op_(op) {}

    /** Waits for the next event, JSON; none when the operation has ended. */
    std::optional<std::string> next() {
        detail::CString event;
        wait(-1, event);
        return event ? std::optional<std::string>(event.get()) : std::nullopt;
    }
    /** Waits so long for the next event; ZEROSSL_EVENT, ZEROSSL_PENDING or ZEROSSL_DONE. */
    std::int32_t next(std::chrono::milliseconds timeout, std::string &event) {
        detail::CString found;
        const std::int64_t most = INT32_MAX;
        const std::int64_t ms = timeout.count() < 0 ? 0 : timeout.count() > most ? most : timeout.count();
        const std::int32_t outcome = wait(static_cast<std::int32_t>(ms), found);
        if (found)
            event = found.get();
        return outcome;
    }
    /** Answers an event that asks. From any thread. */
    void reply(const std::string &json) { Running(op_.get()).reply(json); }
    /** Asks the operation to end soon. From any thread. */
    void cancel() noexcept { zerossl_op_cancel(op_.get()); }
    /** The answer, or throws why there is none; as often as wanted. */
    std::string result() {
        zerossl_error *error = nullptr;
        char *text = zerossl_op_result(op_.get(), &error);
        return detail::answer(text, error);
    }
    /** A descriptor for event loops, readable while next has news; it belongs to the op. */
    int fd() const noexcept { return zerossl_op_fd(op_.get()); }

private:
    std::int32_t wait(std::int32_t timeout_ms, detail::CString &event) {
        zerossl_error *error = nullptr;
        char *text = nullptr;
        const std::int32_t outcome = zerossl_op_next(op_.get(), timeout_ms, &text, &error);
        event.reset(text);
        detail::check(error);
        return outcome;
    }

    std::unique_ptr<zerossl_op, detail::OpFree> op_;
};

/** All certificates that match, read page by page as they are needed; each a JSON object. To be gone through once. */
class Certificates {
public:
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = std::string;
        using difference_type = std::ptrdiff_t;
        using pointer = const std::string *;
        using reference = const std::string &;

        iterator() noexcept = default;
        explicit iterator(Certificates *list) : list_(list) { ++*this; }

        reference operator*() const { return list_->page_[list_->place_]; }
        pointer operator->() const { return &**this; }
        iterator &operator++() {
            if (!list_->advance())
                list_ = nullptr;
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator &one, const iterator &other) noexcept { return one.list_ == other.list_; }
        friend bool operator!=(const iterator &one, const iterator &other) noexcept { return !(one == other); }

    private:
        Certificates *list_ = nullptr;
    };

    explicit Certificates(Op op) : op_(std::move(op)) {}

    iterator begin() { return iterator(this); }
    iterator end() const noexcept { return iterator(); }

private:
    bool advance() {
        if (++place_ < page_.size())
            return true;
        while (std::optional<std::string> event = op_.next()) {
            if (json_get(*event, "/type") != "page")
                continue;
            page_ = elements(json_get(*event, "/results").value_or("[]"));
            place_ = 0;
            if (!page_.empty())
                return true;
        }
        op_.result();
        return false;
    }

    /* The elements of a JSON array that is known to be well-formed. */
    static std::vector<std::string> elements(const std::string &array) {
        std::vector<std::string> found;
        std::size_t start = 1;
        int depth = 0;
        bool quoted = false;
        for (std::size_t place = 0; place < array.size(); ++place) {
            const char c = array[place];
            if (quoted) {
                if (c == '\\')
                    ++place;
                else if (c == '"')
                    quoted = false;
            } else if (c == '"') {
                quoted = true;
            } else if (c == '[' || c == '{') {
                ++depth;
            } else if (c == ']' || c == '}') {
                --depth;
            }
            if (!quoted && ((c == ',' && depth == 1) || (c == ']' && depth == 0))) {
                if (place > start)
                    found.push_back(array.substr(start, place - start));
                start = place + 1;
            }
        }
        return found;
    }

    Op op_;
    std::vector<std::string> page_;
    std::size_t place_ = 0;
};

/** A client of the service. Many threads may use one at once. */
class Client {
public:
    /** Called for each event of run, on the calling thread. It may throw: the operation is cancelled, and the
     *  exception leaves run. */
    using OnEvent = std::function<void(std::string_view event, Running &op)>;

    /** Settings as a JSON object; see zerossl_client_new. */
    explicit Client(const std::string &config = "{}") {
        zerossl_error *error = nullptr;
        client_.reset(zerossl_client_new(detail::c_str(config), &error));
        detail::check(error);
    }

    /** Runs an operation and gives its answer, JSON. */
    std::string call(const std::string &operation, const std::string &params = "{}") const {
        zerossl_error *error = nullptr;
        char *text = zerossl_call(client_.get(), detail::c_str(operation), detail::c_str(params), &error);
        return detail::answer(text, error);
    }

    /** Runs an operation, with its events handed to a callback. */
    std::string run(const std::string &operation, const std::string &params, const OnEvent &on_event) const {
        Handler handler{&on_event, nullptr};
        zerossl_error *error = nullptr;
        char *text = zerossl_run(client_.get(), detail::c_str(operation), detail::c_str(params), &Handler::handle,
                                 &handler, &error);
        if (handler.thrown) {
            zerossl_string_free(text);
            zerossl_error_free(error);
            std::rethrow_exception(handler.thrown);
        }
        return detail::answer(text, error);
    }

    /** Starts an operation, whose events are pulled. */
    Op start(const std::string &operation, const std::string &params = "{}") const {
        zerossl_error *error = nullptr;
        zerossl_op *op = zerossl_op_start(client_.get(), detail::c_str(operation), detail::c_str(params), &error);
        detail::check(error);
        return Op(op);
    }

    /** All certificates that match; parameters as for list_certificates. */
    Certificates certificates(const std::string &params = "{}") const {
        return Certificates(start("list_certificates", params));
    }

    /** For the functions of zerossl.h; the client keeps it. */
    zerossl_client *native() const noexcept { return client_.get(); }

private:
    struct Handler {
        const OnEvent *on_event;
        std::exception_ptr thrown;

        static void handle(zerossl_op *op, const char *event_json, void *user_data) noexcept {
            Handler &self = *static_cast<Handler *>(user_data);
            if (self.thrown || !*self.on_event)
                return;
            try {
                Running running(op);
                (*self.on_event)(event_json, running);
            } catch (...) {
                self.thrown = std::current_exception();
                zerossl_op_cancel(op);
            }
        }
    };

    std::unique_ptr<zerossl_client, detail::ClientFree> client_;
};

}  // namespace zerossl

#endif  // ZEROSSL_HPP
