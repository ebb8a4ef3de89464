"""Exits, forks and signals at random moments of calls, ops and `obtain`: no hang, no crash; the next call goes on."""

import collections
import random
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import HERE, INCLUDE, LIB, POSIX, TOP, WARNINGS, Command, Failed, run

from kills import MAX_CREATES
from stand import FRESH, Stand, finish

# Each is a moment, and the end is one more.
DISTURBANCES = 4
# How the programs end, and with which status.
WAYS_IN_C = {"return": 7, "exit": 7, "_exit": 7, "quick_exit": 7, "exit of a thread": 7, "SIGTERM": -15}
WAYS_IN_PYTHON = {"return": 0, "sys.exit": 7, "os._exit": 7, "raised by SIGTERM": 7, "SIGTERM": -15}
PATIENCE = 30
# At once, on machines with few cores: the programs wait as much as they work.
TOGETHER = 4
# As many share a sandbox.
BATCH = 100


def in_c(driver: Path, times: int, seed: int) -> str:
    """The program in C, which is beside the driver."""
    program = driver.parent / "busy"
    link = ["-L", LIB, "-lzerossl", f"-Wl,-rpath,{LIB}", "-lpthread"]
    run(["cc", *POSIX, *WARNINGS, *INCLUDE, HERE.parent / "system/busy.c", "-o", program, *link])
    return moments([program], WAYS_IN_C, driver, times, seed)


def in_python(python: Path, driver: Path, times: int, seed: int) -> str:
    """The program in Python. A fork beside threads is what is tried, so its warning is none."""
    program = [python, "-B", "-W", "ignore", TOP / "tests/system/busy.py"]
    return moments(program, WAYS_IN_PYTHON, driver, times, seed)


def moments(program: Command, ways: dict[str, int], driver: Path, times: int, seed: int) -> str:
    """Let programs come to so many moments; return how they ended."""
    programs = -(-times // (DISTURBANCES + 1))
    ended: collections.Counter[str] = collections.Counter()
    for first in range(0, programs, BATCH):
        numbers = range(first, min(first + BATCH, programs))
        with Stand([driver]) as stand:
            stand.sandbox.manage("PATCH", "/accounts/0", {"quota": 2 * BATCH})
            stand.sandbox.manage("PATCH", "/settings", {"issue_delay_seconds": 0.1})
            with ThreadPoolExecutor(TOGETHER) as pool:
                ended.update(pool.map(lambda number, stand=stand: one(stand, program, ways, seed, number), numbers))
            inspect(stand, len(numbers))
    return f"{programs * (DISTURBANCES + 1)} moments; ends: " + ", ".join(
        f"{way} {n}" for way, n in sorted(ended.items())
    )


def one(stand: Stand, program: Command, ways: dict[str, int], seed: int, number: int) -> str:
    """Let one program come to its end, and go on with its entry; return the way."""
    chance = random.Random(f"{seed} {number}")
    way = chance.choice(list(ways))
    name = f"n{number}.example.com"
    arguments = [*program, str(chance.randrange(1 << 31)), str(DISTURBANCES), way, stand.wanted(domains=[name])]
    pipe = subprocess.PIPE
    environment = stand.sandbox.environment()
    place = f"program {number} of seed {seed}, which ends by {way}"
    try:
        with subprocess.Popen(arguments, stdout=pipe, stderr=pipe, text=True, env=environment, process_group=0) as busy:
            said, complaints = finish(busy, PATIENCE)
        if (busy.returncode, said, complaints) != (ways[way], "", ""):
            raise Failed(f"status {busy.returncode}, {said[-500:]} {complaints[-2000:]}")
        outcome = stand.obtain(domains=[name]).answer["outcome"]
        if outcome not in (*FRESH, "unchanged"):
            raise Failed(f"then obtain ended with {outcome}")
    except Failed as why:
        raise Failed(f"{place}: {why}") from why
    return way


def inspect(stand: Stand, count: int) -> None:
    """Each name has one certificate, whatever happened."""
    found: dict[str, list[str]] = collections.defaultdict(list)
    for one in stand.certificates():
        found[one["common_name"]].append(one["status"])
    wrong = {
        name: statuses
        for name, statuses in found.items()
        if statuses.count("issued") != 1 or "draft" in statuses or len(statuses) > MAX_CREATES
    }
    if wrong or len(found) != count:
        raise Failed(f"{len(found)} names for {count} programs, and these orders: {wrong}")
