"""Interpreters that end while threads are inside the library: each exits with the right status, and without output.

    python exits.py [ROUNDS]

Runs with whatever Python it is started by. Daemon threads are ended by the interpreter wherever they are, so each kind
of call is left under way in some of them.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from libzerossl.sandbox import Sandbox

THREADS = 6
TIMEOUT = 60

# Each thread reports once that it runs; then the main thread ends.
FRAME = """
import sys, threading, time
{before}
import libzerossl as zerossl
def made(url):
    return zerossl.Client("sandbox-key", base_url=url, requests_per_second=0, timeout=60)
client, silent = made(sys.argv[1]), made(sys.argv[3])
ready = threading.Semaphore(0)
class Slow:
    def __del__(self, sleep=time.sleep):
        sleep(0.2)
# Destroyed when the interpreter is already ending. That takes a while, in which threads attach to it again.
threading.slow = Slow()
def work(number):
{work}
for number in range({threads}):
    threading.Thread(target=work, args=(number,), daemon=True).start()
for _ in range({threads}):
    assert ready.acquire(timeout=30)
{after}
"""
OBTAIN = (
    "client.obtain([f'n{number}.example.com'], directory=sys.argv[2], publish=publish, preflight='off',"
    " on_event=on_event, poll_interval=0.01)"
)
HANDLER = """
import logging
class Handler(logging.Handler):
    def emit(self, record):
        ready.release()
        time.sleep(0.001)
logging.getLogger("libzerossl").addHandler(Handler())
logging.getLogger("libzerossl").setLevel(logging.DEBUG)
"""
# The work of a thread, the code before the library is imported, and the last code of the main thread.
KINDS = {
    "a call that waits": ("ready.release(); silent.get_certificate('1')", "", "time.sleep(0.05)"),
    "quick calls": ("ready.release()\nwhile True: client.generate_csr(domains=['example.com'])", "", ""),
    "calls over the network": ("ready.release()\nwhile True: client.list_certificates(limit=1)", "", ""),
    "iterators": ("ready.release()\nwhile True: list(client.iter_certificates())", "", ""),
    "an iterator that waits": ("ready.release(); next(silent.iter_certificates())", "", "time.sleep(0.05)"),
    "obtain, with callables": (
        (
            "def on_event(event): ready.release()\n"
            "def publish(challenge): time.sleep(0.001)\n"
            f"while True:\n    try: {OBTAIN}\n    except zerossl.Error: ready.release()"
        ),
        "",
        "",
    ),
    "obtain, inside a callable": (
        f"def on_event(event): pass\ndef publish(challenge): ready.release(); time.sleep(60)\n{OBTAIN}",
        "",
        "",
    ),
    "lines of the log": ("while True: client.list_certificates(limit=1)", HANDLER, ""),
    "event loops": (
        (
            "async def several():\n"
            "    async with zerossl.AsyncClient('sandbox-key', base_url=sys.argv[1], requests_per_second=0) as quick:\n"
            "        waits = asyncio.create_task(zerossl.AsyncClient('k', base_url=sys.argv[3]).get_certificate('1'))\n"
            "        ready.release()\n"
            "        while True: await asyncio.gather(*(quick.list_certificates(limit=1) for _ in range(3)))\n"
            "asyncio.run(several())"
        ),
        "import asyncio",
        "time.sleep(0.05)",
    ),
    "reading answers": (
        "page = client.list_certificates()\nready.release()\nwhile True: page.to_dict(); repr(page)",
        "",
        "",
    ),
    "hooks at the exit": (
        "ready.release()\nwhile True: client.generate_csr(domains=['example.com'])",
        "import atexit\natexit.register(lambda: client.list_certificates(limit=1).total_count)",
        "atexit.register(lambda: client.generate_csr(domains=['example.com']).csr)",
    ),
    "an exit with a status": (
        "ready.release()\nwhile True: client.list_certificates(limit=1)",
        "",
        "sys.exit(7)",
    ),
}


def script(kind: str) -> str:
    """Give the program of one kind."""
    work, before, after = KINDS[kind]
    lines = "\n".join(f"    {line}" for line in work.splitlines())
    return FRAME.format(work=lines, before=before, after=after, threads=THREADS)


def end(kind: str, url: str, silent: str) -> str | None:
    """Run one interpreter to its end, and return what was wrong."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-I", "-B", "-c", script(kind), url, str(Path(folder) / "store"), silent]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
        except subprocess.TimeoutExpired:
            return f"{kind}: it did not end"
    expected = 7 if "status" in kind else 0
    if (done.returncode, done.stdout, done.stderr) == (expected, "", ""):
        return None
    return f"{kind}: status {done.returncode}, {done.stdout[-500:]} {done.stderr[-2000:]}"


def main() -> int:
    """Run every kind as many times as requested."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    problems = []
    # Accepts connections, and never answers.
    with Sandbox(quota=5000) as sandbox, socket.create_server(("127.0.0.1", 0), backlog=1000) as silent:
        urls = (sandbox.base_url, f"http://127.0.0.1:{silent.getsockname()[1]}")
        for kind in KINDS:
            problems += [problem for _ in range(rounds) if (problem := end(kind, *urls))]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{rounds * len(KINDS)} exits, {len(problems)} of them wrong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
