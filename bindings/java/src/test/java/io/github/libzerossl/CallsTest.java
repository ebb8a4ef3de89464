package io.github.libzerossl;

import static io.github.libzerossl.Sandbox.order;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CallsTest {
    private static final Sandbox SANDBOX = new Sandbox();
    private static final String UNKNOWN = "0".repeat(32);

    @Test
    void allCertificatesOverSeveralPagesEachOnce() {
        try (ZeroSsl client = new Sandbox().client()) {
            Set<String> ordered = IntStream.range(0, 25)
                    .mapToObj(number -> order(client, "n" + number + ".example.com"))
                    .collect(Collectors.toSet());
            ListCertificates tenOnAPage = ListCertificates.builder().limit(10).build();
            try (Stream<Certificate> certificates = client.certificates(tenOnAPage)) {
                List<Certificate> found = certificates.toList();
                assertEquals(25, found.size());
                assertEquals(ordered, found.stream().map(Certificate::id).collect(Collectors.toSet()));
                assertTrue(found.stream().allMatch(certificate -> certificate.status() == Status.DRAFT));
            }
            assertEquals(25, client.certificates().count());
            assertEquals(0, client.certificates(ListCertificates.builder().status(Status.ISSUED).build()).count());
        }
    }

    @Test
    void aStreamFetchesWhatIsNeededAndEndsItsCallWhenItIsClosed() {
        Sandbox sandbox = new Sandbox();
        try (ZeroSsl client = sandbox.client()) {
            for (int number = 0; number < 5; number++) {
                order(client, "n" + number + ".example.com");
            }
            ListCertificates oneOnAPage = ListCertificates.builder().limit(1).build();
            int before = requests(sandbox);
            try (Stream<Certificate> unused = client.certificates(oneOnAPage)) {
                assertFalse(unused.isParallel());
            }
            assertEquals(before, requests(sandbox));
            try (Stream<Certificate> certificates = client.certificates(oneOnAPage)) {
                assertEquals(2, certificates.limit(2).count());
            }
            assertTrue(requests(sandbox) - before < 5, "it fetched pages that nobody asked for");
            Stream<Certificate> closed = client.certificates(oneOnAPage);
            closed.close();
            assertThrows(IllegalStateException.class, closed::count);
        }
    }

    private static int requests(Sandbox sandbox) {
        return ((Collection<?>) sandbox.manage("GET", "/requests", null)).size();
    }

    @Test
    void aPageOfAList() {
        try (ZeroSsl client = new Sandbox().client()) {
            for (int number = 0; number < 4; number++) {
                order(client, "n" + number + ".example.com");
            }
            CertificateList list = client.listCertificates(
                    ListCertificates.builder().limit(2).page(2).status(Status.DRAFT, Status.ISSUED).build());
            assertEquals(2, list.page());
            assertEquals(4, list.totalCount());
            assertEquals(2, list.results().size());
            assertEquals(4, client.listCertificates().results().size());
        }
    }

    @Test
    void exceptionsHaveTheirClassAndTheirFields() throws Exception {
        try (ZeroSsl client = SANDBOX.client()) {
            ApiException why =
                    assertThrows(ApiException.class, () -> client.getCertificate(GetCertificate.of(UNKNOWN)));
            assertEquals(ApiException.class, why.getClass());
            assertTrue(why.getMessage().startsWith("get_certificate: "), why.getMessage());
            assertEquals(-2, why.code());
            assertEquals("api", why.kind());
            assertEquals("get_certificate", why.operation());
            assertEquals(200, why.httpStatus());
            assertEquals(2803, why.apiCode());
            assertEquals("certificate_not_found", why.apiType());
            assertFalse(why.retryable());
            assertNull(why.retryAfter());
            assertNull(why.details());
            assertNull(why.parameter());
            assertEquals(Map.of(), why.extra());
            ZeroSslException copy = copied(why);
            assertEquals(why.getMessage(), copy.getMessage());
            assertEquals(2803, copy.apiCode());
            assertEquals(Map.of(), copy.extra());
        }
        try (ZeroSsl wrong = SANDBOX.builder().accessKey("wrong").build()) {
            ZeroSslException why = assertThrows(AuthException.class, wrong::listCertificates);
            assertInstanceOf(ApiException.class, why);
            assertThrows(AuthException.class, () -> wrong.certificates().count());
        }
        try (ZeroSsl nowhere = ZeroSsl.builder()
                .accessKey("k")
                .baseUrl("http://127.0.0.1:1")
                .maxRetries(0)
                .build()) {
            assertTrue(assertThrows(NetworkException.class, nowhere::listCertificates).retryable());
        }
        try (ZeroSsl late = ZeroSsl.builder()
                .accessKey("k")
                .baseUrl(Sandbox.silence())
                .timeout(Duration.ofMillis(300))
                .maxRetries(0)
                .build()) {
            assertThrows(TimeoutException.class, late::listCertificates);
        }
    }

    private static ZeroSslException copied(ZeroSslException exception) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream output = new ObjectOutputStream(bytes)) {
            output.writeObject(exception);
        }
        try (ObjectInputStream input = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (ZeroSslException) input.readObject();
        }
    }

    @Test
    void aWrongParameterOrSettingIsNamedAsItWasWritten() {
        try (ZeroSsl client = SANDBOX.client()) {
            String csr = client.generateCsr(GenerateCsr.of(List.of("a.example.com"))).csr();
            CreateCertificate wrong = CreateCertificate.builder()
                    .domains("a.example.com")
                    .csr(csr)
                    .validityDays(0)
                    .build();
            assertEquals("validityDays", invalid(() -> client.createCertificate(wrong)));
            assertEquals("domains[1]", invalid(() -> client.generateCsr(GenerateCsr.of(List.of("a.test", "")))));
            assertEquals("id", invalid(() -> client.getCertificate(GetCertificate.of(null))));
            assertEquals("renewAt", invalid(() -> client.obtain(
                    Obtain.builder().renewAt(Double.POSITIVE_INFINITY).build())));
        }
        assertEquals("baseUrl", invalid(() -> ZeroSsl.builder().baseUrl("ftp://example.com").build()));
    }

    private static String invalid(Runnable call) {
        return assertThrows(InvalidArgumentException.class, call::run).parameter();
    }

    @Test
    void absentAndNullAreTheSame() {
        try (ZeroSsl client = SANDBOX.builder().timeout(null).userAgent(null).build()) {
            GeneratedCsr made = client.generateCsr(GenerateCsr.builder()
                    .domains(List.of("a.example.com"))
                    .keyType(KeyType.RSA_2048)
                    .keyType(null)
                    .subject(null)
                    .build());
            assertTrue(made.privateKey().contains("PRIVATE KEY"));
            assertEquals(0, client.listCertificates(
                            ListCertificates.builder().status((Status[]) null).search("nothing").build())
                    .results().size());
        }
    }

    @Test
    void everyTypeOfParameterIsWritten() {
        Obtain request = Obtain.builder()
                .domains("a.example.com")
                .validation(ValidationWay.webroots(Map.of("a.example.com", "/a")).by(ValidationMethod.HTTPS_CSR_HASH))
                .subject(Subject.builder().country("").organizationalUnit("Ü").build())
                .deployHook("a", "b")
                .deadline(Duration.ofMillis(90_500))
                .renewAt(0.25)
                .validityDays(90)
                .force(true)
                .keyType(KeyType.ECDSA_P384)
                .build();
        assertEquals(
                "{\"domains\":[\"a.example.com\"],\"validation\":{\"method\":\"HTTPS_CSR_HASH\",\"webroot\":"
                        + "{\"a.example.com\":\"/a\"}},\"subject\":{\"country\":\"\",\"organizational_unit\":\"Ü\"},"
                        + "\"deploy_hook\":[\"a\",\"b\"],\"deadline\":90.5,\"renew_at\":0.25,\"validity_days\":90,"
                        + "\"force\":true,\"key_type\":\"ecdsa-p384\"}",
                request.json("obtain"));
        Request raw = Request.builder()
                .method(Method.POST)
                .body(Map.of("list", Arrays.asList(1, null, "x")))
                .build();
        assertEquals("{\"method\":\"POST\",\"body\":{\"list\":[1,null,\"x\"]}}", raw.json("request"));
    }

    @Test
    void whatIsNewInAnAnswerIsKept() {
        Certificate read = Certificate.from(Json.read("{\"id\":\"1\",\"created\":\"2026-11-29T20:00:00Z\","
                + "\"expires\":\"some day\",\"status\":\"brand_new\",\"type\":null,\"colour\":{\"red\":1}}"));
        assertEquals(Instant.parse("2026-11-29T20:00:00Z"), read.created());
        assertNull(read.expires());
        assertNull(read.status());
        assertEquals(
                Map.of("expires", "some day", "status", "brand_new", "colour", Map.of("red", 1L)), read.extra());
        assertEquals(List.of(), read.additionalDomains());
    }

    @Test
    void unicodeGoesInAndOut() {
        try (ZeroSsl client = SANDBOX.client()) {
            String id = order(client, "bücher-zürich.example.com");
            assertEquals(
                    "xn--bcher-zrich-thbg.example.com",
                    client.getCertificate(GetCertificate.of(id)).commonName());
            ZeroSslException why = assertThrows(
                    ZeroSslException.class, () -> client.listEntries(ListEntries.of("/nirgends/Ünïcödé 🔑")));
            assertTrue(why.getMessage().contains("/nirgends/Ünïcödé 🔑"), why.getMessage());
            assertEquals("id", invalid(() -> client.getCertificate(GetCertificate.of("\ud800"))));
            assertEquals("id", invalid(() -> client.getCertificate(GetCertificate.of("a\0b"))));
        }
    }

    @Test
    void aSecretIsNotPrinted() {
        try (ZeroSsl client = SANDBOX.builder().accessKey("a-very-secret-key").build()) {
            assertFalse((client + " " + SANDBOX.builder()).contains("secret"));
            GeneratedCsr made = client.generateCsr(GenerateCsr.of(List.of("a.example.com")));
            assertFalse(made.toString().contains("PRIVATE KEY"), made::toString);
            assertTrue(made.toString().contains("privateKey=[secret]"), made::toString);
        }
    }

    @Test
    void aClosedClientRefusesCallsAndWhatRunsGoesOn() {
        ZeroSsl client = new Sandbox().client();
        for (int number = 0; number < 3; number++) {
            order(client, "n" + number + ".example.com");
        }
        try (Stream<Certificate> certificates =
                client.certificates(ListCertificates.builder().limit(1).build())) {
            Iterator<Certificate> rest = certificates.iterator();
            rest.next();
            client.close();
            client.close();
            rest.next();
            rest.next();
            assertFalse(rest.hasNext());
        }
        assertEquals("client", invalid(client::listCertificates));
        assertEquals("client", invalid(() -> client.certificates().count()));
        assertEquals("client", invalid(() -> client.withCancel(new CancelToken())));
    }

    @Test
    void manyThreadsUseOneClient() {
        try (ZeroSsl client = SANDBOX.client()) {
            List<String> ids = List.of(order(client, "one.example.com"), order(client, "two.example.com"));
            List<CompletableFuture<Set<String>>> all = new ArrayList<>();
            for (int number = 0; number < 8; number++) {
                String id = ids.get(number % 2);
                all.add(client.async(same -> {
                    Set<String> found = new HashSet<>();
                    for (int time = 0; time < 10; time++) {
                        found.add(same.getCertificate(GetCertificate.of(id)).id());
                    }
                    return found;
                }));
            }
            for (int number = 0; number < 8; number++) {
                assertEquals(Set.of(ids.get(number % 2)), all.get(number).join());
            }
        }
    }
}
