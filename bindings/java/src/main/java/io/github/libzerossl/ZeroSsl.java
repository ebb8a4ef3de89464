package io.github.libzerossl;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A client of the service: settings, connections, pace. Any number of threads may use it.
 *
 * <pre>{@code
 * try (ZeroSsl client = ZeroSsl.builder().accessKey("your access key").build();
 *         Stream<Certificate> certificates = client.certificates()) {
 *     certificates.forEach(certificate -> System.out.println(certificate.commonName()));
 * }
 * }</pre>
 */
public final class ZeroSsl extends Operations implements AutoCloseable {
    /** The version of this package, and the oldest of the C library that it works with. */
    public static final String VERSION = Version.PACKAGE;

    private final Handle handle;

    private ZeroSsl(Pointer client) {
        handle = new Handle(this, client, Loader.library()::zerossl_client_free);
    }

    static ZeroSsl made(String settings) {
        return new ZeroSsl(Errors.checked(error -> Loader.library().zerossl_client_new(settings, error)));
    }

    /** {@return a builder of a client, with the defaults} */
    public static ZeroSslBuilder builder() {
        return new ZeroSslBuilder();
    }

    /**
     * The same client, whose calls also end when the token is cancelled. It shares connections and pace with this one.
     *
     * @param token the token
     * @return another client, to be closed by itself
     */
    public ZeroSsl withCancel(CancelToken token) {
        return new ZeroSsl(use(client -> token.use(pointer ->
                Errors.checked(error -> Loader.library().zerossl_client_with_cancel(client, pointer, error)))));
    }

    /**
     * All certificates of the account, page after page: none twice, and none missed that was there throughout. Nothing
     * is sent before the stream is used.
     *
     * @param request which certificates
     * @return a stream, which ends its call when it is closed; use try-with-resources if it may be left early
     */
    public Stream<Certificate> certificates(ListCertificates request) {
        return Pages.stream(() -> start("list_certificates", request, Loader.library()::zerossl_op_start));
    }

    /**
     * The same as {@link #certificates(ListCertificates)}, with the defaults.
     *
     * @return a stream, which ends its call when it is closed
     */
    public Stream<Certificate> certificates() {
        return certificates(ListCertificates.builder().build());
    }

    /**
     * Does something with this client on a daemon thread of its own.
     *
     * @param <A> the type of what comes of it
     * @param call what is done, such as {@code client -> client.getCertificate(request)}
     * @return a future whose {@code cancel}, or time-out, interrupts the thread, and so ends the call
     */
    public <A> CompletableFuture<A> async(Function<? super ZeroSsl, ? extends A> call) {
        CompletableFuture<A> future = new CompletableFuture<>();
        Thread thread = new Thread(() -> complete(future, call), "libzerossl call");
        thread.setDaemon(true);
        future.whenComplete((answer, why) -> {
            if (Thread.currentThread() != thread) {
                thread.interrupt();
            }
        });
        thread.start();
        return future;
    }

    /**
     * {@link #obtain(Obtain, Listener, Publisher) obtain} on a daemon thread of its own.
     *
     * @param request the parameters
     * @param listener gets each event, on that thread; may be null
     * @param publisher publishes what proves control of the names, on that thread; may be null
     * @return a future whose {@code cancel} ends the call, and keeps the order
     */
    public CompletableFuture<Obtained> obtainAsync(Obtain request, Listener listener, Publisher publisher) {
        return async(client -> client.obtain(request, listener, publisher));
    }

    /**
     * The same as {@link #obtainAsync(Obtain, Listener, Publisher)}, without a publisher.
     *
     * @param request the parameters
     * @param listener gets each event, on that thread; may be null
     * @return a future whose {@code cancel} ends the call, and keeps the order
     */
    public CompletableFuture<Obtained> obtainAsync(Obtain request, Listener listener) {
        return obtainAsync(request, listener, null);
    }

    /**
     * The same as {@link #obtainAsync(Obtain, Listener, Publisher)}, without the rest.
     *
     * @param request the parameters
     * @return a future whose {@code cancel} ends the call, and keeps the order
     */
    public CompletableFuture<Obtained> obtainAsync(Obtain request) {
        return obtainAsync(request, null, null);
    }

    /** Frees the client. What runs goes on to its end; further calls are refused. A forgotten client is freed, too. */
    @Override
    public void close() {
        handle.free();
    }

    @Override
    <A> A call(String operation, Parameters request, Function<Fields, A> answer) {
        return finish(operation, request, Loader.library()::zerossl_op_start_call, null, null, answer);
    }

    @Override
    <A> A work(
            String operation,
            Parameters request,
            Listener listener,
            Publisher publisher,
            Function<Fields, A> answer) {
        if (publisher == null && ValidationWay.needsPublisher(request.values().get("validation"))) {
            throw Errors.invalid(operation, "validation", "`validation`: it does not say who publishes: "
                    + "give the operation a Publisher, or choose another ValidationWay");
        }
        return finish(operation, request, Loader.library()::zerossl_op_start, listener, publisher, answer);
    }

    private <A> A finish(
            String operation,
            Parameters request,
            Start start,
            Listener listener,
            Publisher publisher,
            Function<Fields, A> answer) {
        if (Thread.currentThread().isInterrupted()) {
            throw Errors.cancelled(operation, "not begun, as the thread was interrupted before");
        }
        try (Op op = start(operation, request, start)) {
            return answer.apply(new Running(op, listener, publisher).finish());
        }
    }

    /** A function of the C library that starts an op. */
    private interface Start {
        Pointer start(Pointer client, String operation, String request, PointerByReference error);
    }

    private Op start(String operation, Parameters request, Start start) {
        String json = request.json(operation);
        return new Op(operation, use(client -> Errors.checked(error -> start.start(client, operation, json, error))));
    }

    private <T> T use(Function<Pointer, T> function) {
        return handle.use(client -> {
            if (client == null) {
                throw Errors.invalid(null, "client", "the client is closed; make a new one");
            }
            return function.apply(client);
        });
    }

    private <A> void complete(CompletableFuture<A> future, Function<? super ZeroSsl, ? extends A> call) {
        try {
            future.complete(call.apply(this));
        } catch (Throwable why) {
            future.completeExceptionally(why);
        }
    }
}
