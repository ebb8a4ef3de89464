package io.github.libzerossl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nothing is left of calls that have ended, and of objects that were forgotten. */
class GrowthTest {
    private static final String UNKNOWN = "0".repeat(32);

    private static int descriptors() {
        return entries("/proc/self/fd");
    }

    private static int entries(String folder) {
        try (Stream<Path> all = Files.list(Path.of(folder))) {
            return (int) all.count();
        } catch (IOException why) {
            throw new UncheckedIOException(why);
        }
    }

    /** In MiB. */
    private static double memory() {
        System.gc();
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            String line = lines.filter(one -> one.startsWith("VmRSS:")).findFirst().orElseThrow();
            return Integer.parseInt(line.replaceAll("\\D", "")) / 1024.0;
        } catch (IOException why) {
            throw new UncheckedIOException(why);
        }
    }

    private static void until(BooleanSupplier isTrue, String what) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!isTrue.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, what);
            System.gc();
            Thread.sleep(20);
        }
    }

    /**
     * Does it until memory does not grow any more; says by how much it grew each time.
     *
     * <p>The JVM and the allocator take their share at first. What is lost is lost each time.
     */
    private static List<Double> growth(Runnable work) {
        List<Double> growths = new ArrayList<>();
        do {
            double before = memory();
            work.run();
            growths.add(memory() - before);
            assertTrue(growths.size() < 8, () -> "each time memory grew: " + growths + " MiB");
        } while (growths.get(growths.size() - 1) > 4);
        return growths;
    }

    @Test
    void threeThousandOpsLeaveNothingBehind() throws Exception {
        try (ZeroSsl client = new Sandbox().client()) {
            for (int number = 0; number < 20; number++) {
                Sandbox.order(client, "n" + number + ".example.com");
            }
            Runnable calls = () -> {
                List<CompletableFuture<Void>> all = new ArrayList<>();
                for (int thread = 0; thread < 4; thread++) {
                    all.add(client.async(same -> {
                        for (int time = 0; time < 375; time++) {
                            assertThrows(ApiException.class, () -> same.getCertificate(GetCertificate.of(UNKNOWN)));
                            // Long enough that a text which stays is noticed.
                            assertEquals(20, same.listCertificates().results().size());
                        }
                        return null;
                    }));
                }
                all.forEach(CompletableFuture::join);
            };
            calls.run();
            int before = descriptors();
            System.out.printf("3,000 ops: memory grew by %s MiB%n", growth(calls));
            until(() -> descriptors() <= before + 4, "descriptors are closed");
            until(() -> entries("/proc/self/task") < 60, "threads end");
            until(() -> !isPolling(), "the thread that polls ends when nobody waits");
            calls.run();
            assertTrue(isPolling());
        }
    }

    private static boolean isPolling() {
        return Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> thread.getName().equals("libzerossl"));
    }

    @Test
    void errorsLeaveNothingBehind() {
        growth(() -> {
            for (int time = 0; time < 20_000; time++) {
                assertThrows(
                        InvalidArgumentException.class,
                        () -> ZeroSsl.builder().baseUrl("ftp://example.com").build());
            }
        });
    }

    @Test
    void whatIsForgottenIsFreed() throws Exception {
        Sandbox sandbox = new Sandbox();
        try (ZeroSsl client = sandbox.client()) {
            Sandbox.order(client, "one.example.com");
            Sandbox.order(client, "two.example.com");
        }
        int before = descriptors();
        for (int number = 0; number < 20; number++) {
            // The client, its connection, its token and the op, which waits for a reader of its second page.
            Iterator<Certificate> certificates = sandbox.client()
                    .withCancel(new CancelToken())
                    .certificates(ListCertificates.builder().limit(1).build())
                    .iterator();
            certificates.next();
        }
        assertTrue(descriptors() >= before + 20, "there is nothing that could be freed");
        until(() -> descriptors() <= before + 4, "descriptors of forgotten ops stay open");
    }
}
