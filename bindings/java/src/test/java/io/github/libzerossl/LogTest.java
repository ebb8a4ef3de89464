package io.github.libzerossl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library's lines go to the System.Logger, here that of java.util.logging. */
class LogTest {
    @TempDir
    Path folder;

    static final class Program {
        public static void main(String[] arguments) {
            ZeroSslBuilder builder = ZeroSsl.builder().accessKey("a-very-secret-key").maxRetries(0);
            try (ZeroSsl client = builder.baseUrl("http://127.0.0.1:1").build()) {
                client.listCertificates();
            } catch (NetworkException why) {
                System.out.println("failed");
            }
        }
    }

    @Test
    void linesAreLoggedAtLevelDebugWithoutTheKey() throws Exception {
        Path log = folder.resolve("log");
        Path settings = Files.writeString(folder.resolve("logging.properties"), """
                handlers = java.util.logging.FileHandler
                java.util.logging.FileHandler.pattern = %s
                java.util.logging.FileHandler.formatter = java.util.logging.SimpleFormatter
                java.util.logging.FileHandler.level = ALL
                java.util.logging.SimpleFormatter.format = %%3$s %%4$s %%5$s%%n
                io.github.libzerossl.level = FINE
                """.formatted(log));
        String said = Child.run(Program.class, Map.of(), "-Djava.util.logging.config.file=" + settings);
        assertEquals("failed\n", said);
        String lines = Files.readString(log);
        assertTrue(lines.startsWith("io.github.libzerossl FINE "), lines);
        assertTrue(lines.contains("/certificates"), lines);
        assertFalse(lines.contains("secret"), lines);
    }
}
