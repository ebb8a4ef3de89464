package io.github.libzerossl;

import java.util.Collections;
import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The certificates on all pages; each page is fetched when it is needed. */
final class Pages extends AbstractSpliterator<Certificate> implements AutoCloseable {
    private final Supplier<Op> starter;
    private volatile Op op;
    private Iterator<Certificate> page = Collections.emptyIterator();
    private boolean isOver;

    private Pages(Supplier<Op> starter) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
        this.starter = starter;
    }

    static Stream<Certificate> stream(Supplier<Op> starter) {
        Pages pages = new Pages(starter);
        return StreamSupport.stream(pages, false).onClose(pages::close);
    }

    @Override
    public boolean tryAdvance(Consumer<? super Certificate> action) {
        while (!page.hasNext()) {
            if (isOver) {
                return false;
            }
            turn();
        }
        action.accept(page.next());
        return true;
    }

    private void turn() {
        if (op == null) {
            op = starter.get();
        }
        Fields event = op.next();
        if (event != null) {
            page = event.objects("results", Certificate::from).iterator();
            return;
        }
        isOver = true;
        try (Op ended = op) {
            ended.result();
        }
    }

    @Override
    public void close() {
        isOver = true;
        if (op != null) {
            op.close();
        }
    }
}
