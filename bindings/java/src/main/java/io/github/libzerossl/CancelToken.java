package io.github.libzerossl;

import com.sun.jna.Pointer;
import java.util.function.Function;

/** Ends calls from any thread: those of clients that were made by {@link ZeroSsl#withCancel}. */
public final class CancelToken {
    private final Handle handle;

    /** Makes a token that is not cancelled. */
    public CancelToken() {
        CLibrary library = Loader.library();
        handle = new Handle(
                this, Errors.checked(error -> library.zerossl_cancel_token_new()), library::zerossl_cancel_token_free);
    }

    /** Ends the calls within 0.2 s, and later ones at once, with a {@link CancelledException}. */
    public void cancel() {
        handle.use(token -> {
            Loader.library().zerossl_cancel_token_cancel(token);
            return null;
        });
    }

    /** {@return whether it was cancelled} */
    public boolean isCancelled() {
        return handle.use(Loader.library()::zerossl_cancel_token_is_cancelled) != 0;
    }

    <T> T use(Function<Pointer, T> function) {
        return handle.use(function);
    }
}
