"""With strace: the disk fails, or the process dies, at each of the system calls that change the store."""

import collections
import random
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from harness import Command, Failed, Forbidden, Tests, need

from stand import FRESH, Answer, Stand, finish

# System calls that write into the store, or make written data durable. Network writes are not among them.
CALLS = [
    *("openat", "write", "fsync", "fdatasync", "ftruncate", "fchmod", "chmod", "fchown", "chown"),
    *("rename", "renameat", "renameat2", "symlink", "symlinkat", "mkdir", "mkdirat", "unlink", "unlinkat", "rmdir"),
]
STRACE = ["strace", "-f", "-qq", "-o"]
# The kernel filters the other calls, which is faster; in strace 6.1, signals get lost with that.
SORTED_OUT = ["strace", "-f", "--seccomp-bpf", "-qq", "-o"]
ERRORS = ["EIO", "ENOSPC", "EROFS", "EDQUOT"]
# How many of all places are tested in a quick run.
SAMPLE = {"error": 32, "signal": 24}
MAX_CREATES = 2


def test_all(test: Tests, driver: Path, seed: int, *, is_long: bool) -> None:
    which = "every one" if is_long else f"some, seed {seed}"
    test(f"writes that fail, {which}", lambda: disturbed([driver], "error", seed, is_long=is_long))
    test(f"kills at writes, {which}", lambda: disturbed([driver], "signal", seed, is_long=is_long))


def disturbed(driver: Command, way: str, seed: int, *, is_long: bool) -> str:
    need("strace", "openssl")
    may_trace = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    if may_trace.returncode:
        raise Forbidden(f"strace may not trace here: {may_trace.stderr.strip()}")
    with Stand(driver) as stand:
        paths, counts = undisturbed(stand)
        places = [(call, number + 1) for call, count in sorted(counts.items()) for number in range(count)]
        if len(places) < 100:
            raise Failed(f"only {counts} were seen")
        if not is_long:
            places = random.Random(seed).sample(places, SAMPLE[way])
        tried = 0
        for index, (call, number) in enumerate(places):
            for injected in injections(way, index, is_long=is_long):
                tried += 1
                try:
                    strike(stand, paths, call, f"{call}:{injected}:when={number}")
                except (Failed, OSError) as why:
                    raise Failed(f"strace -e inject={call}:{injected}:when={number}: {why}") from why
    return f"{tried} times, at {len(places)} of {sum(counts.values())} places"


def injections(way: str, index: int, *, is_long: bool) -> Iterator[str]:
    """The fault to inject at one place."""
    if way == "signal":
        yield "signal=KILL"
    elif is_long:
        yield from (f"error={error}" for error in ERRORS)
    else:
        yield f"error={ERRORS[index % len(ERRORS)]}"


def undisturbed(stand: Stand) -> tuple[list[str], collections.Counter[str]]:
    """All paths in the store that a call uses, and how often each system call is made for them."""
    # Not every machine has the older system calls.
    calls = ",".join(f"?{call}" for call in CALLS)
    every = trace(stand, ["-y", "-e", f"trace={calls}"])
    root = re.escape(str(stand.store))
    paths = sorted({str(stand.store), *re.findall(f'[<"]({root}/[^">]+)[">]', every)})
    again = trace(stand, [*watch(paths), "-e", f"trace={calls}"])
    return paths, collections.Counter(re.findall(r"^\d+ +(\w+)\(", again, re.MULTILINE))


def watch(paths: list[str]) -> list[str]:
    return [word for path in paths for word in ("-P", path)]


def trace(stand: Stand, options: list[str]) -> str:
    """The trace of an undisturbed run."""
    stand.begin_anew()
    log = stand.folder / "trace"
    with stand.start(stand.wanted(), [*SORTED_OUT, str(log), *options]) as program:
        said, complaints = finish(program)
    if program.returncode:
        raise Failed(f"under strace it ended with {program.returncode}: {said}{complaints}")
    return log.read_text(encoding="utf-8")


def strike(stand: Stand, paths: list[str], call: str, injected: str) -> None:
    """Let one system call fail or kill the process, then call again."""
    stand.begin_anew()
    log = stand.folder / "trace"
    options = [log, *watch(paths), "-e", f"trace={call}", "-e", f"inject={injected}"]
    strace = STRACE if "signal=" in injected else SORTED_OUT
    with stand.start(stand.wanted(), [*strace, *options]) as program:
        said, complaints = finish(program)
    # strace exits with the status of the traced program.
    if program.returncode != -signal.SIGKILL and "INJECTED" not in log.read_text(encoding="utf-8"):
        raise Failed(f"it did not strike: {said}{complaints}")
    answer = Answer(said)
    if "error=" in injected and answer.answer is None:
        # One clear error; a failed clean-up may also go unnoticed.
        if answer.error is None or answer.error["kind"] != "storage" or complaints:
            raise Failed(f"it ended with {program.returncode}: {answer.error}\n{said}{complaints}")
        if not (answer.error["path"] or "").startswith(str(stand.store)):
            raise Failed(f"the error does not say where: {answer.error}")
    outcome = stand.obtain().answer["outcome"]
    if outcome not in (*FRESH, "unchanged"):
        raise Failed(f"then it ended with {outcome}")
    stand.inspect(MAX_CREATES)
