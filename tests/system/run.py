#!/usr/bin/env python3
"""`obtain` among real programs: killed and disturbed, with nginx, with a DNS server. With the library in build/.

Prints a line for each thing. What is missing on this machine is skipped with a line; under CI=true a skip
fails, as everything has to be tried there, but for what the machine forbids (tracing, in some containers).
`--long` kills and disturbs more often; `--seed NUMBER` repeats a run that has found something.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "c"))
# The folder of servers in Debian; not in every user's PATH.
os.environ["PATH"] += ":/usr/sbin:/sbin"

from harness import INCLUDE, LIB, POSIX, SHARED, TOP, WARNINGS, Skipped, Tests, need, run

import disk
import forks
import many
import moments
import newcomer
import nginx
import readme
import records
import stores
from kills import kills
from stand import Stand

PYTHON = TOP / "target/python/tools/bin/python"


def need_package() -> None:
    works = [str(PYTHON), "-c", "import libzerossl; libzerossl.Client.obtain"]
    if not PYTHON.exists() or subprocess.run(works, capture_output=True, check=False).returncode:
        raise Skipped("the Python package is not installed in target/python; tests/python/run.py test does it")


def test_all(test: Tests, scratch: Path, seed: int, *, is_long: bool) -> None:
    driver = scratch / "obtain"
    link = ["-L", str(LIB), "-lzerossl", f"-Wl,-rpath,{LIB}"]
    run(["cc", *POSIX, *WARNINGS, *INCLUDE, HERE / "obtain.c", "-o", driver, *link])

    def killed(command: list[str | Path], times: int) -> str:
        need("openssl")
        with Stand(command) as stand:
            return kills(stand, times, seed)

    def killed_python(times: int) -> str:
        need_package()
        return killed([PYTHON, "-B", HERE / "obtain.py"], times)

    def forked() -> None:
        need_package()
        forks.forked(PYTHON, driver)

    def many_entries() -> str:
        need_package()
        return many.many(PYTHON)

    def moments_in_python(times: int) -> str:
        need_package()
        return moments.in_python(PYTHON, driver, times, seed)

    factor = 10 if is_long else 1
    # Of exits, forks and signals, in all.
    half = 5000 if is_long else 25
    test(f"{50 * factor} kills at random moments, seed {seed}", lambda: killed([driver], 50 * factor))
    test(f"{10 * factor} of a program in Python, seed {seed}", lambda: killed_python(10 * factor))
    test(f"{half} moments of a program in C, seed {seed}", lambda: moments.in_c(driver, half, seed))
    test(f"{half} moments of a program in Python, seed {seed}", lambda: moments_in_python(half))
    test("a child of fork does not keep the lock", forked)
    test("a store of many entries", many_entries)
    disk.test_all(test, driver, seed, is_long=is_long)
    stores.test_all(test, driver, scratch)
    nginx.test_all(test, driver)
    records.test_all(test, driver)
    test("an endpoint added as CONTRIBUTING says", newcomer.newcomer)
    if is_long:
        test("the README word for word, in an empty home", readme.word_for_word)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    arguments = parser.parse_args()
    if not SHARED.exists():
        print("system: build/ is empty; run `make build`")
        return 1
    run(["cargo", "build", "--locked", "--quiet", "--package", "zerossl-sandbox"], cwd=TOP, timeout=900)
    test = Tests("system")
    with tempfile.TemporaryDirectory() as folder:
        test_all(test, Path(folder), arguments.seed, is_long=arguments.long)
    if test.skipped and os.environ.get("CI") == "true":
        print(f"system: {test.skipped} skipped, which CI does not take")
        return 1
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
