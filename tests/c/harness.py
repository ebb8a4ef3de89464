"""Runs and counts tests, and knows the paths."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "secrets"))

from search import leaks

TOP = Path(__file__).resolve().parent.parent.parent
HERE = TOP / "tests/c"
LIB = TOP / "build/lib"
SHARED = LIB / "libzerossl.so.0"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target"))
SANDBOX = TARGET / "debug/zerossl-sandbox"
WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Wstrict-prototypes", "-Werror"]
INCLUDE = ["-I", str(TOP / "build/include"), "-I", str(HERE)]
# POSIX in addition to standard C; only the test programs need it.
POSIX = ["-std=c99", "-D_DEFAULT_SOURCE"]
# One thread runs at a time there; a host that polls must not starve the thread it waits for.
VALGRIND = ["valgrind", "--quiet", "--error-exitcode=9", "--fair-sched=yes"]
LEAKS = [
    "--leak-check=full",
    "--errors-for-leak-kinds=definite,indirect,possible",
    f"--suppressions={HERE / 'valgrind.supp'}",
]
Command = Sequence[str | Path]


class Failed(Exception):
    """A check did not hold."""


class Skipped(Exception):
    """Something is not installed."""


class Forbidden(Exception):
    """The machine does not allow it, and nothing that could be installed would change that."""


def run(
    command: Command, env: dict[str, str] | None = None, cwd: Path | None = None, timeout: float = 300
) -> str:
    """The command's output, which must succeed."""
    try:
        done = subprocess.run(
            command, env=env, cwd=cwd, timeout=timeout, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{command[0]} still ran after {timeout} s") from error
    shown = " ".join(str(word) for word in command)
    if done.returncode != 0:
        raise Failed(f"{shown}\nended with {done.returncode}\n{done.stdout}{done.stderr}")
    if found := leaks(done.stdout + done.stderr):
        raise Failed(f"{shown}\nshowed a secret: {found}")
    return done.stdout + done.stderr


def silent(command: Command, env: dict[str, str]) -> None:
    """Runs a test program, which must succeed without output."""
    if said := run(command, env):
        raise Failed(f"{command[0]} said: {said}")


def need(*tools: str) -> None:
    for tool in tools:
        if shutil.which(tool) is None:
            raise Skipped(f"{tool} is not installed")


class Tests:
    """Runs one thing after the other and counts."""

    def __init__(self, label: str, words: Sequence[str] = ()) -> None:
        """With words, only what has one of them in its name is run."""
        self.label = label
        self.words = words
        self.tried = 0
        self.failed = 0
        self.skipped = 0

    def __call__(self, what: str, test: Callable[[], str | None]) -> None:
        """A test may return a text to print when it succeeds."""
        if self.words and not any(word in what for word in self.words):
            return
        self.tried += 1
        start = time.monotonic()
        try:
            said = test()
        except Skipped as why:
            self.skipped += 1
            print(f"{self.label}: SKIPPED {what}: {why}", flush=True)
        except Forbidden as why:
            print(f"{self.label}: SKIPPED {what}, which this machine forbids: {why}", flush=True)
        except (Failed, OSError, RuntimeError, subprocess.SubprocessError) as why:
            self.failed += 1
            print(f"{self.label}: FAILED {what}\n{why}", flush=True)
        else:
            took = f"{time.monotonic() - start:.1f} s"
            print(f"{self.label}: ok {what} ({took})" + (f": {said}" if said else ""), flush=True)
