package io.github.libzerossl;

import com.sun.jna.Pointer;
import java.lang.ref.Cleaner;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * An object of the C library. It is freed once: by {@link #free}, or when its owner was forgotten.
 *
 * <p>It is not freed while it is used. Nothing in here leads back to the owner, or that would never be forgotten.
 */
final class Handle {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Consumer<Pointer> release;
    private final Cleaner.Cleanable cleanable;
    private Pointer pointer;

    Handle(Object owner, Pointer pointer, Consumer<Pointer> release) {
        this.pointer = pointer;
        this.release = release;
        cleanable = CLEANER.register(owner, this::clean);
    }

    /** Calls a function that does not block. Its argument is null after the object was freed. */
    synchronized <T> T use(Function<Pointer, T> function) {
        return function.apply(pointer);
    }

    void free() {
        cleanable.clean();
    }

    private synchronized void clean() {
        release.accept(pointer);
        pointer = null;
    }
}
