package io.github.libzerossl;

import static io.github.libzerossl.Sandbox.wanted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A virtual thread that waits for a call holds no thread of the system. There is one for all of them here. */
class VirtualThreadsTest {
    private static final int DELAY = 3;

    @TempDir
    Path folder;

    private static <T> CompletableFuture<T> inVirtualThread(Supplier<T> work) {
        CompletableFuture<T> future = new CompletableFuture<>();
        Runnable task = () -> {
            try {
                future.complete(work.get());
            } catch (RuntimeException | Error why) {
                future.completeExceptionally(why);
            }
        };
        try {
            Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, task);
        } catch (ReflectiveOperationException why) {
            throw new IllegalStateException(why);
        }
        return future;
    }

    @Test
    void eightObtainsAtOnceDoNotDelayAnother() {
        assumeTrue(Runtime.version().feature() >= 21, "this Java has no virtual threads");
        assertEquals("1", System.getProperty("jdk.virtualThreadScheduler.parallelism"));
        Sandbox sandbox = new Sandbox("--issue-delay", String.valueOf(DELAY));
        try (ZeroSsl client = sandbox.client()) {
            long start = System.nanoTime();
            List<CompletableFuture<Obtained>> obtains = new ArrayList<>();
            for (int number = 0; number < 8; number++) {
                Obtain request = wanted("n" + number + ".example.com", folder);
                obtains.add(inVirtualThread(() -> client.obtain(request, null, sandbox.publisher)));
            }
            CompletableFuture<Void> all = CompletableFuture.allOf(obtains.toArray(CompletableFuture[]::new));
            AtomicLong longest = new AtomicLong();
            CompletableFuture<Integer> other = inVirtualThread(() -> {
                int turns = 0;
                while (!all.isDone()) {
                    long before = System.nanoTime();
                    try {
                        Thread.sleep(5);
                    } catch (InterruptedException why) {
                        throw new IllegalStateException(why);
                    }
                    longest.accumulateAndGet((System.nanoTime() - before) / 1_000_000, Math::max);
                    turns++;
                }
                return turns;
            });
            obtains.forEach(obtain -> assertEquals(Outcome.ISSUED, obtain.join().outcome()));
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            System.out.printf(
                    "virtual threads: 5 ms of sleep took %d ms at most, in %d turns; all obtains %d ms%n",
                    longest.get(), other.join(), took.toMillis());
            assertTrue(took.toSeconds() >= DELAY && took.toSeconds() < 4 * DELAY, "they have to wait at the same time");
            // With a carrier that is held, the other thread would have waited for an obtain.
            assertTrue(longest.get() < 1000, () -> "it was held up for " + longest.get() + " ms");
        }
    }

    @Test
    void norDoCallsThatNeverEnd() throws Exception {
        assumeTrue(Runtime.version().feature() >= 21, "this Java has no virtual threads");
        CancelToken token = new CancelToken();
        try (ZeroSsl client = ZeroSsl.builder().accessKey("k").baseUrl(Sandbox.silence()).build();
                ZeroSsl cancellable = client.withCancel(token)) {
            List<CompletableFuture<CertificateList>> calls = new ArrayList<>();
            for (int number = 0; number < 8; number++) {
                calls.add(inVirtualThread(cancellable::listCertificates));
            }
            assertEquals("free", inVirtualThread(() -> "free").get(1, java.util.concurrent.TimeUnit.SECONDS));
            token.cancel();
            for (CompletableFuture<CertificateList> call : calls) {
                assertTrue(call.handle((list, why) -> why instanceof CancelledException).join());
            }
        }
    }
}
