package io.github.libzerossl;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * Waits for descriptors of ops: one thread of the system polls them all, so that a virtual thread that waits holds
 * none. The thread ends when nobody has waited for a while.
 */
final class Poller {
    private static final int IDLE = 1_000;
    /** The size of a {@code struct pollfd}, and where its members are. */
    private static final int SIZE = 8;
    private static final int EVENTS = 4;
    private static final int RETURNED = 6;
    private static final short READABLE = 1;
    /** {@code EFD_CLOEXEC | EFD_NONBLOCK}. */
    private static final int FLAGS = 0x80800;

    interface LibC extends Library {
        int poll(Pointer set, long count, int timeout);

        int eventfd(int value, int flags);

        int eventfd_write(int descriptor, long value);

        int eventfd_read(int descriptor, Pointer value);
    }

    /** Somebody who waits until a descriptor is readable. */
    record Wait(int descriptor, CountDownLatch over) {
        Wait(int descriptor) {
            this(descriptor, new CountDownLatch(1));
        }
    }

    private static final LibC LIBC = Native.load("c", LibC.class);
    private static final Set<Wait> WAITS = ConcurrentHashMap.newKeySet();
    private static int doorbell = -1;
    private static boolean isRunning;

    private Poller() {}

    /** Waits until the descriptor is readable, or somebody else ends the wait. There may be false alarms. */
    static void await(Wait wait) throws InterruptedException {
        WAITS.add(wait);
        try {
            ring();
            wait.over.await();
        } finally {
            WAITS.remove(wait);
        }
    }

    /** Tells the thread that there is somebody new. */
    private static synchronized void ring() {
        if (doorbell < 0) {
            doorbell = LIBC.eventfd(0, FLAGS);
        }
        if (doorbell < 0) {
            throw Errors.resource("there is no descriptor to wait with");
        }
        if (!isRunning) {
            isRunning = true;
            Thread thread = new Thread(Poller::run, "libzerossl");
            thread.setDaemon(true);
            thread.start();
        }
        LIBC.eventfd_write(doorbell, 1);
    }

    private static void run() {
        while (!isIdle(poll(List.copyOf(WAITS)))) {}
    }

    /** Ends the waits whose descriptors are readable. Says whether nothing came for a while. */
    private static boolean poll(List<Wait> waits) {
        try (Memory set = new Memory((long) SIZE * (waits.size() + 1))) {
            describe(set, 0, doorbell);
            for (int place = 0; place < waits.size(); place++) {
                describe(set, place + 1, waits.get(place).descriptor);
            }
            int found = LIBC.poll(set, waits.size() + 1, IDLE);
            if (found <= 0) {
                return found == 0;
            }
            for (int place = 0; place < waits.size(); place++) {
                if (isReady(set, place + 1)) {
                    WAITS.remove(waits.get(place));
                    waits.get(place).over.countDown();
                }
            }
            if (isReady(set, 0)) {
                // The number says how often it rang, which is of no use.
                LIBC.eventfd_read(doorbell, set);
            }
            return false;
        }
    }

    private static synchronized boolean isIdle(boolean nothingCame) {
        isRunning = !(nothingCame && WAITS.isEmpty());
        return !isRunning;
    }

    private static void describe(Memory set, int place, int descriptor) {
        set.setInt((long) SIZE * place, descriptor);
        set.setShort((long) SIZE * place + EVENTS, READABLE);
        set.setShort((long) SIZE * place + RETURNED, (short) 0);
    }

    private static boolean isReady(Memory set, int place) {
        return set.getShort((long) SIZE * place + RETURNED) != 0;
    }
}
