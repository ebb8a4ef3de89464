#!/usr/bin/env python3
"""Stores that several hosts share, on engines that are real: S3 and PostgreSQL.

Starts them, and runs the tests of the crate against them. What is missing on this machine is skipped with a line; under
CI=true a skip fails. `run.py ENGINE...` takes these engines alone. With `--serve` it starts them, says where they
are, and waits for the end of its input. With `--fast` it leaves out what takes many minutes.
"""

import functools
import os
import shlex
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "c"), str(HERE.parent / "system")]

from harness import TOP, Tests, run

from engines import S3, Engine, PostgreSQL
from hosts import one_order_for_each
from services import services

ENTRIES = int(os.environ.get("ENTRIES", "200"))
# By the cargo feature that each one needs.
ENGINES: dict[str, Callable[[Path], Engine]] = {"s3": S3, "postgresql": PostgreSQL}


# One build for all.
CRATE = ["--package", "zerossl", "--features", ",".join(ENGINES), "--lib"]


def chosen() -> list[str]:
    """The engines that the command line names, or all."""
    return [word for word in sys.argv[1:] if word in ENGINES] or list(ENGINES)


def start(running: ExitStack, folder: Path, name: str, feature: str) -> Engine:
    """It ends with the stack."""
    place = folder / name
    place.mkdir()
    return running.enter_context(ENGINES[feature](place))


def conformance(running: ExitStack, folder: Path, feature: str) -> str:
    """What every engine has to do, and how it fails."""
    engine = start(running, folder, feature, feature)
    command = ["cargo", "test", "--quiet", *CRATE, f"ledger::{feature}::"]
    said = run([*command, "--", "--include-ignored"], env=os.environ | engine.tests(), cwd=TOP, timeout=1800)
    return next(line for line in said.splitlines() if line.startswith("test result"))


def promises_in_memory() -> str:
    """The tests of `obtain` with a store in memory in the place of a folder."""
    env = os.environ | {"ZEROSSL_TEST_SHARED_STORE": "memory"}
    command = ["cargo", "test", "--quiet", *CRATE, "obtain::tests::"]
    said = run(command, env=env, cwd=TOP, timeout=3600)
    return next(line for line in said.splitlines() if line.startswith("test result"))


def promises(running: ExitStack, folder: Path, feature: str) -> str:
    """The same on an engine."""
    engine = start(running, folder, f"{feature}-promises", feature)
    environment, flags = engine.settings(engine.port)
    settings = dict(zip(flags[::2], flags[1::2], strict=True))
    env = (
        os.environ
        | environment
        | {
            "ZEROSSL_TEST_SHARED_STORE": settings["--store"],
            "ZEROSSL_TEST_STORE_ENDPOINT": settings.get("--store-endpoint", ""),
        }
    )
    command = ["cargo", "test", "--quiet", *CRATE, "obtain::tests::"]
    said = run(command, env=env, cwd=TOP, timeout=3600)
    return next(line for line in said.splitlines() if line.startswith("test result"))


def served(running: ExitStack, folder: Path, feature: str) -> str:
    """The services of hosts without an access key."""
    engine = start(running, folder, f"{feature}-services", feature)
    return services(folder / f"{feature}-services", engine)


def hosts(running: ExitStack, folder: Path, feature: str) -> str:
    """Many hosts, all trouble, one order for each entry."""
    engine = start(running, folder, f"{feature}-hosts", feature)
    return one_order_for_each(folder / f"{feature}-hosts", engine, ENTRIES)


def serve(running: ExitStack, folder: Path) -> None:
    """Say what the tests have to know, as a shell reads it."""
    for feature in ENGINES:
        for name, value in start(running, folder, feature, feature).tests().items():
            print(f"export {name}={shlex.quote(value)}")
    sys.stdout.flush()
    sys.stdin.read()


def main() -> int:
    test = Tests("fleet")
    with tempfile.TemporaryDirectory(prefix="zerossl-fleet-") as name, ExitStack() as running:
        folder = Path(name)
        if "--serve" in sys.argv:
            serve(running, folder)
            return 0
        is_fast = "--fast" in sys.argv
        if not is_fast:
            test("memory: the promises of obtain", promises_in_memory)
        for feature in chosen():
            test(f"{feature}: the suite of engines", functools.partial(conformance, running, folder, feature))
            if not is_fast:
                test(f"{feature}: the promises of obtain", functools.partial(promises, running, folder, feature))
            test(f"{feature}: services without an access key", functools.partial(served, running, folder, feature))
            test(
                f"{feature}: hosts that are killed, paused and cut off",
                functools.partial(hosts, running, folder, feature),
            )
    if test.skipped and os.environ.get("CI") == "true":
        print(f"fleet: {test.skipped} skipped, which CI does not take")
        return 1
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
