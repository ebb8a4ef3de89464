package io.github.libzerossl;

import java.time.Duration;
import java.util.Map;

/**
 * A step of an operation, or something that needs attention although the work continues. What does not apply is null.
 *
 * @param type progress or warning
 * @param message one line of English
 * @param stage where the work is
 * @param entry the entry's name
 * @param domain the name that it is about
 * @param location the URL or the record's name that is published
 * @param id the certificate's or the order's id
 * @param attempt the number of the request to the service to validate, from 1
 * @param nextPoll the time until the next poll of the order
 * @param outcome what came of it; only at the end
 * @param extra what the step says besides, such as {@code port} or {@code finding}
 */
public record Event(
        EventType type,
        String message,
        Stage stage,
        String entry,
        String domain,
        String location,
        String id,
        Integer attempt,
        Duration nextPoll,
        Outcome outcome,
        Map<String, Object> extra) {
    static Event from(EventType type, Fields fields) {
        return new Event(
                type,
                fields.text("message"),
                fields.word("stage", Stage.values()),
                fields.text("entry"),
                fields.text("domain"),
                fields.text("location"),
                fields.text("id"),
                fields.count("attempt"),
                fields.seconds("next_poll"),
                fields.word("outcome", Outcome.values()),
                fields.rest());
    }
}
