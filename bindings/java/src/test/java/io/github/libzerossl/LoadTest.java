package io.github.libzerossl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library is found, and an unfit one is refused with a clear error, each time that it is needed. */
class LoadTest {
    @TempDir
    Path folder;

    /** Runs in a JVM of its own. */
    static final class Program {
        public static void main(String[] arguments) {
            for (int time = 0; time < 2; time++) {
                try (ZeroSsl client = ZeroSsl.builder().accessKey("k").build()) {
                    String csr = client.generateCsr(GenerateCsr.of(List.of("a.example.com"))).csr();
                    System.out.println(csr.startsWith("-----BEGIN") ? "works" : csr);
                } catch (UnsatisfiedLinkError why) {
                    System.out.println(why.getMessage());
                }
            }
        }
    }

    private static String tried(Map<String, String> environment) throws IOException, InterruptedException {
        String said = Child.run(Program.class, environment);
        String half = said.substring(0, said.length() / 2);
        assertEquals(half + half, said, "it says the same each time");
        return half;
    }

    /** A library that says this about itself. */
    private String library(String version, int abi) throws IOException, InterruptedException {
        Path source = folder.resolve("library.c");
        Files.writeString(source, "const char *zerossl_version(void) { return \"" + version
                + "\"; } int zerossl_abi_version(void) { return " + abi + "; }");
        String path = folder.resolve("libzerossl.so.0").toString();
        Process compiler = new ProcessBuilder(List.of("cc", "-shared", "-fPIC", "-o", path, source.toString()))
                .inheritIO()
                .start();
        assertEquals(0, compiler.waitFor());
        return path;
    }

    private static void assertMatches(String pattern, String said) {
        assertTrue(said.lines().reduce("", String::concat).matches(".*" + pattern + ".*"), said);
    }

    @Test
    void theLibraryThatIsNamed() throws Exception {
        assertEquals("works\n", tried(Map.of()));
    }

    @Test
    void theSystemsLibrary() throws Exception {
        String place = Path.of(System.getenv("ZEROSSL_LIBRARY")).getParent().toString();
        assertEquals("works\n", tried(Map.of("ZEROSSL_LIBRARY", "", "LD_LIBRARY_PATH", place)));
    }

    @Test
    void noLibrary() throws Exception {
        String said = tried(Map.of("ZEROSSL_LIBRARY", "", "LD_LIBRARY_PATH", "/nowhere"));
        assertMatches("cannot use libzerossl\\.so\\.0: .*install libzerossl, or set ZEROSSL_LIBRARY", said);
    }

    @Test
    void oneThatIsTooOld() throws Exception {
        for (Map.Entry<String, Integer> old : Map.of("0.0.9", 0, ZeroSsl.VERSION, -1).entrySet()) {
            String path = library(old.getKey(), old.getValue());
            String said = tried(Map.of("ZEROSSL_LIBRARY", path));
            assertTrue(said.contains(path), said);
            assertMatches("it is version " + old.getKey() + " with ABI " + old.getValue()
                    + ", and needed is at least version " + ZeroSsl.VERSION, said);
        }
    }

    @Test
    void oneThatLacksFunctionsAndOneThatIsSomethingElse() throws Exception {
        assertMatches("zerossl_", tried(Map.of("ZEROSSL_LIBRARY", library("9.0.0", 99))));
        assertMatches("cannot use libc\\.so\\.6: .*zerossl_abi_version", tried(Map.of("ZEROSSL_LIBRARY", "libc.so.6")));
    }
}
