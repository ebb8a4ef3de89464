#!/usr/bin/env python3
"""The pages of docs/recipes, each played from its own text, with real programs and the sandbox as the service.

Prints a line for each page. What is missing on this machine is skipped with a line; under CI=true a skip fails.
`run.py NAME...` plays these pages alone.
"""

import functools
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "c"), str(HERE.parent / "system")]
# The folder of servers in Debian; not in every user's PATH.
os.environ["PATH"] += ":/usr/sbin:/sbin"

from harness import TOP, Failed, Skipped, Tests, run

import access
import balancer
import compromise
import first
import keystore
import kinds
import moves
import schedule
import stops
from page import Page, all_pages
from stage import TOOLS, WHEELS

PLAYS = {
    **first.PLAYS,
    **compromise.PLAYS,
    **moves.PLAYS,
    **schedule.PLAYS,
    **keystore.PLAYS,
    **stops.PLAYS,
    **kinds.PLAYS,
    **access.PLAYS,
    **balancer.PLAYS,
}


def play(name: str) -> str | None:
    if not (WHEELS.exists() and (TOOLS / "bin/python").exists()):
        raise Skipped("the Python package is not installed in target/python; tests/python/run.py test does it")
    page = Page(name)
    said = PLAYS[name](page)
    page.check_played()
    return said


def check_complete() -> None:
    if missing := all_pages() ^ set(PLAYS):
        raise Failed(f"pages without a play, or plays without a page: {missing}")


def main() -> int:
    wanted = sys.argv[1:] or list(PLAYS)
    run(["cargo", "build", "--locked", "--quiet", "--package", "zerossl-sandbox"], cwd=TOP, timeout=900)
    test = Tests("recipes")
    # Most of the time a play waits.
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda name: test(name, functools.partial(play, name)), wanted))
    if not sys.argv[1:]:
        test("every page has a play", check_complete)
    if test.skipped and os.environ.get("CI") == "true":
        print(f"recipes: {test.skipped} skipped, which CI does not take")
        return 1
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
