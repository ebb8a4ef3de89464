#!/usr/bin/env python3
"""The packages for other runtimes, with the library in build/.

Prints a line for each thing. What is missing on this machine is skipped with a line; under CI=true a skip
fails, as everything has to be tried there. `--long` also measures memory.
"""

import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "c"))

from harness import SHARED, TOP, Tests, run

import calls
import go
import growth
import java
import node
import second


def main() -> int:
    if not SHARED.exists():
        print("runtimes: build/ is empty; run `make build`")
        return 1
    run(["cargo", "build", "--locked", "--quiet", "--package", "zerossl-sandbox"], cwd=TOP, timeout=900)
    test = Tests("runtimes")
    with tempfile.TemporaryDirectory() as folder:
        go.test_all(test, Path(folder))
        java.test_all(test)
        node.test_all(test, Path(folder))
        calls.test_all(test, Path(folder))
        if sys.argv[1:] == ["--long"]:
            growth.test_all(test, Path(folder))
        second.test_all(test, Path(folder))
    if test.skipped and os.environ.get("CI") == "true":
        print(f"runtimes: {test.skipped} skipped, which CI does not take")
        return 1
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
