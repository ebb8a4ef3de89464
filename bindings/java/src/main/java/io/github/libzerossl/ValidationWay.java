package io.github.libzerossl;

import java.util.Arrays;
import java.util.Map;

/** How control of the names is proved, and who publishes. One method is used for the whole order. */
public final class ValidationWay extends Parameters {
    private ValidationWay(Builder builder) {
        super(builder);
    }

    /**
     * A file, in a folder that a web server shows at {@code http://NAME/}.
     *
     * @param folder the folder
     * @return the way
     */
    public static ValidationWay webroot(String folder) {
        return way(ValidationMethod.HTTP_CSR_HASH, "webroot", folder);
    }

    /**
     * A file, in a folder for each name.
     *
     * @param folders the folders by name
     * @return the way
     */
    public static ValidationWay webroots(Map<String, String> folders) {
        return way(ValidationMethod.HTTP_CSR_HASH, "webroot", folders);
    }

    /**
     * A file, which a small web server of the library shows for as long as needed.
     *
     * @param address where it listens, such as {@code 0.0.0.0:80}
     * @return the way
     */
    public static ValidationWay listen(String address) {
        return way(ValidationMethod.HTTP_CSR_HASH, "listen", address);
    }

    /**
     * A CNAME record, which a command publishes. It is called with {@code present} or {@code cleanup}, the record's
     * name and its target.
     *
     * @param command the program and its arguments
     * @return the way
     */
    public static ValidationWay hook(String... command) {
        return way(ValidationMethod.CNAME_CSR_HASH, "hook", Arrays.asList(command));
    }

    /**
     * A mail, for which a person has to follow a link.
     *
     * @param addresses for each name the address, from those that the order lists
     * @return the way
     */
    public static ValidationWay emails(Map<String, String> addresses) {
        return way(ValidationMethod.EMAIL, "emails", addresses);
    }

    /**
     * A file or a record, which the {@link Publisher} of the call publishes.
     *
     * @param method the method
     * @return the way
     */
    public static ValidationWay publisher(ValidationMethod method) {
        return way(method, "method", method);
    }

    /**
     * The same, by another method than usual: files over HTTPS, or a hook that publishes files.
     *
     * @param method the method
     * @return another way
     */
    public ValidationWay by(ValidationMethod method) {
        Builder builder = new Builder();
        values().forEach(builder::set);
        builder.set("method", method);
        return new ValidationWay(builder);
    }

    /** Whether nobody but the call's publisher can publish. */
    static boolean needsPublisher(Object validation) {
        return validation instanceof Map<?, ?> way
                && way.size() == 1
                && !ValidationMethod.EMAIL.toString().equals(way.get("method"));
    }

    private static ValidationWay way(ValidationMethod method, String name, Object value) {
        Builder builder = new Builder();
        builder.set("method", method);
        builder.set(name, value);
        return new ValidationWay(builder);
    }
}
