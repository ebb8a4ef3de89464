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
        for (Fields event = op.next(); event != null; event = op.next()) {
            handle(event.text("type"), event);
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
            case "publish" -> ask(event, publisher == null ? null : publisher::publish);
            case "cleanup" -> ask(event, publisher == null ? null : publisher::cleanup);
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

    /** A publisher's method. */
    private interface Act {
        void on(Challenge challenge) throws Exception;
    }

    private void ask(Fields question, Act act) {
        long id = question.count("id");
        if (act == null) {
            op.reply(id, "nobody is there to do it: give the call a Publisher");
            return;
        }
        try {
            act.on(Challenge.from(question));
        } catch (InterruptedException why) {
            op.interrupt(why);
            return;
        } catch (Exception why) {
            cause = why;
            op.reply(id, String.valueOf(why.getMessage()));
            return;
        }
        op.reply(id, null);
    }
}
