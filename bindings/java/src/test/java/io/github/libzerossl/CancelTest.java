package io.github.libzerossl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Calls that a silent server would never end. */
class CancelTest {
    private static final GetCertificate REQUEST = GetCertificate.of("0".repeat(32));
    private static final List<Consumer<ZeroSsl>> CALLS = List.of(
            client -> client.getCertificate(REQUEST),
            ZeroSsl::listCertificates,
            client -> client.waitUntilIssued(WaitUntilIssued.of("0".repeat(32))),
            client -> client.certificates().count());

    private static final List<Long> TOOK = new ArrayList<>();

    /** Loads the classes, which takes its time in a new JVM. */
    @BeforeAll
    static void warmUp() throws Exception {
        try (ZeroSsl client = silent()) {
            Waiting waiting = new Waiting(() -> client.getCertificate(REQUEST));
            waiting.thread.interrupt();
            assertInstanceOf(CancelledException.class, waiting.thrown.get());
        }
    }

    @AfterAll
    static void allAreSoon() {
        Sandbox.assertSoon(TOOK);
    }

    private static ZeroSsl silent() {
        return ZeroSsl.builder().accessKey("k").baseUrl(Sandbox.silence()).build();
    }

    /** The call, on a thread that has begun to wait, and what it throws. */
    private static final class Waiting {
        final CompletableFuture<Boolean> staysInterrupted = new CompletableFuture<>();
        final CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        final Thread thread = new Thread(this::run);
        private final Runnable call;

        Waiting(Runnable call) throws InterruptedException {
            this.call = call;
            thread.setDaemon(true);
            thread.start();
            while (thread.getState() != Thread.State.WAITING) {
                Thread.sleep(1);
            }
        }

        private void run() {
            try {
                call.run();
                thrown.complete(null);
            } catch (RuntimeException why) {
                staysInterrupted.complete(Thread.currentThread().isInterrupted());
                thrown.complete(why);
            }
        }

        CancelledException cancelledBy(Runnable action) throws Exception {
            long start = System.nanoTime();
            action.run();
            Throwable why = thrown.get();
            TOOK.add((System.nanoTime() - start) / 1_000_000);
            return assertInstanceOf(CancelledException.class, why);
        }
    }

    @Test
    void anInterruptEndsACallAndTheThreadStaysInterrupted() throws Exception {
        try (ZeroSsl client = silent()) {
            for (Consumer<ZeroSsl> call : CALLS) {
                Waiting waiting = new Waiting(() -> call.accept(client));
                CancelledException why = waiting.cancelledBy(waiting.thread::interrupt);
                assertInstanceOf(InterruptedException.class, why.getCause());
                assertEquals("cancelled", why.kind());
                assertTrue(waiting.staysInterrupted.get());
            }
        }
    }

    @Test
    void aTokenEndsACallAndLaterOnesToo() throws Exception {
        try (ZeroSsl client = silent()) {
            for (Consumer<ZeroSsl> call : CALLS) {
                CancelToken token = new CancelToken();
                try (ZeroSsl cancellable = client.withCancel(token)) {
                    Waiting waiting = new Waiting(() -> call.accept(cancellable));
                    assertFalse(token.isCancelled());
                    CancelledException why = waiting.cancelledBy(token::cancel);
                    assertNull(why.getCause());
                    assertFalse(waiting.staysInterrupted.get());
                    assertTrue(token.isCancelled());
                    assertThrows(CancelledException.class, () -> call.accept(cancellable));
                }
            }
        }
    }

    @Test
    void anInterruptedThreadBeginsNothing() {
        try (ZeroSsl client = silent()) {
            Thread.currentThread().interrupt();
            CancelledException why = assertThrows(CancelledException.class, () -> client.getCertificate(REQUEST));
            assertTrue(Thread.interrupted());
            assertTrue(why.getMessage().contains("not begun"), why.getMessage());
        }
    }

    @Test
    void aFutureThatIsCancelledOrLateEndsItsCall() throws Exception {
        try (ZeroSsl client = silent()) {
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            CompletableFuture<Certificate> call = client.async(same -> {
                try {
                    return same.getCertificate(REQUEST);
                } catch (CancelledException why) {
                    thrown.complete(why);
                    throw why;
                }
            });
            assertTrue(call.cancel(true));
            assertThrows(CancellationException.class, call::join);
            // It may have been cancelled before it began.
            assertInstanceOf(CancelledException.class, thrown.get());

            CompletableFuture<Throwable> late = new CompletableFuture<>();
            CompletableFuture<CertificateList> limited = client.<CertificateList>async(same -> {
                        try {
                            return same.listCertificates();
                        } catch (CancelledException why) {
                            late.complete(why);
                            throw why;
                        }
                    })
                    .orTimeout(50, TimeUnit.MILLISECONDS);
            assertInstanceOf(
                    java.util.concurrent.TimeoutException.class,
                    assertThrows(CompletionException.class, limited::join).getCause());
            assertInstanceOf(CancelledException.class, late.get());
        }
    }

    @Test
    void aStreamThatIsClosedByAnotherThreadEnds() throws Exception {
        try (ZeroSsl client = silent()) {
            Stream<Certificate> certificates = client.certificates();
            Waiting waiting = new Waiting(() -> certificates.forEach(certificate -> fail(certificate.id())));
            assertTrue(waiting.cancelledBy(certificates::close).getMessage().contains("closed"));
        }
    }

    @Test
    void manyWaitAtOnce() throws Exception {
        try (ZeroSsl client = silent()) {
            List<CompletableFuture<Certificate>> calls = Stream.generate(
                            () -> client.async(same -> same.getCertificate(REQUEST)))
                    .limit(100)
                    .toList();
            Thread.sleep(Duration.ofMillis(200).toMillis());
            calls.forEach(call -> assertFalse(call.isDone()));
            calls.forEach(call -> call.cancel(true));
        }
    }
}
