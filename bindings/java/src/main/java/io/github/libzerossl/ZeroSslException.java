package io.github.libzerossl;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Why a call failed: the subclass says which kind of error it is, the message in one line what went wrong and what to
 * do. It never holds a secret.
 *
 * @serial exclude
 */
public class ZeroSslException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final Pattern WORD = Pattern.compile("_([a-z0-9])");

    private final int code;
    private final String kind;
    private final String operation;
    private final String parameter;
    private final boolean retryable;
    private final Duration retryAfter;
    private final Integer httpStatus;
    private final Integer apiCode;
    private final String apiType;
    private final transient Object details;
    private final transient Fields fields;

    ZeroSslException(Fields fields) {
        super(fields.text("message"));
        code = fields.count("code");
        kind = fields.text("kind");
        operation = fields.text("operation");
        String named = fields.text("parameter");
        parameter = named == null ? null : camel(named);
        retryable = Boolean.TRUE.equals(fields.flag("retryable"));
        retryAfter = fields.seconds("retry_after");
        httpStatus = fields.count("http_status");
        apiCode = fields.count("api_code");
        apiType = fields.text("api_type");
        details = fields.any("details");
        this.fields = fields;
    }

    private static String camel(String name) {
        return WORD.matcher(name).replaceAll(found -> found.group(1).toUpperCase(Locale.ROOT));
    }

    /** {@return the number of the kind, the same in every language} */
    public int code() {
        return code;
    }

    /** {@return the kind in one word, the same in every language, such as {@code rate_limited}} */
    public String kind() {
        return kind;
    }

    /** {@return the operation by its name in the library, or null for settings of a client} */
    public String operation() {
        return operation;
    }

    /**
     * {@return the parameter or setting that is wrong, with a place in it where that helps: {@code domains[2]}; null
     * for other kinds than {@link InvalidArgumentException}}
     */
    public String parameter() {
        return parameter;
    }

    /** {@return whether the same call is harmless to repeat later, and may then succeed} */
    public boolean retryable() {
        return retryable;
    }

    /** {@return how long the service asks to wait, or null} */
    public Duration retryAfter() {
        return retryAfter;
    }

    /** {@return the HTTP status of the answer, or null if there was none} */
    public Integer httpStatus() {
        return httpStatus;
    }

    /** {@return the service's own number, or null; it is not unique, see {@link #apiType}} */
    public Integer apiCode() {
        return apiCode;
    }

    /** {@return the service's own word, such as {@code certificate_not_found}, or null} */
    public String apiType() {
        return apiType;
    }

    /** {@return what else the service said, as JSON, or the report of {@link ZeroSsl#renewAll renewAll}; or null} */
    public Object details() {
        return details;
    }

    /** {@return what the library says besides, by its own names; empty after serialization} */
    public Map<String, Object> extra() {
        return fields == null ? Map.of() : fields.rest();
    }
}
