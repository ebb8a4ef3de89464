"""The command `zerossl` as the wheel installs it. What it does is tested in Rust; here, that it is the same one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import libzerossl as zerossl
import pytest
from libzerossl.sandbox import Sandbox

from conftest import SilentServer

PROGRAM = Path(sys.executable).with_name("zerossl")


def start(url: str, *arguments: str) -> subprocess.Popen[str]:
    """Start the program, with a terminal's signals."""
    environment = {**os.environ, "ZEROSSL_BASE_URL": url, "ZEROSSL_ACCESS_KEY": "sandbox-key"}
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([PROGRAM, *arguments], env=environment, **pipes)


def run(url: str, *arguments: str) -> tuple[int, str, str]:
    """Run it to its end: the exit status, and both outputs."""
    with start(url, *arguments) as program:
        out, err = program.communicate(timeout=60)
    return program.returncode, out, err


def test_it_is_the_command() -> None:
    """With its answers, its errors and its exit statuses."""
    assert run("", "--version") == (0, f"zerossl {zerossl.__version__}\n", "")
    with Sandbox() as sandbox:
        status, out, _ = run(sandbox.base_url, "list-certificates", "--json")
        assert (status, json.loads(out)["total_count"]) == (0, 0)
        assert run(sandbox.base_url, "get-certificate", "ffff")[0] == 12
    assert run("http://127.0.0.1:1", "list-certificates", "--max-retries=0")[0] == 15
    assert run("", "get-certificate")[0] == 2


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_it(silent_server: SilentServer, number: signal.Signals, status: int) -> None:
    """At once, without a traceback."""
    with start(silent_server.url, "list-certificates") as program:
        assert silent_server.asked.wait(30)
        program.send_signal(number)
        _, err = program.communicate(timeout=10)
    assert program.returncode == status
    assert err.startswith("error: list_certificates: ")
    assert "Traceback" not in err


def test_a_reader_that_goes_away() -> None:
    """`zerossl ... | head -1`."""
    with start("", "completions", "bash") as program:
        assert program.stdout is not None
        program.stdout.readline()
        program.stdout.close()
        assert program.stderr is not None
        assert program.stderr.read() == ""
    assert program.returncode == 0
