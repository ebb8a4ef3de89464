"""Flat memory in Python, Node, Go and Java, over very many calls and ops; tests/c/run.py has it in C.

Only in the long run: an engine needs ten thousand calls until it has compiled what it wants to. The packages' own tests
have short forms, which wait for that.
"""

import shutil
from pathlib import Path

from harness import SANDBOX, TOP, Command, Skipped, Tests, run
from memory import LONG, flat
from servers import Sandbox

import java
import node
from calls import PYTHON
from go import go, module, order

PROGRAMS = TOP / "tests/runtimes/flat"
# By how many kB a program may grow. An engine's own heap breathes, since it frees when it wants to.
MOST = {"Python": 1024, "Node": 8192, "Go": 2048, "Java": 4096}


def test_all(test: Tests, scratch: Path) -> None:
    for name, program in (("Python", in_python), ("Node", in_node), ("Go", in_go), ("Java", in_java)):
        folder = scratch / f"growth-{name}"
        folder.mkdir()
        test(
            f"flat memory in {name}",
            lambda name=name, program=program, folder=folder: played(program(folder), folder, LONG, MOST[name]),
        )


def played(command: Command, folder: Path, counts: tuple[int, int], most: int) -> str:
    """Two certificates are there to be listed."""
    with Sandbox(SANDBOX) as sandbox:
        order(sandbox, folder, 2)
        figures, (before, after) = flat(command, sandbox, counts, most)
    return f"{figures}; by its own count {before} and {after}"


def in_python(_: Path) -> Command:
    if not PYTHON.exists():
        raise Skipped("the wheel is not installed: `make test` does it")
    return [PYTHON, "-B", PROGRAMS / "flat.py"]


def in_node(folder: Path) -> Command:
    node.prepared()
    project = folder.parent / "project"
    if not project.exists():
        raise Skipped("there is no project with the package")
    shutil.copy(PROGRAMS / "flat.ts", project)
    run([node.COPY / "node_modules/.bin/tsc", *node.STRICT, "flat.ts"], cwd=project)
    return ["node", "--expose-gc", project / "flat.js"]


def in_go(folder: Path) -> Command:
    project = module(folder / "program", (PROGRAMS / "flat.go").read_text(encoding="utf-8"))
    go("vet", ".", cwd=project)
    go("build", "-o", str(folder / "flat"), ".", cwd=project)
    return [folder / "flat"]


def in_java(folder: Path) -> Command:
    paths = java.installed()
    run(["javac", "-Xlint:all", "-Werror", "-cp", paths, "-d", folder, PROGRAMS / "Flat.java"])
    return ["java", *java.JVM.split(), "-cp", f"{folder}:{paths}", "Flat"]
