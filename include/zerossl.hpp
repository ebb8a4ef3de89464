/* libzerossl for C++17 and later: the same as zerossl.h, with owners, exceptions and std::string.
 *
 *     zerossl::Client client;                                       // the key: ZEROSSL_ACCESS_KEY
 *     for (zerossl::Node certificate : client.certificates())
 *         std::cout << certificate["common_name"].text().value_or("?") << '\n';
 *
 * JSON goes in and out as text or as a Document. Header only; link with -lzerossl. */
#ifndef ZEROSSL_HPP
#define ZEROSSL_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "zerossl.h"
#include "zerossl_document.hpp"

namespace zerossl {

/** Ends the calls and ops of clients that are bound to it, from any thread. Copies are the same token. */
class CancelToken {
public:
    CancelToken() : token_(zerossl_cancel_token_new(), detail::TokenFree()) {}

    /** Cancels, for ever. */
    void cancel() const noexcept { zerossl_cancel_token_cancel(token_.get()); }
    bool is_cancelled() const noexcept { return zerossl_cancel_token_is_cancelled(token_.get()) != 0; }
    /** For a signal handler, which calls zerossl_cancel_token_cancel; the token keeps it. */
    zerossl_cancel_token *native() const noexcept { return token_.get(); }

private:
    std::shared_ptr<zerossl_cancel_token> token_;
};

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
    /** The same again, for a loop that closes what it is given: the caller's own. */
    int dup_fd() {
        zerossl_error *error = nullptr;
        const int fd = zerossl_op_dup_fd(op_.get(), &error);
        detail::check(error);
        return fd;
    }

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

/** All certificates that match, read page by page as they are needed. To be gone through once; a node is borrowed until
 *  the next step. */
class Certificates {
public:
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Node;
        using difference_type = std::ptrdiff_t;
        using pointer = const Node *;
        using reference = Node;

        iterator() noexcept = default;
        explicit iterator(Certificates *list) : list_(list) { ++*this; }

        Node operator*() const noexcept { return list_->results_.item(list_->place_); }
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
        if (++place_ < results_.size())
            return true;
        while (std::optional<std::string> event = op_.next()) {
            page_ = Document::parse(*event);
            results_ = page_["results"];
            place_ = 0;
            if (page_["type"].text() == "page" && results_.size() > 0)
                return true;
        }
        op_.result();
        return false;
    }

    Op op_;
    Document page_;
    Node results_;
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

    /** The same with documents. */
    Document call(const std::string &operation, const Document &params) const {
        zerossl_error *error = nullptr;
        Document answer(zerossl_call_doc(client_.get(), detail::c_str(operation), params.native(), &error));
        detail::check(error);
        return answer;
    }

    /** The same client, whose calls and ops also end when the token is cancelled. */
    Client with_cancel(const CancelToken &token) const {
        zerossl_error *error = nullptr;
        Client bound(zerossl_client_with_cancel(client_.get(), token.native(), &error), log_);
        detail::check(error);
        return bound;
    }

    /** The same client, which tells `log` what its blocking calls do, on the thread of the call. It must not throw. */
    Client with_log(std::function<void(std::string_view line)> log) const {
        const auto line = [](const char *text, void *log) noexcept { (*static_cast<Log *>(log))(text); };
        zerossl_error *error = nullptr;
        auto kept = std::make_shared<Log>(std::move(log));
        Client logging(zerossl_client_with_log(client_.get(), line, kept.get(), &error), kept);
        detail::check(error);
        return logging;
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

    /** Starts one call, such as one page of a list: as call(), but nothing waits for it. */
    Op start_call(const std::string &operation, const std::string &params = "{}") const {
        zerossl_error *error = nullptr;
        zerossl_op *op = zerossl_op_start_call(client_.get(), detail::c_str(operation), detail::c_str(params), &error);
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
    using Log = std::function<void(std::string_view)>;

    Client(zerossl_client *client, std::shared_ptr<Log> log) noexcept : log_(std::move(log)), client_(client) {}

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

    std::shared_ptr<Log> log_;
    std::unique_ptr<zerossl_client, detail::ClientFree> client_;
};

}  // namespace zerossl

#endif  // ZEROSSL_HPP
