package io.github.libzerossl;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The members of a JSON object. Each is taken once; what is left, nobody knew. */
final class Fields {
    private final Map<String, Object> members;

    Fields(Map<String, Object> members) {
        this.members = new HashMap<>(members);
    }

    /** The kind of an error, which is not taken. */
    String kind() {
        return String.valueOf(members.get("kind"));
    }

    Object any(String name) {
        return members.remove(name);
    }

    String text(String name) {
        return (String) any(name);
    }

    Boolean flag(String name) {
        return (Boolean) any(name);
    }

    Integer count(String name) {
        return any(name) instanceof Number number ? number.intValue() : null;
    }

    Duration seconds(String name) {
        return any(name) instanceof Number number ? Duration.ofNanos((long) (number.doubleValue() * 1e9)) : null;
    }

    /** Null, and not taken, if it cannot be read. */
    Instant time(String name) {
        try {
            Instant time = members.get(name) instanceof String text ? Instant.parse(text) : null;
            any(name);
            return time;
        } catch (DateTimeException why) {
            return null;
        }
    }

    /** Null, and not taken, if it is new. */
    <E extends Enum<E>> E word(String name, E[] words) {
        Object word = members.get(name);
        for (E known : words) {
            if (known.toString().equals(word)) {
                any(name);
                return known;
            }
        }
        members.remove(name, null);
        return null;
    }

    byte[] bytes(String name) {
        return Base64.getDecoder().decode(text(name));
    }

    List<String> names(String name) {
        return list(any(name), String.class::cast);
    }

    <T> T object(String name, Function<Fields, T> reader) {
        Object value = any(name);
        return value == null ? null : object(value, reader);
    }

    <T> List<T> objects(String name, Function<Fields, T> reader) {
        return list(any(name), value -> object(value, reader));
    }

    Map<String, String> texts(String name) {
        return mapped(name, String.class::cast);
    }

    Map<String, List<String>> lists(String name) {
        return mapped(name, value -> list(value, String.class::cast));
    }

    <T> Map<String, T> map(String name, Function<Fields, T> reader) {
        return mapped(name, value -> object(value, reader));
    }

    /** What was not taken. */
    Map<String, Object> rest() {
        return Collections.unmodifiableMap(members);
    }

    private <T> Map<String, T> mapped(String name, Function<Object, T> reader) {
        Map<String, T> read = new LinkedHashMap<>();
        if (any(name) instanceof Map<?, ?> map) {
            map.forEach((key, value) -> read.put((String) key, reader.apply(value)));
        }
        return Collections.unmodifiableMap(read);
    }

    private static <T> List<T> list(Object value, Function<Object, T> reader) {
        List<T> read = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.forEach(item -> read.add(reader.apply(item)));
        }
        return Collections.unmodifiableList(read);
    }

    @SuppressWarnings("unchecked")
    private static <T> T object(Object value, Function<Fields, T> reader) {
        return reader.apply(new Fields((Map<String, Object>) value));
    }
}
