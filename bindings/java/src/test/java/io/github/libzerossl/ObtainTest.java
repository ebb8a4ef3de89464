package io.github.libzerossl;

import static io.github.libzerossl.Sandbox.wanted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObtainTest {
    private static final Sandbox SANDBOX = new Sandbox();

    @TempDir
    Path folder;

    @Test
    void eventsAreToldAndQuestionsAnsweredOnTheThreadOfTheCall() {
        Set<Stage> stages = EnumSet.noneOf(Stage.class);
        List<String> asked = new ArrayList<>();
        Set<Thread> threads = new HashSet<>();
        Publisher publisher = new Publisher() {
            @Override
            public void publish(Challenge challenge) throws Exception {
                threads.add(Thread.currentThread());
                asked.add("publish " + challenge.domain() + " " + challenge.method());
                SANDBOX.publisher.publish(challenge);
            }

            @Override
            public void cleanup(Challenge challenge) throws Exception {
                asked.add("cleanup " + challenge.domain());
                SANDBOX.publisher.cleanup(challenge);
            }
        };
        Listener listener = event -> {
            threads.add(Thread.currentThread());
            assertEquals(EventType.PROGRESS, event.type());
            stages.add(event.stage());
        };
        Obtain request = wanted("events.example.com", folder);
        try (ZeroSsl client = SANDBOX.client()) {
            Obtained got = client.obtain(request, listener, publisher);
            assertEquals(Outcome.ISSUED, got.outcome());
            assertTrue(Files.exists(Path.of(got.files().get("fullchain"))));
            assertEquals("events.example.com", got.certificate().commonName());
            assertTrue(got.deployed());
            assertEquals(List.of("publish events.example.com CNAME_CSR_HASH", "cleanup events.example.com"), asked);
            Set<Stage> expected = EnumSet.of(
                    Stage.KEY, Stage.ORDER, Stage.VERIFY, Stage.DOWNLOAD, Stage.INSTALL, Stage.DONE);
            assertTrue(stages.containsAll(expected), stages::toString);
            assertEquals(Set.of(Thread.currentThread()), threads);
            assertEquals(Outcome.UNCHANGED, client.obtain(request, null, publisher).outcome());
            EntrySummary entry = client.listEntries(ListEntries.of(folder.toString())).entries().get(0);
            assertEquals(CertificateState.GOOD, entry.certificate());
            assertEquals(List.of("events.example.com"), entry.domains());
            assertNull(entry.lastError());
            Renewals renewals = client.renewAll(RenewAll.of(folder.toString()), null, publisher);
            assertEquals(Outcome.UNCHANGED, renewals.results().get(0).outcome());
        }
    }

    @Test
    void aFutureThatIsCancelledInTheMiddleKeepsTheOrderAndTheNextCallResumes() throws Exception {
        List<Long> took = new ArrayList<>();
        try (ZeroSsl client = SANDBOX.client()) {
            for (int number = 0; number < 3; number++) {
                Obtain request = wanted("cancel" + number + ".example.com", folder);
                CompletableFuture<Thread> asked = new CompletableFuture<>();
                CompletableFuture<Obtained> call = client.obtainAsync(request, null, challenge -> {
                    asked.complete(Thread.currentThread());
                    // Nobody will ever publish it.
                    new CountDownLatch(1).await();
                });
                Thread thread = asked.get();
                long start = System.nanoTime();
                call.cancel(true);
                assertThrows(CancellationException.class, call::join);
                thread.join();
                took.add((System.nanoTime() - start) / 1_000_000);
                assertEquals(Outcome.RESUMED, client.obtain(request, null, SANDBOX.publisher).outcome());
            }
        }
        Sandbox.assertSoon(took);
    }

    @Test
    void aTokenThatIsCancelledWhilePublishingEndsTheCall() {
        Obtain request = wanted("token.example.com", folder);
        CancelToken token = new CancelToken();
        try (ZeroSsl client = SANDBOX.client();
                ZeroSsl cancellable = client.withCancel(token)) {
            Publisher publisher = challenge -> {
                SANDBOX.publisher.publish(challenge);
                token.cancel();
            };
            CancelledException why =
                    assertThrows(CancelledException.class, () -> cancellable.obtain(request, null, publisher));
            assertEquals("obtain", why.operation());
            assertEquals(Outcome.RESUMED, client.obtain(request, null, SANDBOX.publisher).outcome());
        }
    }

    @Test
    void whatThePublisherThrowsIsTheCause() {
        IOException locked = new IOException("the zone is locked");
        try (ZeroSsl client = SANDBOX.client()) {
            ValidationException why = assertThrows(
                    ValidationException.class,
                    () -> client.obtain(wanted("locked.example.com", folder), null, challenge -> {
                        throw locked;
                    }));
            assertTrue(why.getMessage().contains("the zone is locked"), why.getMessage());
            assertSame(locked, why.getCause());
            EntrySummary entry = client.listEntries(ListEntries.of(folder.toString())).entries().get(0);
            assertInstanceOf(ValidationException.class, entry.lastError());
            assertTrue(entry.lastError().extra().containsKey("at"));
        }
    }

    @Test
    void whatTheListenerThrowsEndsTheCallBeforeItIsThrownOn() throws IOException {
        IllegalStateException enough = new IllegalStateException("enough");
        try (ZeroSsl client = SANDBOX.client()) {
            Listener listener = event -> {
                throw enough;
            };
            Obtain request = wanted("throws.example.com", folder);
            assertSame(enough, assertThrows(
                    IllegalStateException.class, () -> client.obtain(request, listener, SANDBOX.publisher)));
            Set<Path> left = files();
            for (long end = System.nanoTime() + 200_000_000; System.nanoTime() < end; ) {
                assertEquals(left, files(), "it still writes");
            }
        }
    }

    private Set<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.collect(Collectors.toSet());
        }
    }

    @Test
    void withoutAPublisherTheExceptionSaysWhatToGive() {
        try (ZeroSsl client = SANDBOX.client()) {
            InvalidArgumentException why = assertThrows(
                    InvalidArgumentException.class, () -> client.obtain(wanted("nobody.example.com", folder)));
            assertEquals("validation", why.parameter());
            assertTrue(why.getMessage().contains("Publisher"), why.getMessage());
        }
    }

    @Test
    void twoAtOnce() {
        try (ZeroSsl client = SANDBOX.client()) {
            List<CompletableFuture<Obtained>> both = List.of("one.example.com", "two.example.com").stream()
                    .map(name -> client.obtainAsync(wanted(name, folder), null, SANDBOX.publisher))
                    .toList();
            both.forEach(call -> assertEquals(Outcome.ISSUED, call.join().outcome()));
        }
    }
}
