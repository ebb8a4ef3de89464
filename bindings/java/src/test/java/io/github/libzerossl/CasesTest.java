package io.github.libzerossl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every case of tests/cases, through the typed methods. */
class CasesTest {
    private static final Path CASES = Path.of(System.getenv("CASES"));
    private static final Pattern WORD = Pattern.compile("_([a-z0-9])");
    private static final Pattern CAPITAL = Pattern.compile("[A-Z]");

    private final String replay = Sandbox.serve(1, List.of("--replay", CASES.toString())).get(0);
    /** How many cases can be written with Java's types; the others are about types that are wrong. */
    private final AtomicInteger typed = new AtomicInteger();

    @Test
    void allCases() throws IOException {
        List<String> names;
        try (Stream<Path> files = Files.walk(CASES)) {
            names = files.map(file -> CASES.relativize(file).toString())
                    .filter(name -> name.endsWith(".json"))
                    .map(name -> name.substring(0, name.length() - ".json".length()))
                    .toList();
        }
        assertTrue(names.size() > 100, () -> "only " + names.size() + " cases");
        // Several at once: some wait for a retry.
        ExecutorService pool = Executors.newFixedThreadPool(16);
        List<CompletableFuture<List<String>>> played =
                names.stream().map(name -> CompletableFuture.supplyAsync(() -> play(name), pool)).toList();
        assertEquals(List.of(), played.stream().flatMap(one -> one.join().stream()).toList());
        pool.shutdown();
        System.out.println(names.size() + " cases, " + typed.get() + " of them typed");
        assertTrue(typed.get() >= names.size() * 8 / 10, () -> "only " + typed.get() + " are typed");
    }

    private List<String> play(String name) {
        Map<String, Object> given = read(CASES.resolve(name + ".json"));
        String url = replay + "/" + name;
        ZeroSslBuilder settings = ZeroSsl.builder().accessKey("replay-key").baseUrl(url).requestsPerSecond(0);
        fill(settings, map(given.get("settings")));
        List<String> problems = new ArrayList<>();
        try (ZeroSsl client = settings.build()) {
            long begin = System.nanoTime();
            Object answer = call(client, name.split("/")[0], map(given.get("parameters")));
            double took = (System.nanoTime() - begin) / 1e9;
            double limit = (double) plain(map(given.get("settings")).getOrDefault("timeout", 60))
                    * (double) plain(given.getOrDefault("calls", 1));
            if (took > limit * 1.1 + 0.25) {
                problems.add("it took " + took + " s");
            }
            if (given.get("error") != null && !(answer instanceof ZeroSslException)) {
                problems.add("it ended with " + answer);
            } else if (answer instanceof ZeroSslException why) {
                List<?> texts = (List<?>) map(given.get("error")).getOrDefault("message_contains", List.of());
                texts.stream()
                        .filter(text -> !why.getMessage().contains((String) text))
                        .forEach(text -> problems.add(why + " lacks " + text));
                compare(given.get("error"), why, "", problems);
            } else if (answer != null) {
                // A method that returns nothing keeps to itself what else a success says.
                compare(given.get("result"), answer, "", problems);
            }
        } catch (ReflectiveOperationException why) {
            throw new IllegalStateException(why);
        }
        Map<String, Object> verdict = map(Sandbox.fetch("GET", url + "/.verdict", null));
        if (!verdict.get("complete").equals(true)) {
            problems.add("not every request came");
        }
        ((List<?>) verdict.get("problems")).forEach(problem -> problems.add((String) problem));
        return problems.stream().map(problem -> name + ": " + problem).toList();
    }

    private static Map<String, Object> read(Path file) {
        try {
            return Json.read(Files.readString(file)).rest();
        } catch (IOException why) {
            throw new UncheckedIOException(why);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object json) {
        return json == null ? Map.of() : (Map<String, Object>) json;
    }

    /** The answer, or the exception. */
    private Object call(ZeroSsl client, String operation, Map<String, Object> parameters)
            throws ReflectiveOperationException {
        Method method = Arrays.stream(ZeroSsl.class.getMethods())
                .filter(one -> one.getName().equals(camel(operation)) && one.getParameterCount() == 1)
                .findFirst()
                .orElseThrow();
        Class<?> of = method.getParameterTypes()[0];
        Parameters.Builder builder = (Parameters.Builder) of.getMethod("builder").invoke(null);
        if (fill(builder, parameters)) {
            typed.incrementAndGet();
        }
        Object request = builder.getClass().getMethod("build").invoke(builder);
        try {
            return method.invoke(client, request);
        } catch (InvocationTargetException why) {
            if (why.getCause() instanceof ZeroSslException failure) {
                return failure;
            }
            throw why;
        }
    }

    /** Says whether all values have the types that Java has for them. */
    private static boolean fill(Parameters.Builder builder, Map<String, Object> values) {
        boolean isTyped = true;
        for (Map.Entry<String, Object> value : values.entrySet()) {
            if (!set(builder, camel(value.getKey()), value.getValue())) {
                builder.set(value.getKey(), value.getValue());
                isTyped = false;
            }
        }
        return isTyped;
    }

    private static boolean set(Parameters.Builder builder, String name, Object json) {
        for (Method method : builder.getClass().getMethods()) {
            if (!method.getName().equals(name) || method.getParameterCount() != 1 || method.isVarArgs()) {
                continue;
            }
            try {
                Object value = converted(json, method.getGenericParameterTypes()[0].getTypeName(), method);
                method.invoke(builder, value);
                return true;
            } catch (IllegalArgumentException | ClassCastException | ReflectiveOperationException why) {
                return false;
            }
        }
        return false;
    }

    /** A value of JSON as a user of Java writes it. */
    private static Object converted(Object json, String type, Method method) {
        Class<?> of = method.getParameterTypes()[0];
        if (json == null) {
            return null;
        }
        if (of == Integer.class) {
            return Math.toIntExact((Long) json);
        }
        if (of == Duration.class) {
            return Duration.ofNanos((long) (((Number) json).doubleValue() * 1e9));
        }
        if (of.isEnum()) {
            return word(of, json);
        }
        if (of == Subject.class) {
            Subject.Builder subject = Subject.builder();
            if (!fill(subject, map(json))) {
                throw new IllegalArgumentException("another member");
            }
            return subject.build();
        }
        if (of == ValidationWay.class) {
            return way(map(json));
        }
        if (of == Collection.class) {
            String item = type.replaceAll("^.*<|>$", "");
            return ((List<?>) json).stream()
                    .map(one -> item.endsWith("String") ? (String) one : word(forName(item), one))
                    .toList();
        }
        return of.cast(json);
    }

    private static Class<?> forName(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException why) {
            throw new IllegalStateException(why);
        }
    }

