package io.github.libzerossl;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A running {@code zerossl-sandbox}; it ends with the tests' process. */
final class Sandbox {
    final String url;
    private final String management;

    /** Publishes the record that proves control of a name. */
    final Publisher publisher = new Publisher() {
        @Override
        public void publish(Challenge challenge) {
            Map<String, String> record = Map.of("name", challenge.name(), "type", "CNAME", "value", challenge.target());
            manage("POST", "/records", record);
        }

        @Override
        public void cleanup(Challenge challenge) {
            manage("DELETE", "/records?name=" + challenge.name(), null);
        }
    };

    Sandbox(String... options) {
        List<String> all = new ArrayList<>(List.of("--quota", "5000", "--management", "127.0.0.1:0"));
        all.addAll(List.of(options));
        List<String> addresses = serve(2, all);
        url = addresses.get(0);
        management = addresses.get(1);
    }

    ZeroSslBuilder builder() {
        return ZeroSsl.builder().accessKey("sandbox-key").baseUrl(url).requestsPerSecond(0);
    }

    ZeroSsl client() {
        return builder().build();
    }

    Object manage(String method, String path, Object body) {
        return fetch(method, management + path, body);
    }

    /** Orders a certificate, and gives its id. */
    static String order(ZeroSsl client, String domain) {
        String csr = client.generateCsr(GenerateCsr.of(List.of(domain))).csr();
        return client.createCertificate(CreateCertificate.of(List.of(domain), csr)).id();
    }

    /** What an {@code obtain} by record needs in these tests. */
    static Obtain wanted(String domain, Path directory) {
        return Obtain.builder()
                .domains(domain)
                .directory(directory.toString())
                .validation(ValidationWay.publisher(ValidationMethod.CNAME_CSR_HASH))
                .preflight(Preflight.OFF)
                .pollInterval(Duration.ofMillis(50))
                .build();
    }

    /** What cancels took, in milliseconds: 200 at most, except where the machine was busy with something else. */
    static void assertSoon(List<Long> took) {
        System.out.println("cancelled in ms: " + took);
        long median = took.stream().sorted().skip(took.size() / 2).findFirst().orElseThrow();
        assertTrue(median <= 200, () -> "it took " + took + " ms");
    }

    /** Starts the program, and gives the addresses on its first lines. */
    static List<String> serve(int lines, List<String> options) {
        List<String> command = new ArrayList<>(List.of(System.getenv("SANDBOX"), "--exit-with-stdin"));
        command.addAll(options);
        try {
            Process sandbox = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            BufferedReader output =
                    new BufferedReader(new InputStreamReader(sandbox.getInputStream(), StandardCharsets.UTF_8));
            List<String> addresses = new ArrayList<>();
            for (int line = 0; line < lines; line++) {
                addresses.add(output.readLine().replaceFirst("^.* on ", ""));
            }
            return addresses;
        } catch (IOException why) {
            throw new UncheckedIOException(why);
        }
    }

    /** The URL of a server that never answers. */
    static String silence() {
        try {
            @SuppressWarnings("resource")
            ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
            return "http://127.0.0.1:" + server.getLocalPort();
        } catch (IOException why) {
            throw new UncheckedIOException(why);
        }
    }

    static Object fetch(String method, String url, Object body) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setRequestMethod(method);
            if (body != null) {
                connection.setDoOutput(true);
                connection.getOutputStream().write(Json.written(body).getBytes(StandardCharsets.UTF_8));
            }
            String answer = new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Json.read("{\"answer\":" + (answer.isEmpty() ? "null" : answer) + "}").any("answer");
        } catch (IOException why) {
            throw new UncheckedIOException(why);
        }
    }
}
