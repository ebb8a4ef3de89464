package io.github.libzerossl;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Method;
import java.util.Map;

/** Finds the C library: where {@code ZEROSSL_LIBRARY} says, in the jar, or where the system has it. */
final class Loader {
    private static final String SONAME = "libzerossl.so.0";
    private static final Map<String, Object> OPTIONS = Map.of(Library.OPTION_STRING_ENCODING, "UTF-8");

    private static volatile CLibrary library;

    private Loader() {}

    /** The library, loaded at the first use. What is wrong with it is said at each use. */
    static CLibrary library() {
        if (library == null) {
            synchronized (Loader.class) {
                if (library == null) {
                    library = load();
                }
            }
        }
        return library;
    }

    private static CLibrary load() {
        String chosen = System.getenv("ZEROSSL_LIBRARY");
        boolean isChosen = chosen != null && !chosen.isEmpty();
        String place = isChosen ? chosen : SONAME;
        try {
            if (!isChosen) {
                place = packed(place);
            }
            check(NativeLibrary.getInstance(place, OPTIONS));
            return Native.load(place, CLibrary.class, OPTIONS);
        } catch (UnsatisfiedLinkError | IOException why) {
            Error error = new UnsatisfiedLinkError("libzerossl " + Version.PACKAGE + " cannot use " + place + ": "
                    + why.getMessage()
                    + "; install libzerossl, or set ZEROSSL_LIBRARY to the path of the shared library");
            error.initCause(why);
            throw error;
        }
    }

    /** The file from the jar, if there is one; it is removed when the JVM ends. */
    private static String packed(String otherwise) throws IOException {
        String resource = "/" + Platform.RESOURCE_PREFIX + "/libzerossl.so";
        ClassLoader loader = Loader.class.getClassLoader();
        boolean isThere = loader.getResource(resource.substring(1)) != null;
        return isThere ? Native.extractFromResourcePath(resource, loader).getPath() : otherwise;
    }

    private static void check(NativeLibrary found) {
        int abi = found.getFunction("zerossl_abi_version").invokeInt(new Object[0]);
        String version = found.getFunction("zerossl_version").invokeString(new Object[0], false);
        if (abi < Version.ABI || isOlder(version)) {
            throw new UnsatisfiedLinkError("it is version " + version + " with ABI " + abi
                    + ", and needed is at least version " + Version.PACKAGE + " with ABI " + Version.ABI);
        }
        for (Method function : CLibrary.class.getDeclaredMethods()) {
            found.getFunction(function.getName());
        }
    }

    private static boolean isOlder(String version) {
        ModuleDescriptor.Version needed = ModuleDescriptor.Version.parse(Version.PACKAGE);
        return ModuleDescriptor.Version.parse(version).compareTo(needed) < 0;
    }
}
