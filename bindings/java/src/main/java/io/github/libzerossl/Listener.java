package io.github.libzerossl;

/** Is told what an operation does, on the thread of the call. */
@FunctionalInterface
public interface Listener {
    /**
     * Called with each event of progress and each warning.
     *
     * @param event what happened
     * @throws RuntimeException to end the call, which throws it on
     */
    void onEvent(Event event);
}
