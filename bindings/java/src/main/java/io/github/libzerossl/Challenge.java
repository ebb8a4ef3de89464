package io.github.libzerossl;

/**
 * A file or a CNAME record that proves control of a name, to be published unchanged. The method says which of the two;
 * what belongs to the other one is null.
 *
 * @param domain the name
 * @param method how control is proved
 * @param url a file: from where the service fetches it, with status 200
 * @param file a file: its name, the last part of the URL
 * @param content a file: its lines, joined by newlines, without one at the end
 * @param name a record: its name, without a dot at the end
 * @param target a record: where it points to, with a dot at the end
 */
public record Challenge(
        String domain, ValidationMethod method, String url, String file, String content, String name, String target) {
    static Challenge from(Fields fields) {
        return new Challenge(
                fields.text("domain"),
                fields.word("method", ValidationMethod.values()),
                fields.text("url"),
                fields.text("file"),
                fields.text("content"),
                fields.text("name"),
                fields.text("target"));
    }
}
