package io.github.libzerossl;

/**
 * What went wrong with one name.
 *
 * @param location the URL or the record's name where the service looked
 * @param expected what should be there
 * @param found what was there
 * @param reason the service's reason, such as wrong_file_content
 */
public record DomainProblem(String location, String expected, String found, String reason) {
    static DomainProblem from(Fields fields) {
        return new DomainProblem(
                fields.text("location"), fields.text("expected"), fields.text("found"), fields.text("reason"));
    }
}