    private static Object word(Class<?> of, Object word) {
        return Arrays.stream(of.getEnumConstants())
                .filter(one -> one.toString().equals(word))
                .findFirst()
                .orElseThrow(IllegalArgumentException::new);
    }

    private static ValidationWay way(Map<String, Object> json) {
        ValidationMethod method = (ValidationMethod) word(ValidationMethod.class, json.get("method"));
        Set<String> others = new TreeSet<>(json.keySet());
        others.remove("method");
        if (others.isEmpty()) {
            return ValidationWay.publisher(method);
        }
        if (others.equals(Set.of("webroot")) && json.get("webroot") instanceof String folder) {
            return ValidationWay.webroot(folder).by(method);
        }
        throw new IllegalArgumentException("not one of the ways");
    }

    /** Compares an answer, or an exception, with its JSON form. */
    private static void compare(Object json, Object actual, String place, List<String> problems)
            throws ReflectiveOperationException {
        if (json == null && actual != null) {
            problems.add(place + ": nothing was expected, got " + actual);
        } else if (actual instanceof Record record) {
            Map<String, Object> expected = map(json);
            Map<?, ?> extra = (Map<?, ?>) component(record, "extra");
            Set<String> known = Arrays.stream(record.getClass().getRecordComponents())
                    .map(component -> snake(component.getName()))
                    .filter(name -> !name.equals("extra"))
                    .collect(Collectors.toSet());
            Set<Object> all = new HashSet<>(known);
            if (extra != null) {
                all.addAll(extra.keySet());
            }
            if (!all.equals(expected.keySet())) {
                problems.add(place + ": the members are " + all);
            }
            for (Map.Entry<String, Object> member : expected.entrySet()) {
                String name = member.getKey();
                Object value = known.contains(name) ? component(record, camel(name)) : null;
                boolean isExtra = value == null && extra != null && extra.containsKey(name);
                compare(member.getValue(), isExtra ? extra.get(name) : value, place + "/" + name, problems);
            }
        } else if (actual instanceof ZeroSslException exception) {
            for (Map.Entry<String, Object> member : map(json).entrySet()) {
                String name = member.getKey();
                if (!name.equals("message_contains")) {
                    Object expected = name.equals("parameter") ? camel((String) member.getValue()) : member.getValue();
                    compare(expected, member(exception, name), place + "/" + name, problems);
                }
            }
        } else if (json instanceof List<?> list && actual instanceof List<?> found && list.size() == found.size()) {
            for (int item = 0; item < list.size(); item++) {
                compare(list.get(item), found.get(item), place + "/" + item, problems);
            }
        } else if (json instanceof Map<?, ?> map && actual instanceof Map<?, ?> found
                && map.keySet().equals(found.keySet())) {
            for (Object key : map.keySet()) {
                compare(map.get(key), found.get(key), place + "/" + key, problems);
            }
        } else if (actual instanceof Instant time && json instanceof String text) {
            // Fractions are padded.
            if (!Instant.parse(text).equals(time)) {
                problems.add(place + ": expected " + text + ", got " + time);
            }
        } else if (!Objects.equals(plain(json), plain(actual))) {
            problems.add(place + ": expected " + json + ", got " + actual);
        }
    }

    private static Object member(ZeroSslException exception, String name) throws ReflectiveOperationException {
        if (name.equals("message")) {
            return exception.getMessage();
        }
        try {
            return exception.getClass().getMethod(camel(name)).invoke(exception);
        } catch (NoSuchMethodException why) {
            return exception.extra().get(name);
        }
    }

    private static Object component(Record record, String name) throws ReflectiveOperationException {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            if (component.getName().equals(name)) {
                return component.getAccessor().invoke(record);
            }
        }
        return null;
    }

    private static Object plain(Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof Duration time) {
            return time.toNanos() / 1e9;
        }
        if (value instanceof byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
        return value instanceof Enum<?> ? value.toString() : value;
    }

    private static String camel(String name) {
        return WORD.matcher(name).replaceAll(found -> found.group(1).toUpperCase());
    }

    private static String snake(String name) {
        return CAPITAL.matcher(name).replaceAll(found -> "_" + found.group().toLowerCase());
    }
}
