"""Flat memory: what a program holds after a tenth of its calls and ops, and after all of them."""

import re
import subprocess
from pathlib import Path

from harness import SANDBOX, Command, Failed
from servers import Sandbox

# Calls and ops, for every day and for the long run.
SHORT = (5_000, 500)
LONG = (100_000, 10_000)
# One arena, and nothing kept aside by each thread, which would count as given out.
MALLOC = {"MALLOC_ARENA_MAX": "1", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}
# What a program in C may hold more: bytes by malloc, and kB of resident memory.
MOST_BYTES = 1024
MOST_IN_C = 256


def flat(command: Command, sandbox: Sandbox, counts: tuple[int, int], most: int) -> tuple[str, list[int]]:
    """Run a program; its resident memory may not grow by more kB. Return the figures, and the numbers that it printed."""
    environment = sandbox.environment() | MALLOC
    numbers, resident = [], []
    pipe = subprocess.PIPE
    arguments = [*command, *map(str, counts)]
    with subprocess.Popen(arguments, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stderr is not None
        for _ in range(2):
            if not (line := program.stdout.readline()):
                break
            numbers.append(int(line))
            resident.append(kilobytes(program.pid))
            program.stdin.write("\n")
            program.stdin.flush()
        said, complaints = program.communicate(timeout=60)
    if program.returncode or said or complaints or len(resident) < len(("a tenth", "all")):
        raise Failed(f"{command} ended with {program.returncode}: {said}{complaints}")
    calls, ops = counts
    figures = f"{calls} calls, {ops} ops: {resident[0]} kB after a tenth, {resident[1]} kB after all"
    if resident[1] > resident[0] + most:
        raise Failed(f"memory has grown by more than {most} kB: {figures}")
    return figures, numbers


def kilobytes(process: int) -> int:
    """The resident memory of a process."""
    found = re.search(r"^VmRSS:\s*(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="ascii"), re.MULTILINE)
    if not found:
        raise Failed(f"process {process} has ended")
    return int(found[1])


def in_c(program: Path, counts: tuple[int, int]) -> str:
    """Also what malloc has given out: what the library and the program hold, to the byte."""
    with Sandbox(SANDBOX) as sandbox:
        figures, (before, after) = flat([program], sandbox, counts, MOST_IN_C)
    if after > before + MOST_BYTES:
        raise Failed(f"by malloc, {before} bytes after a tenth, {after} bytes after all; {figures}")
    return f"{figures}; by malloc {before} and {after} bytes"
