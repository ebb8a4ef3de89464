"""The same as busy.c, through the Python package: with an event loop, and signals that raise inside of calls."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import random
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, NoReturn

import libzerossl as zerossl

if TYPE_CHECKING:
    from collections.abc import Callable

STATUS = 7
# A signal ends a child that hangs for this many seconds.
PATIENCE = 30
LONGEST = 0.05


class Busy:
    """What the threads share: the token that signals cancel."""

    def __init__(self, chance: random.Random, parameters: dict[str, Any]) -> None:
        """Nothing runs yet."""
        self.chance = chance
        self.parameters = parameters
        self.token = zerossl.CancelToken()
        self.signals = 0

    def client(self) -> zerossl.Client:
        """Make a client that signals cancel."""
        return zerossl.Client(requests_per_second=0).cancelled_by(self.token)

    def repeat(self, work: Callable[[zerossl.Client], object]) -> None:
        """Go on, whatever was cancelled, until the main thread has ended: daemons are ended with the interpreter."""
        while threading.main_thread().is_alive():
            client = self.client()
            try:
                for _ in range(10):
                    work(client)
            except zerossl.CancelledError:
                continue

    def obtain(self, client: zerossl.Client) -> None:
        """Obtain, or find that it was done."""
        parameters = dict(self.parameters)
        client.obtain(parameters.pop("domains"), on_event=lambda _: None, **parameters)

    def loop(self, _: zerossl.Client) -> None:
        """Make several calls at once, on an event loop."""

        async def several() -> None:
            async with zerossl.AsyncClient(requests_per_second=0) as own:
                await asyncio.gather(*(own.list_certificates(limit=1) for _ in range(3)))

        asyncio.run(several())

    def use_everything(self) -> None:
        """Import what the library imports late: a handler that raises inside an import leaves Python's lock taken."""
        client = self.client()
        client.list_certificates(limit=1)
        list(client.iter_certificates())
        self.loop(client)
        self.cancel()
        with contextlib.suppress(zerossl.CancelledError):
            self.obtain(client)

    def start(self) -> None:
        """Start the threads. The interpreter waits for the one that is no daemon."""
        for work, daemon in (
            (lambda client: client.list_certificates(limit=1), True),
            (lambda client: client.list_certificates(limit=1), False),
            (lambda client: list(client.iter_certificates()), True),
            (self.loop, True),
            (self.obtain, True),
        ):
            threading.Thread(target=self.repeat, args=(work,), daemon=daemon).start()

    def until(self, end: float) -> None:
        """Wait for the moment inside a call."""
        client = zerossl.Client(requests_per_second=0)
        while time.monotonic() < end:
            client.list_certificates(limit=1)

    def moment(self) -> float:
        """When the next thing happens."""
        return time.monotonic() + self.chance.uniform(0, LONGEST)

    def later(self, number: int, thread: int | None = None) -> None:
        """Send a signal to the process, or to a thread, at the next moment."""
        pause = self.chance.uniform(0, LONGEST)

        def send() -> None:
            time.sleep(pause)
            signal.pthread_kill(thread, number) if thread else os.kill(os.getpid(), number)

        threading.Thread(target=send, daemon=True).start()

    def count(self, *_: object) -> None:
        """Take a signal."""
        self.signals += 1

    def cancel(self, *_: object) -> None:
        """Take a signal that ends all calls; later ones are ended by the next."""
        token, self.token = self.token, zerossl.CancelToken()
        token.cancel()

    def interrupt(self) -> None:
        """Let Ctrl-C end a call of the main thread."""
        try:
            self.later(signal.SIGINT)
            self.until(time.monotonic() + PATIENCE)
        except KeyboardInterrupt:
            return
        raise AssertionError("Ctrl-C did not come")

    def fork(self) -> None:
        """Let a child call and end, in one of three ways."""
        way = self.chance.randrange(3)
        self.until(self.moment())
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(PATIENCE)
            status = 1
            try:
                zerossl.Client(requests_per_second=0).list_certificates(limit=1)
                status = 0
            finally:
                os._exit(status) if way else sys.exit(status)
        while os.waitpid(child, 0)[1]:
            raise AssertionError("the child failed")

    def disturb(self) -> None:
        """Do one thing to the process, at a random moment."""
        which = self.chance.randrange(6)
        if which <= 1:
            self.fork()
        elif which == 2:
            self.interrupt()
        elif which == 3:
            before = self.token
            self.later(signal.SIGTERM)
            end = time.monotonic() + PATIENCE
            while self.token is before:
                assert time.monotonic() < end, "SIGTERM did not come"
                self.until(self.moment())
        elif which == 4:
            signal.setitimer(self.chance.choice([signal.ITIMER_REAL, signal.ITIMER_PROF]), 0.001, 0.002)
        else:
            self.later(signal.SIGCHLD, threading.main_thread().ident)
            self.until(self.moment())

    def end(self, way: str) -> None:
        """End as asked; by returning, otherwise. An interpreter that ends takes no signals any more."""
        for timer in (signal.ITIMER_REAL, signal.ITIMER_PROF):
            signal.setitimer(timer, 0)
        if way == "raised by SIGTERM":
            signal.signal(signal.SIGTERM, raise_exit)
            self.later(signal.SIGTERM)
            self.until(time.monotonic() + PATIENCE)
        self.until(self.moment())
        if way == "os._exit":
            os._exit(STATUS)
        if way == "sys.exit":
            sys.exit(STATUS)
        if way == "SIGTERM":
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTERM)


def raise_exit(*_: object) -> NoReturn:
    """End the interpreter from a handler."""
    sys.exit(STATUS)


def main() -> None:
    """Do as the arguments say."""
    seed, disturbances, way, parameters = sys.argv[1:]
    chance = random.Random(int(seed))
    busy = Busy(chance, json.loads(parameters))
    for number in (signal.SIGALRM, signal.SIGPROF, signal.SIGCHLD):
        signal.signal(number, busy.count)
    signal.signal(signal.SIGTERM, busy.cancel)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if chance.randrange(2):
        atexit.register(lambda: zerossl.Client(requests_per_second=0).list_certificates(limit=1))
    busy.use_everything()
    busy.start()
    for _ in range(int(disturbances)):
        busy.disturb()
    busy.end(way)


if __name__ == "__main__":
    main()
