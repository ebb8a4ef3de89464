package io.github.libzerossl;

import java.lang.System.Logger.Level;

/** Handles the events of a call, on the caller's thread. */
final class Running {
    private static final System.Logger LOG = System.getLogger("io.github.libzerossl");

    private final Op op;
    private final Listener listener;
    private final Publisher publisher;
    /** Why something was not published. */
    private Exception cause;

    Running(Op op, Listener listener, Publisher publisher) {
        this.op = op;
        this.listener = listener;
        this.publisher = publisher;
    }

    /** The answer of the operation. */
    Fields finish() {
        try {
            for (Fields event = op.next(); event != null; event = op.next()) {
                handle(event.text("type"), event);
            }
        } catch (RuntimeException | Error why) {
            op.end();
            throw why;
        }
        try {
            return op.result();
        } catch (ValidationException why) {
            if (cause != null) {
                why.initCause(cause);
            }
            throw why;
        }
    }

    private void handle(String type, Fields event) {
        switch (type) {
            case "publish" -> ask(event, this::publish);
            case "cleanup" -> ask(event, challenge -> publisher.cleanup(challenge));
            case "log" -> LOG.log(Level.DEBUG, event.text("message"));
            case "progress" -> tell(EventType.PROGRESS, event);
            case "warning" -> tell(EventType.WARNING, event);
            default -> LOG.log(Level.TRACE, "an event of type {0}, which is new", type);
        }
    }

    private void tell(EventType type, Fields event) {
        if (listener != null) {
            listener.onEvent(Event.from(type, event));
        }
    }

    private void publish(Challenge challenge) throws Exception {
        try {
            publisher.publish(challenge);
        } catch (Exception why) {
            cause = why;
            throw why;
        }
    }

    private void ask(Fields question, Publisher act) {
        long id = question.count("id");
        if (publisher == null) {
            reply(id, "nobody is there to do it: give the operation a Publisher");
            return;
        }
        try {
            act.publish(Challenge.from(question));
        } catch (InterruptedException why) {
            op.interrupt(why);
            return;
        } catch (Exception why) {
            reply(id, String.valueOf(why.getMessage()));
            return;
        }
        reply(id, null);
    }

    /** Replies, unless the operation did not wait so long. */
    private void reply(long id, String why) {
        try {
            op.reply(id, why);
        } catch (InvalidArgumentException late) {
            if (!"id".equals(late.parameter())) {
                throw late;
            }
        }
    }
}
