package io.github.libzerossl;

/** Publishes what proves control of the names, on the thread of the call. */
@FunctionalInterface
public interface Publisher {
    /**
     * Publishes a file or a record. It has to be in place when this returns.
     *
     * @param challenge what has to be published
     * @throws Exception if it cannot be done: it becomes the cause of the {@link ValidationException} that ends the
     *     call, and the order is kept
     */
    void publish(Challenge challenge) throws Exception;

    /**
     * Takes away what is needed no more. By default it stays in place.
     *
     * @param challenge what was published
     * @throws Exception if it cannot be done, which is a warning
     */
    default void cleanup(Challenge challenge) throws Exception {}
}
