"""A command that was packed, at work: it starts its own sandbox, and gets a certificate there."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from shell import output

DOMAIN = "example.com"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files."""

    def log_message(self, *_: object) -> None:
        """Nothing: a request is not an event of the build."""


def certificate(zerossl: list[str], place: Path, options: list[str], inside: Callable[[Path], str] = str) -> None:
    """Obtains one with `zerossl`, in `place`; a program in a root of its own sees that folder as `inside` says."""
    webroot, store = place / "www", place / "store"
    webroot.mkdir()
    # Whoever the command is there.
    webroot.chmod(0o777)
    with web_server(webroot) as port, sandbox([*zerossl, "sandbox", "--http-port", str(port)]) as settings:
        environment = {**os.environ, "ZEROSSL_BASE_URL": settings["base_url"]}
        words = [DOMAIN, "--directory", inside(store), "--webroot", inside(webroot), "--preflight", "off", "--json"]
        obtained = json.loads(output(*zerossl, "obtain", *words, *options, env=environment))
        entries = json.loads(output(*zerossl, "status", "--directory", inside(store), "--json"))["entries"]
    seen = [(entry["name"], entry["certificate"]) for entry in entries]
    if obtained["outcome"] != "issued" or seen != [(DOMAIN, "good")]:
        sys.exit(f"packaging: {zerossl} obtained {obtained}, and then saw {seen}")
    run_openssl(store / DOMAIN / "current/cert.pem")


def run_openssl(path: Path) -> None:
    names = output("openssl", "x509", "-in", path, "-noout", "-ext", "subjectAltName")
    if f"DNS:{DOMAIN}" not in names:
        sys.exit(f"packaging: {path} is for {names}")


@contextmanager
def web_server(folder: Path) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def sandbox(command: list[str]) -> Iterator[dict[str, str]]:
    """What it says when it is ready; it ends with its standard input."""
    words = [*command, "--exit-with-stdin", "--json"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            sys.exit(f"packaging: {words} ended with {process.wait()}")
        try:
            yield json.loads(line)
        finally:
            process.stdin.close()
