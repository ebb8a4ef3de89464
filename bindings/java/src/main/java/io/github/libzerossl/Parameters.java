package io.github.libzerossl;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/** What an operation is given: what was set, by the library's names. */
abstract class Parameters {
    private final Map<String, Object> values;

    Parameters(Builder builder) {
        values = new LinkedHashMap<>(builder.values);
    }

    Map<String, Object> values() {
        return values;
    }

    /** The JSON form. */
    String json(String operation) {
        return json(operation, values);
    }

    /** Collects values. */
    static class Builder {
        private final Map<String, Object> values = new LinkedHashMap<>();

        Builder() {}

        /** Null takes a value back. */
        final void set(String name, Object value) {
            if (value == null) {
                values.remove(name);
            } else {
                values.put(name, plain(value));
            }
        }

        final String json(String operation) {
            return Parameters.json(operation, values);
        }
    }

    private static String json(String operation, Map<String, Object> values) {
        StringJoiner json = new StringJoiner(",", "{", "}");
        values.forEach((name, value) -> {
            try {
                json.add(Json.written(name) + ":" + Json.written(value));
            } catch (IllegalArgumentException why) {
                throw Errors.invalid(operation, name, "`" + name + "`: " + why.getMessage());
            }
        });
        return json.toString();
    }

    /** A copy that JSON has a form for. */
    private static Object plain(Object value) {
        if (value instanceof Duration time) {
            return time.getSeconds() + time.getNano() / 1e9;
        }
        if (value instanceof Enum<?>) {
            return value.toString();
        }
        if (value instanceof Parameters inside) {
            return inside.values;
        }
        if (value instanceof Collection<?> list) {
            return list.stream().map(item -> item == null ? null : plain(item)).toList();
        }
        return value instanceof Map<?, ?> map ? new LinkedHashMap<>(map) : value;
    }
}
