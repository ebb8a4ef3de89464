#!/usr/bin/env python3
"""Breaks the promises one by one, in a copy of the repository: a test must fail for each.

    run.py [WORD ...]    only those whose promise or file has one of these words

mutations.json has a list: the promise, a text in a file and what it becomes, and the tests: arguments of `cargo test`,
and their environment where they need one, or a word of `tests/c/run.py`.
A change that does not compile, or whose text is not there once, is a failure of this list. So is a test that fails
without the change: all of them run first on what is there.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "c"))

from harness import TARGET, TOP, Failed, Tests, run


def copy(to: Path) -> None:
    """What git knows, as it is now."""
    shutil.rmtree(to, ignore_errors=True)
    for name in run(["git", "ls-files", "-z"], cwd=TOP).split("\0"):
        source = TOP / name
        if name and source.exists():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, to / name, follow_symlinks=False)


@dataclass
class Notice:
    """What notices a mutation: what is built, what runs, and what that prints when it fails and when it passes."""

    build: list[str]
    test: list[str]
    failed: str
    passed: str


def notice(mutation: dict[str, Any]) -> Notice:
    if word := mutation.get("test_of_c"):
        build = ["cargo", "run", "--locked", "--quiet", "--package", "xtask", "--", "build", "--quick"]
        return Notice(build, [sys.executable, "-B", "tests/c/run.py", word], r"C: FAILED", r"C: ok")
    test = ["cargo", "test", "--quiet", "--package", mutation.get("crate", "zerossl"), *mutation["test"]]
    return Notice([*test, "--no-run"], test, r"test result: FAILED", r"test result: ok\. [1-9]")


def mutate(tree: Path, mutation: dict[str, Any]) -> None:
    path = tree / mutation["file"]
    text = path.read_text(encoding="utf-8")
    if text.count(mutation["from"]) != 1:
        raise Failed(f"{mutation['file']} does not have this once: {mutation['from']}")
    path.write_text(text.replace(mutation["from"], mutation["to"]), encoding="utf-8")
    try:
        done = tried(tree, mutation)
        if done.returncode == 0:
            raise Failed("no test has failed")
        if not re.search(notice(mutation).failed, done.stdout):
            raise Failed(f"it ended otherwise than by a test:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    finally:
        path.write_text(text, encoding="utf-8")


def tried(tree: Path, mutation: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    # Apart: cargo would take what was built there, with a mutation in it, for that of these sources.
    environment = os.environ | {"CARGO_TARGET_DIR": str(TARGET / "mutated")} | mutation.get("environment", {})
    way = notice(mutation)
    run(way.build, env=environment, cwd=tree, timeout=1800)
    return subprocess.run(way.test, env=environment, cwd=tree, capture_output=True, text=True, timeout=900, check=False)


def unchanged(tree: Path, mutations: list[dict[str, Any]]) -> str:
    """Every test of the list passes, and there is at least one behind each filter."""
    tests = {json.dumps([notice(mutation).test, mutation.get("environment")]): mutation for mutation in mutations}
    for mutation in tests.values():
        way, done = notice(mutation), tried(tree, mutation)
        if done.returncode:
            raise Failed(f"{way.test}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        if not re.search(way.passed, done.stdout):
            raise Failed(f"{way.test}: there is no such test")
    return f"{len(tests)} runs"


def main() -> int:
    mutations = json.loads((HERE / "mutations.json").read_text(encoding="utf-8"))
    words = sys.argv[1:]
    test = Tests("mutations")
    # Always the same place, so that little is compiled again.
    tree = TARGET / "mutations"
    copy(tree)
    if words:
        mutations = [one for one in mutations if any(word in one["promise"] + one["file"] for word in words)]
    test("the tests without a mutation", lambda: unchanged(tree, mutations))
    for mutation in mutations:
        test(mutation["promise"], lambda mutation=mutation: mutate(tree, mutation))
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
