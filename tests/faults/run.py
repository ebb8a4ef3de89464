#!/usr/bin/env python3
"""Every operation against every fault, in every language, with the library in build/.

    run.py [--long] [c|python|node|go|java ...]

`cargo test -p zerossl-faults` makes all calls in Rust and knows what they must come to. Here the other languages make
three operations with each fault, or all of them with `--long`, and must get the same errors as Rust, in time. The calls
are written as cases, so that each language plays them with its own program for cases.

Prints a line for each thing. What is missing on this machine is skipped with a line; under CI=true a skip fails.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "c"), str(HERE.parent / "runtimes")]

import go
import java
import node
from cases import play_cases
from harness import HERE as IN_C
from harness import INCLUDE, LIB, POSIX, SANDBOX, SHARED, TARGET, TOP, WARNINGS, Failed, Forbidden, Skipped, Tests, run

# One that can be repeated, one that orders, one that sends mail.
FEW = ["get_certificate", "create_certificate", "resend_verification"]
PYTHON = TARGET / "python/tools/bin/python"
WITH_RESOLVER = HERE / "with_resolver.sh"
# In its namespace there is no network, and all has been built before.
IS_INSIDE = "ZEROSSL_TEST_RESOLVER" in os.environ


class Faults:
    """The running servers, and a folder of cases for each language."""

    def __init__(self, folder: Path, languages: list[str]) -> None:
        """Makes the calls in Rust first."""
        self.folder = folder
        command = [TARGET / "debug/zerossl-faults", folder, *languages]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        assert self.process.stdout is not None
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError("the calls in Rust are not as they must be")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()

    def cases(self, language: str, *, is_long: bool) -> Path:
        """All of a language, or the few, and those with a besieged listener."""
        cases = self.folder / language / "cases"
        for case in cases.glob("*/*.json"):
            if not is_long and case.parent.name not in FEW and not case.stem.startswith("besieged_"):
                case.unlink()
        return cases


def in_c(cases: Path) -> str:
    program = cases.parent / "play"
    command = ["cc", *POSIX, *WARNINGS, *INCLUDE, IN_C / "play.c", "-o", program, "-Wl,--no-as-needed"]
    run([*command, "-L", LIB, "-lzerossl", f"-Wl,-rpath,{LIB}", "-lpthread", "-ldl"])
    return play_cases(program, cases)


def in_python(cases: Path) -> None:
    works = [str(PYTHON), "-c", "import libzerossl"]
    if not PYTHON.exists() or subprocess.run(works, capture_output=True, check=False).returncode:
        raise Skipped("the Python package is not installed in target/python; tests/python/run.py test does it")
    test = [PYTHON, "-B", "-m", "pytest", "--quiet", "-p", "no:cacheprovider", TOP / "tests/python/test_cases.py"]
    ours = {"CASES": str(cases), "ZEROSSL_SANDBOX": str(SANDBOX)}
    run(test, env=os.environ | ours, cwd=cases.parent, timeout=900)


def in_node(cases: Path) -> None:
    if not IS_INSIDE:
        node.prepare()
        run(["npm", "run", "build"], cwd=node.COPY)
        run(["npx", "tsc", "--project", "tsconfig.test.json"], cwd=node.COPY)
    ours = {"ZEROSSL_LIBRARY": str(SHARED), "SANDBOX": str(SANDBOX), "CASES": str(cases)}
    run(["node", "--test", "test-dist/cases.test.js"], env=os.environ | ours, cwd=node.COPY, timeout=900)


def in_go(cases: Path) -> None:
    test = ["test", "-count=1", "-parallel", "8", "-run", "TestCases", "./..."]
    go.go(*test, env={"CASES": str(cases)}, timeout=900)


def in_java(cases: Path) -> str:
    if not IS_INSIDE:
        java.compiled()
    return java.suite(f"-DargLine={java.JVM}", "-Dtest=CasesTest", cases=cases)


def of_resolver(languages: list[str]) -> None:
    tried = subprocess.run([WITH_RESOLVER, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise Forbidden(f"no namespace: {tried.stderr}")
    command = [WITH_RESOLVER, sys.executable, "-B", __file__, *languages]
    if subprocess.run(command, check=False).returncode:
        raise Failed("see above")


WAYS = {"c": in_c, "python": in_python, "node": in_node, "go": in_go, "java": in_java}


def main() -> int:
    if not SHARED.exists():
        print("faults: build/ is empty; run `make build`")
        return 1
    is_long = IS_INSIDE or "--long" in sys.argv[1:]
    languages = [argument for argument in sys.argv[1:] if argument != "--long"] or list(WAYS)
    if not IS_INSIDE:
        packages = ["--package", "zerossl-sandbox", "--package", "zerossl-faults"]
        run(["cargo", "build", "--quiet", *packages], cwd=TOP, timeout=900)
    test = Tests("faults of the resolver" if IS_INSIDE else "faults")
    with tempfile.TemporaryDirectory() as folder, Faults(Path(folder), languages) as faults:
        for language in languages:
            cases = faults.cases(language, is_long=is_long)
            test(f"the same errors in {language}", lambda play=WAYS[language], cases=cases: play(cases))
    if not IS_INSIDE:
        test("faults of the system's resolver", lambda: of_resolver(sys.argv[1:]))
    if test.skipped and os.environ.get("CI") == "true":
        print(f"faults: {test.skipped} skipped, which CI does not take")
        return 1
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
