package io.github.libzerossl;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.function.BiFunction;

/** An operation that runs on a thread of the C library. One thread at a time reads its events. */
final class Op implements AutoCloseable {
    private final String operation;
    private final Handle handle;
    private final int descriptor;
    private volatile Poller.Wait wait;
    private InterruptedException interrupt;

    /** Takes what was started. */
    Op(String operation, Pointer started) {
        this.operation = operation;
        handle = new Handle(this, started, Loader.library()::zerossl_op_free);
        descriptor = handle.use(Loader.library()::zerossl_op_fd);
        if (descriptor < 0) {
            close();
            throw Errors.resource(operation + ": there is no descriptor to wait with");
        }
    }

    /**
     * The next event, or null when the operation has ended, well or not. An interrupt ends it: then there are no more
     * events, and the result says why.
     */
    Fields next() {
        while (true) {
            // Made before the look, or a close between the two would not end the wait.
            wait = new Poller.Wait(descriptor);
            PointerByReference place = new PointerByReference();
            int found = checked((op, error) -> Loader.library().zerossl_op_next(op, 0, place, error));
            if (found == CLibrary.DONE) {
                return null;
            }
            if (found == CLibrary.EVENT) {
                String event = Errors.taken(place.getValue());
                if (interrupt == null) {
                    return Json.read(event);
                }
                continue;
            }
            try {
                Poller.await(wait);
            } catch (InterruptedException why) {
                interrupt(why);
            }
        }
    }

    /** The answer, after the last event. */
    Fields result() {
        try {
            return Json.read(Errors.taken(checked((op, error) -> Loader.library().zerossl_op_result(op, error))));
        } catch (CancelledException why) {
            if (interrupt != null) {
                why.initCause(interrupt);
            }
            throw why;
        } finally {
            restore();
        }
    }

    /** Ends the operation soon, as its thread was interrupted. */
    void interrupt(InterruptedException why) {
        interrupt = why;
        cancel();
    }

    /** Ends the operation, and waits until it has: then nothing is written any more. */
    void end() {
        cancel();
        while (next() != null) {}
        restore();
    }

    private void cancel() {
        handle.use(op -> {
            Loader.library().zerossl_op_cancel(op);
            return null;
        });
    }

    private void restore() {
        if (interrupt != null) {
            Thread.currentThread().interrupt();
        }
    }

    /** Answers a question; why is null if it was done. */
    void reply(long id, String why) {
        Parameters.Builder reply = new Parameters.Builder();
        reply.set("id", id);
        reply.set(why == null ? "ok" : "error", why == null ? Boolean.TRUE : why);
        checked((op, error) -> Loader.library().zerossl_op_reply(op, reply.json(operation), error));
    }

    /** Ends the operation, if it still runs. Who waits for an event of it is told. */
    @Override
    public void close() {
        handle.free();
        Poller.Wait last = wait;
        if (last != null) {
            last.over().countDown();
        }
    }

    private <T> T checked(BiFunction<Pointer, PointerByReference, T> function) {
        return handle.use(op -> {
            if (op == null) {
                throw Errors.cancelled(operation, "it was closed before its end");
            }
            return Errors.checked(error -> function.apply(op, error));
        });
    }
}
