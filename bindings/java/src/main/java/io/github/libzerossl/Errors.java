package io.github.libzerossl;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** What the C library returns: texts and errors are copied, and the library's own are freed. */
final class Errors {
    private Errors() {}

    /** Calls a function whose last argument is the place for an error, and throws that. */
    static <T> T checked(Function<PointerByReference, T> function) {
        PointerByReference place = new PointerByReference();
        T result = function.apply(place);
        Pointer error = place.getValue();
        if (error != null) {
            String json = Loader.library().zerossl_error_json(error);
            Loader.library().zerossl_error_free(error);
            throw Kinds.exception(Json.read(json));
        }
        if (result == null) {
            throw resource("there is no memory for the answer");
        }
        return result;
    }

    /** A text that the caller of a function owns. */
    static String taken(Pointer text) {
        String copy = text.getString(0, "UTF-8");
        Loader.library().zerossl_string_free(text);
        return copy;
    }

    static ZeroSslException resource(String message) {
        return exception("resource", -16, null, null, message);
    }

    static ZeroSslException invalid(String operation, String parameter, String message) {
        return exception("invalid_argument", -1, operation, parameter, message);
    }

    static ZeroSslException cancelled(String operation, String message) {
        return exception("cancelled", -10, operation, null, message);
    }

    private static ZeroSslException exception(
            String kind, int code, String operation, String parameter, String message) {
        Map<String, Object> fields = new HashMap<>();
        fields.put("kind", kind);
        fields.put("code", (long) code);
        fields.put("operation", operation);
        fields.put("parameter", parameter);
        fields.put("message", operation == null ? message : operation + ": " + message);
        fields.put("retryable", !kind.equals("invalid_argument"));
        return Kinds.exception(new Fields(fields));
    }
}
