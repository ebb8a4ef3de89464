import io.github.libzerossl.*;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.stream.Stream;

/** Calls and ops in great number, as in tests/c/flat.c. */
public class Flat {
    static final BufferedReader LINES = new BufferedReader(new InputStreamReader(System.in));
    static final String UNKNOWN = "0123456789abcdef0123456789abcdef";

    static ZeroSsl open() {
        return ZeroSsl.builder().requestsPerSecond(0).build();
    }

    static void check(boolean holds) {
        if (!holds) {
            throw new AssertionError("it is not so");
        }
    }

    static void call(ZeroSsl client, int number) {
        if (number % 10 > 1) {
            check(client.listCertificates().results().size() == 2);
            return;
        }
        try {
            client.getCertificate(GetCertificate.of(number % 10 == 1 ? "/" : UNKNOWN));
            check(false);
        } catch (InvalidArgumentException | ApiException expected) {
            check(expected instanceof InvalidArgumentException == (number % 10 == 1));
        }
    }

    /** Reads all certificates, or only the first one. */
    static void work(ZeroSsl client, int number) {
        try (Stream<Certificate> all = client.certificates(ListCertificates.builder().limit(1).build())) {
            check(number % 2 == 0 ? all.findFirst().isPresent() : all.count() == 2);
        }
    }

    static void measured(int calls, int ops) throws IOException {
        ZeroSsl client = open();
        for (int number = 0; number < calls; number++) {
            if (number % 100 == 0) {
                client.close();
                client = open();
            }
            call(client, number);
        }
        for (int number = 0; number < ops; number++) {
            work(client, number);
        }
        client.close();
        System.gc();
        System.out.println(Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        LINES.readLine();
    }

    public static void main(String[] arguments) throws IOException {
        int calls = Integer.parseInt(arguments[0]);
        int ops = Integer.parseInt(arguments[1]);
        measured(calls / 10, ops / 10);
        measured(calls - calls / 10, ops - ops / 10);
    }
}
