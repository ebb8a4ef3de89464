import io.github.libzerossl.*;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** What the blocks of docs/java.md take from their reader: a zone. java.py puts them in. */
public class Guide {
    record Zone(String url) {
        void add(String name, String target) throws IOException {
            send("POST", "", "{\"name\":\"" + name + "\",\"type\":\"CNAME\",\"value\":\"" + target + "\"}");
        }

        void remove(String name) throws IOException {
            send("DELETE", "?name=" + name, "");
        }

        void send(String method, String query, String body) throws IOException {
            HttpURLConnection connection = (HttpURLConnection) URI.create(url + query).toURL().openConnection();
            connection.setRequestMethod(method);
            connection.setDoOutput(true);
            connection.getOutputStream().write(body.getBytes());
            connection.getInputStream().readAllBytes();
        }
    }

    public static void main(String[] arguments) throws Exception {
        Zone zone = new Zone(System.getenv("SANDBOX_MANAGEMENT") + "/records");
        // The blocks of docs/java.md.
        client.close();
    }
}
