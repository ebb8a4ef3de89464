"""Children that are forked while threads of the parent are busy inside the library: a new client works in each.

    python forks.py [FORKS]

A child of fork has one thread, and whatever another one of the parent held at that moment is held for ever. So the
parent makes keys and TLS connections without a pause, and each child makes a key, a connection and a certificate.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import libzerossl as zerossl
from libzerossl.sandbox import Sandbox

THREADS = 6
PATIENCE = 60
KEY_TYPES = ("ecdsa-p256", "ecdsa-p384", "ecdsa-p256", "rsa-2048")
SECONDS = 20.0


def client(sandbox: Sandbox) -> zerossl.Client:
    """Make a client without a rate limit."""
    return sandbox.client(requests_per_second=0)


def be_busy(sandbox: Sandbox, ended: threading.Event) -> None:
    """Make keys and connections: a new client has none yet."""
    while not ended.is_set():
        with client(sandbox) as busy:
            busy.generate_csr(domains=["example.com"])
            busy.list_certificates(limit=1)


def live(sandbox: Sandbox, number: int, folder: Path) -> None:
    """Use randomness, TLS, threads and locks in a child."""
    with client(sandbox) as own:
        assert own.generate_csr(domains=["example.com"], key_type=KEY_TYPES[number % len(KEY_TYPES)]).private_key
        assert own.list_certificates(limit=1).total_count is not None
        if number % 5 == 1:
            assert asyncio.run(several(sandbox)) == [0] * 3
        if number % 5 == 0:
            assert sum(1 for _ in own.iter_certificates()) >= 0
            leave_an_order(own, f"n{number}.example.com", folder)


def leave_an_order(own: zerossl.Client, name: str, folder: Path) -> None:
    """Order, and end the call when it waits for an answer to a mail: however long the machine takes until then."""
    token = zerossl.CancelToken()

    def follow(event: zerossl.Event) -> None:
        if event.stage == "wait":
            token.cancel()

    try:
        own.cancelled_by(token).obtain([name], directory=folder, emails={name: f"admin@{name}"}, on_event=follow)
    except zerossl.CancelledError:
        return
    message = f"{name}: nobody has answered the mail"
    raise AssertionError(message)


async def several(sandbox: Sandbox) -> list[int]:
    """Call the service from an event loop."""
    async with sandbox.async_client() as own:
        pages = await asyncio.gather(*(own.list_certificates(search="nobody") for _ in range(3)))
    return [len(page.results) for page in pages]


def fork(sandbox: Sandbox, number: int, folder: Path) -> str | None:
    """Fork a child and wait for it; return what was wrong."""
    process = os.fork()
    if process == 0:
        # This ends a child that hangs.
        signal.alarm(PATIENCE)
        status = 1
        try:
            live(sandbox, number, folder)
            status = 0
        except Exception as error:  # noqa: BLE001
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(status)
    _, status = os.waitpid(process, 0)
    return None if status == 0 else f"child {number}: {os.waitstatus_to_exitcode(status)}"


def main() -> int:
    """Fork a number of times, or for some seconds."""
    forks = int(sys.argv[1]) if len(sys.argv) > 1 else None
    problems = []
    ended = threading.Event()
    with Sandbox(tls=True, quota=100000) as sandbox, tempfile.TemporaryDirectory() as folder:
        threads = [threading.Thread(target=be_busy, args=(sandbox, ended)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        number, end = 0, time.monotonic() + SECONDS
        while number < forks if forks is not None else time.monotonic() < end:
            if problem := fork(sandbox, number, Path(folder)):
                problems.append(problem)
            number += 1
        ended.set()
        for thread in threads:
            thread.join()
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{number} forks, {len(problems)} of them wrong")
    return 1 if problems or number == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
