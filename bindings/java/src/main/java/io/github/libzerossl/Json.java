package io.github.libzerossl;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The JSON of the C library. */
final class Json {
    private static final Gson GSON = new GsonBuilder()
            .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
            .serializeNulls()
            .create();

    private Json() {}

    static Fields read(String json) {
        return new Fields(GSON.fromJson(json, new TypeToken<Map<String, Object>>() {}));
    }

    /**
     * A value as JSON.
     *
     * @throws IllegalArgumentException if there is no JSON for it: a number that is infinite, half of a character
     */
    static String written(Object value) {
        String json = GSON.toJson(value);
        try {
            StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(json));
        } catch (CharacterCodingException why) {
            throw new IllegalArgumentException("it is not Unicode: a surrogate is alone", why);
        }
        return json;
    }
}
