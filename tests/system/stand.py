"""A sandbox, a web server for its files, and a store: `obtain` runs there as a program, and its results are checked."""

import functools
import http.server
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from harness import SANDBOX, Failed, run
from servers import Sandbox

NAME = "example.com"
FRESH = ("issued", "renewed", "resumed")


class Answer:
    """The output of a run of the driver."""

    def __init__(self, output: str) -> None:
        """Read its lines; the last one may be incomplete."""
        lines = [line.split(" ", 1) for line in output.splitlines() if line.count(" ")]
        self.events = [json.loads(rest) for word, rest in lines if word == "event"]
        self.answer: Any = next((json.loads(rest) for word, rest in lines if word == "answer"), None)
        self.error: Any = next((json.loads(rest) for word, rest in lines if word == "error"), None)

    def warnings(self) -> list[str]:
        """The messages of the warnings."""
        return [event["message"] for event in self.events if event["type"] == "warning"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A web server without log output."""

    def log_message(self, *_: object) -> None:
        """Keep it."""


class Stand:
    """The sandbox, the web server and the store, in a separate folder."""

    def __init__(self, driver: Sequence[str | Path], *options: str, http_port: int | None = None) -> None:
        """Start it; with a port, a web server runs there already."""
        self.driver = driver
        self.folder = Path(tempfile.mkdtemp(prefix="zerossl-"))
        self.store, self.webroot = self.folder / "store", self.folder / "www"
        self.webroot.mkdir()
        self.entry = self.store / NAME
        self.environment: dict[str, str] = {}
        self.web = None
        if http_port is None:
            handler = functools.partial(Quiet, directory=str(self.webroot))
            self.web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
            threading.Thread(target=self.web.serve_forever, args=(0.05,), daemon=True).start()
            http_port = self.web.server_port
        managed = ["--management", "127.0.0.1:0", "--quota", "50"]
        self.sandbox = Sandbox(SANDBOX, "--http-port", str(http_port), *managed, *options)

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it and remove its folder."""
        self.sandbox.process.communicate()
        if self.web:
            self.web.shutdown()
            self.web.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def begin_anew(self) -> None:
        """Empty the store and the service."""
        shutil.rmtree(self.store, ignore_errors=True)
        shutil.rmtree(self.webroot / ".well-known", ignore_errors=True)
        self.sandbox.manage("POST", "/reset")

    def wanted(self, **more: Any) -> str:
        """The parameters: a certificate by file, without waiting for long."""
        parameters = {
            "domains": [NAME],
            "directory": str(self.store),
            "validation": {"method": "HTTP_CSR_HASH", "webroot": str(self.webroot)},
            "preflight": "off",
            "poll_interval": 0.05,
            "settle": 1,
            "deadline": 30,
        }
        return json.dumps(parameters | more)

    def start(self, wanted: str, before: Sequence[str | Path] = ()) -> subprocess.Popen[str]:
        """Start the driver, in its own process group."""
        command = [*before, *self.driver, wanted]
        environment = self.sandbox.environment() | self.environment
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment, process_group=0)

    def obtain(self, **more: Any) -> Answer:
        """Run the driver to its end; it has to succeed."""
        with self.start(self.wanted(**more)) as program:
            said, complaints = finish(program)
        answer = Answer(said)
        if program.returncode or answer.answer is None or complaints:
            raise Failed(f"obtain ended with {program.returncode}: {answer.error or said}\n{complaints}")
        return answer

    def certificates(self) -> list[Any]:
        """All certificates of the account."""
        found: list[Any] = self.sandbox.manage("GET", "/certificates")
        return found

    def count(self, operation: str) -> int:
        """How often the service was asked for this."""
        return sum(asked["operation"] == operation for asked in self.sandbox.manage("GET", "/requests"))

    def inspect(self, most_creates: int) -> None:
        """Check what must hold after every success, whatever happened before it."""
        live = [one for one in self.certificates() if one["status"] not in ("cancelled", "revoked", "expired")]
        if len(live) != 1 or live[0]["status"] != "issued":
            raise Failed(f"on the account there are {self.certificates()}")
        if (creates := self.count("create_certificate")) > most_creates:
            raise Failed(f"{creates} orders were sent")
        belongs_together(self.entry / "current")
        installed = json.loads((self.entry / "journal.json").read_text(encoding="utf-8"))["installed"]
        if installed["id"] != live[0]["id"]:
            raise Failed(f"{installed} is in place, and {live} is on the account")
        if left := list(self.webroot.iterdir()):
            raise Failed(f"left in the webroot: {left}")
        for path in self.entry.rglob("*"):
            if path.is_file() and b"PRIVATE KEY" in path.read_bytes() and path.stat().st_mode & 0o077:
                raise Failed(f"{path} can be read by others")


def finish(program: subprocess.Popen[str], seconds: float = 60) -> tuple[str, str]:
    """Its stdout and stderr; it has to end by itself."""
    try:
        return program.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(program.pid, signal.SIGKILL)
        said, complaints = program.communicate()
        raise Failed(f"it still ran after {seconds} s: {said}{complaints}") from None


def until(what: str, holds: Callable[[], object], seconds: float = 20) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise Failed(f"in {seconds} s it did not come to pass that {what}")
        time.sleep(0.02)


def belongs_together(current: Path) -> None:
    """According to openssl, the key belongs to the certificate; the combined file has both."""
    of_certificate = run(["openssl", "x509", "-pubkey", "-noout", "-in", current / "fullchain.pem"])
    of_key = run(["openssl", "pkey", "-pubout", "-in", current / "privkey.pem"])
    if of_certificate != of_key:
        raise Failed(f"key and certificate do not belong together in {current.readlink()}")
    texts = {name: (current / f"{name}.pem").read_text(encoding="ascii") for name in ("privkey", "fullchain")}
    if (current / "combined.pem").read_text(encoding="ascii") != texts["privkey"] + texts["fullchain"]:
        raise Failed("combined.pem is not made of the two others")
