"""What the tests share: the sandbox, the replay of the case files, and servers that misbehave."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from libzerossl.sandbox import Sandbox, find_program

sys.path.append(str(Path(__file__).parents[1] / "secrets"))

from search import leaks

from website import Stand, Website

TOP = Path(__file__).parents[2]

# A background process starts with Ctrl-C ignored, and so do its children. Some tests need Ctrl-C.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """What a test prints or logs holds no secret."""
    report = yield
    if found := leaks(report.capstdout + report.capstderr + report.caplog):
        report.outcome, report.longrepr = "failed", f"{item.nodeid} showed a secret: {found}"
    return report


@pytest.fixture(scope="session")
def replay() -> Iterator[str]:
    """The replay server of the case files."""
    cases = os.environ.get("CASES", TOP / "tests/cases")
    command = [find_program(), "--replay", cases, "--exit-with-stdin"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("listening on ").strip()


class SilentServer:
    """Accepts connections and never answers."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.asked = threading.Event()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        """Read requests."""
        connections = []
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                connections.append(connection)
                connection.recv(65536)
                self.asked.set()


@pytest.fixture
def silent_server() -> Iterator[SilentServer]:
    """A server that never answers."""
    server = SilentServer()
    yield server
    server.socket.close()


@pytest.fixture
def website(tmp_path: Path) -> Iterator[Website]:
    """A website in an empty folder."""
    site = Website(tmp_path / "www")
    yield site
    site.close()


@pytest.fixture
def stand(website: Website, tmp_path: Path) -> Iterator[Stand]:
    """A sandbox for `obtain`, its website, and the path of a folder that does not exist yet."""
    with Sandbox(http_port=website.port, quota=50) as sandbox:
        stand = Stand(sandbox, website, tmp_path / "store")
        yield stand
        stand.client.close()
