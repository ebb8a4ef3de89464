"""Builds, checks and tests the Python package; only the standard library is needed to start it.

    python3 tests/python/run.py lint     ruff, mypy, pyright, stubtest
    python3 tests/python/run.py build    wheels of this machine, into target/python/wheels/
    python3 tests/python/run.py test     wheels of this machine, installed and tested
    python3 tests/python/run.py wheel    wheels for manylinux2014 and the sdist, into dist/
    python3 tests/python/run.py tools    nothing but the tools

Tools and environments are kept in target/python.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
TOP = HERE.parents[1]
WORK = TOP / "target/python"
TOOLS = WORK / "tools"
SOURCES = [
    "python/libzerossl",
    "python/sandbox/zerossl_sandbox",
    "examples/python",
    "examples/runtimes",
    "tests/bench",
    "tests/faults",
    "tests/mutations",
    "tests/secrets",
    "tests/python",
    "tests/runtimes",
    "tests/system",
    "tests/recipes",
    "tests/fleet",
    "tests/site",
    "site",
    "packaging",
    "fuzz",
]
PACKAGES = ["python", "python/sandbox"]
OTHER_PYTHONS = ["python3.10", "python3.11", "python3.12", "python3.13", "python3.14"]


def main() -> int:
    """Run the task of the command line."""
    tasks = {"lint": lint, "build": build, "test": test, "wheel": wheel, "tools": lambda: None}
    if sys.argv[1:2] == [] or sys.argv[1] not in tasks:
        print(__doc__)
        return 2
    try:
        if make_tools():
            tasks[sys.argv[1]]()
    except subprocess.CalledProcessError as error:
        print(f"failed: {' '.join(map(str, error.cmd))}", file=sys.stderr)
        return 1
    except SystemExit as error:
        print(error.code, file=sys.stderr)
        return 1
    return 0


def lint() -> None:
    """Check style and types."""
    run(tool("ruff"), "format", "--check", "--quiet", *SOURCES)
    run(tool("ruff"), "check", "--quiet", *SOURCES)
    typed = ["libzerossl", "sandbox/zerossl_sandbox", "../examples/python"]
    run(tool("mypy"), "--no-error-summary", *typed, cwd=TOP / "python")
    run(tool("pyright"), *typed, cwd=TOP / "python", quiet=True)
    compare_with_runtime()


def compare_with_runtime() -> None:
    """Compare the types with the package as it is at run time, which needs its native half."""
    run("cargo", "build", "--locked", "--quiet", "--package", "zerossl-python")
    place = WORK / "typed"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(TOP / "python/libzerossl", place / "libzerossl")
    target = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target"))
    shutil.copy(target / "debug/lib_native.so", place / "libzerossl/_native.abi3.so")
    allowed = ["--allowlist", HERE / "stubtest.txt"]
    run(tool("python"), "-B", "-m", "mypy.stubtest", "libzerossl", *allowed, cwd=place, quiet=True)


def build() -> list[str]:
    """Build wheels for this machine."""
    wheels = WORK / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    # The sandbox with the profile of the other tests, so that it is not built twice.
    for package, profile in zip(PACKAGES, ["release", "dev"], strict=True):
        options = ["--locked", "--profile", profile, "--compatibility", "linux", "--out", wheels]
        more = release() if profile == "release" else None
        run(tool("maturin"), "build", *options, cwd=TOP / package, quiet=True, more=more)
    return sorted(map(str, wheels.glob("*.whl")))


def test() -> None:
    """Build wheels for this machine, install them, and test them."""
    built = build()
    run(tool("python"), "-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps", *built)
    run(tool("python"), "-B", "-m", "pytest", "--quiet", "-p", "no:cacheprovider", HERE, cwd=WORK)
    for python in OTHER_PYTHONS:
        in_a_clean_environment(python, built)
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        print("not tested on a free-threaded Python: no registry has one; it needs a wheel of its own")


def in_a_clean_environment(python: str, wheels: list[str]) -> None:
    """Run a few lines in an environment with nothing but the wheels."""
    works = subprocess.run([python, "--version"], capture_output=True, check=False) if shutil.which(python) else None
    if works is None or works.returncode:
        return
    place = WORK / f"clean-{python}"
    run(python, "-m", "venv", "--clear", place)
    run(place / "bin/python", "-m", "pip", "install", "--quiet", "--no-index", *wheels)
    for program, *arguments in (["ten_lines.py"], ["exits.py", 1], ["forks.py", 20]):
        print(f"{python}: ", end="", flush=True)
        run(place / "bin/python", "-I", "-B", "-W", "ignore", HERE / program, *arguments, cwd=WORK)


def wheel() -> None:
    """Build what is published."""
    dist = TOP / "dist"
    for package in PACKAGES:
        zig = ["--zig", "--compatibility", "manylinux2014"]
        run(tool("maturin"), "build", "--release", "--locked", *zig, "--out", dist, cwd=TOP / package, more=release())
    run(tool("maturin"), "sdist", "--out", dist, cwd=TOP / "python", more=release())


@functools.cache
def release() -> dict[str, str]:
    """The environment in which a release is compiled: the same as that of the C library, so that both share crates."""
    asked = ["cargo", "run", "--locked", "--quiet", "--package", "xtask", "--", "environment"]
    told = subprocess.run(asked, cwd=TOP, stdout=subprocess.PIPE, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in told.splitlines())


def make_tools() -> bool:
    """Make the environment with the tools, unless it is there; False if it cannot be made here."""
    required = (HERE / "requirements.txt").read_text()
    stamp = TOOLS / "made-for"
    if stamp.is_file() and stamp.read_text() == required:
        return True
    if subprocess.run([sys.executable, "-m", "venv", "--clear", TOOLS], check=False).returncode:
        return skip("this Python cannot make environments (Debian: python3-venv)")
    pip = [tool("python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*pip, "--requirement", HERE / "requirements.txt"], check=False).returncode:
        return skip("the tools of tests/python/requirements.txt cannot be installed")
    stamp.write_text(required)
    return True


def skip(why: str) -> bool:
    """Report what is skipped; in CI that is a failure."""
    print(f"skipped, the Python package: {why}")
    if os.environ.get("CI") == "true":
        sys.exit("nothing may be skipped in CI")
    return False


def tool(name: str) -> Path:
    """Give the path of a tool."""
    return TOOLS / "bin" / name


def run(*command: object, cwd: Path = TOP, quiet: bool = False, more: Mapping[str, str] | None = None) -> None:
    """Run a command; the output of a quiet one is only shown if it fails."""
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "ZEROSSL_SANDBOX"}}
    environment |= more or {}
    environment["PATH"] = f"{TOOLS / 'bin'}:{environment['PATH']}"
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        check=False,
    )
    if done.returncode:
        if done.stdout:
            sys.stdout.write(done.stdout.decode(errors="replace"))
        raise subprocess.CalledProcessError(done.returncode, command)


if __name__ == "__main__":
    sys.exit(main())
