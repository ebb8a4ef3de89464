"""Ctrl-C and cancelling: how a wait ends early."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import libzerossl as zerossl
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import SilentServer

QUICKLY = 3.0

SCRIPT = """
import asyncio, sys, libzerossl as zerossl
client = zerossl.Client("secret-key", base_url=sys.argv[1], timeout=60, requests_per_second=0)
call = eval(sys.argv[2])
print("ready", flush=True)
try:
    call(client)
except KeyboardInterrupt as interrupt:
    print(type(interrupt.__cause__).__name__)
"""
TELL_PAUSES = """
import logging
class Tell(logging.Handler):
    def emit(self, record):
        if " again in " in record.getMessage():
            print("pausing", flush=True)
logging.getLogger("libzerossl").addHandler(Tell())
logging.getLogger("libzerossl").setLevel(logging.DEBUG)
"""
ORDER = """lambda client: client.create_certificate(
    domains=["example.com"], csr=client.generate_csr(domains=["example.com"]).csr)"""


OBTAIN = "lambda client: client.obtain(['example.com'], directory='store', webroot='www', preflight='off')"
ON_A_LOOP = """lambda client: asyncio.run(
    zerossl.AsyncClient("secret-key", base_url=sys.argv[1]).get_certificate("abc"))"""
STORED = {"domains": ["example.com"], "validation": {"method": "HTTP_CSR_HASH", "webroot": "/var/www"}}


@pytest.mark.parametrize(
    ("call", "cause"),
    [
        ("lambda client: client.get_certificate('abc')", "CancelledError"),
        ("lambda client: next(client.iter_certificates())", "NoneType"),
        (ORDER, "CancelledError"),
        (OBTAIN, "NoneType"),
        ("lambda client: client.renew_all('store')", "NoneType"),
        (ON_A_LOOP, "NoneType"),
    ],
)
def test_ctrl_c_ends_a_wait(silent_server: SilentServer, call: str, cause: str, tmp_path: Path) -> None:
    """A program that waits for a hanging server gets its KeyboardInterrupt at once."""
    entry = tmp_path / "store/example.com"
    entry.mkdir(parents=True)
    # Without an access key nothing would be sent.
    (tmp_path / "www").mkdir()
    (entry / "request.json").write_text(json.dumps(STORED))
    command = [sys.executable, "-c", SCRIPT, silent_server.url, call]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert silent_server.asked.wait(QUICKLY)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert time.monotonic() - start < QUICKLY
    assert (out.strip(), err, process.returncode) == (cause, "", 0)


def test_ctrl_c_ends_a_pause_between_retries() -> None:
    """Nothing listens there, so the call waits between two attempts."""
    script = TELL_PAUSES + SCRIPT.replace("timeout=60", "timeout=60, max_retries=50")
    command = [sys.executable, "-c", script, "http://127.0.0.1:9", "lambda client: client.get_certificate('abc')"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert process.stdout.readline() == "pausing\n"
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert time.monotonic() - start < QUICKLY
    assert out.splitlines()[-1] == "CancelledError"


def test_a_handler_that_does_not_raise(silent_server: SilentServer) -> None:
    """It runs during the wait, may use the client itself, and the wait continues."""
    client = zerossl.Client("key", base_url=silent_server.url, timeout=1, max_retries=0)
    ran = []

    def handler(number: int, frame: object) -> None:
        ran.append(client.generate_csr(domains=["example.com"]))

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    start = time.monotonic()
    try:
        with pytest.raises(zerossl.TimeoutError):
            client.get_certificate("abc")
    finally:
        signal.signal(signal.SIGALRM, before)
    assert ran
    assert time.monotonic() - start > 0.9


@pytest.mark.parametrize(("given", "cancelled"), [(1, 0), (2, 0), (2, 1)])
def test_a_token_ends_the_calls_of_other_threads(silent_server: SilentServer, given: int, cancelled: int) -> None:
    """Whichever token it is; other calls and the client itself are not affected."""
    tokens = [zerossl.CancelToken() for _ in range(given)]
    client = view = zerossl.Client("key", base_url=silent_server.url, timeout=60)
    for token in tokens:
        view = view.cancelled_by(token)
    caught: list[zerossl.Error] = []

    def wait(call: str) -> None:
        try:
            next(view.iter_certificates()) if call == "iter" else view.get_certificate("abc")
        except zerossl.Error as error:
            caught.append(error)

    threads = [threading.Thread(target=wait, args=(call,)) for call in ("get", "iter")]
    for thread in threads:
        thread.start()
    assert silent_server.asked.wait(QUICKLY)
    start = time.monotonic()
    tokens[cancelled].cancel()
    for thread in threads:
        thread.join()
    assert time.monotonic() - start < QUICKLY
    assert [type(error) for error in caught] == [zerossl.CancelledError] * 2
    assert [token.is_cancelled() for token in tokens] == [place == cancelled for place in range(given)]
    client.generate_csr(domains=["example.com"])


def test_other_threads_go_on_while_we_wait(silent_server: SilentServer) -> None:
    """The GIL is released during the call."""
    client = zerossl.Client("key", base_url=silent_server.url, timeout=0.5, max_retries=0)
    ticks = 0
    done = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.wait(0.01):
            ticks += 1

    thread = threading.Thread(target=tick)
    thread.start()
    with pytest.raises(zerossl.TimeoutError):
        client.get_certificate("abc")
    done.set()
    thread.join()
    assert ticks > 10


def test_threads_of_asyncio(zerossl_client: zerossl.Client) -> None:
    """Many calls at once on one client."""

    async def main() -> list[zerossl.CertificateList]:
        return await asyncio.gather(*(asyncio.to_thread(zerossl_client.list_certificates) for _ in range(8)))

    assert {page.total_count for page in asyncio.run(main())} == {0}


def test_a_child_of_fork(zerossl_client: zerossl.Client) -> None:
    """The parent's client reports the fork, a new one works, and the parent is not affected."""
    zerossl_client.list_certificates()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            try:
                zerossl_client.list_certificates()
            except zerossl.ForkedError:
                try:
                    next(zerossl_client.iter_certificates())
                except zerossl.ForkedError:
                    zerossl_client.close()
                    code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert zerossl_client.list_certificates().total_count == 0
