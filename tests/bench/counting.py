"""Counts instructions, of programs that are built here."""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
BUILD = TOP / "build"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target"))
SANDBOX = TARGET / "debug/zerossl-sandbox"
BENCH = TARGET / "bench"
# Started without `site`, whose imports would hide what a library imports.
PYTHON = [sys.executable, "-S", "-B", HERE / "client.py"]
PACKAGE = BENCH / "package"
PEERS = BENCH / "peers"

ID = "0123456789abcdef0123456789abcdef"
# What is asked for: the operation, its parameters, the least bytes of an answer.
WANTED = {
    "one": ("get_certificate", {"id": ID}, 1_500),
    "page": ("list_certificates", {}, 150_000),
    "thousand": ("list_certificates", {"limit": 1000}, 1_500_000),
    "key": ("generate_csr", {"domains": ["example.com"]}, 100),
}
# Fewer and more calls: the difference leaves start-up, connecting and ending out.
CALLS = {"one": (20, 120), "page": (4, 14), "thousand": (2, 6)}


def instructions(command: Sequence, **environment: str) -> int:
    """Instructions of one run."""
    tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    words = [str(word) for word in [*tool, *command]]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ | environment)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or found is None:
        sys.exit(f"bench: {' '.join(words)} failed:\n{done.stderr}")
    return int(found[1])


def cpu_seconds(command: Sequence, **environment: str) -> float:
    """Seconds that a program and those that it starts take, from its start to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = [str(word) for word in command]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, env=os.environ | environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def per_call(wanted: str, command, **environment: str) -> float:
    """Instructions of one call, of a program whose command is made for a number of calls."""
    few, many = CALLS[wanted]
    more = instructions(command(many), **environment) - instructions(command(few), **environment)
    return more / (many - few)


def abi(config: dict, calls: int, operation: str, params: dict, least: int) -> list:
    """The command of a program that uses the C library."""
    config = {"access_key": "bench", "requests_per_second": 0} | config
    return [
        BENCH / "abi",
        json.dumps(config),
        calls,
        operation,
        json.dumps(params),
        least,
    ]


def in_c(url: str, wanted: str) -> float:
    """Instructions of a call through the C library."""
    return per_call(wanted, lambda calls: abi({"base_url": url}, calls, *WANTED[wanted]))


def in_python(library: str, url: str, wanted: str) -> float:
    """Instructions of a call with a Python library."""
    return per_call(
        wanted,
        lambda calls: [*PYTHON, library, url, wanted, calls],
        PYTHONPATH=f"{PACKAGE}:{PEERS}",
    )


def build_c() -> None:
    """The program that uses the C library of `make build`."""
    BENCH.mkdir(parents=True, exist_ok=True)
    options = [
        "-std=c99",
        "-O2",
        "-Wall",
        "-Wextra",
        "-pedantic",
        "-Werror",
        "-I",
        BUILD / "include",
    ]
    link = ["-L", BUILD / "lib", "-lzerossl", "-pthread", f"-Wl,-rpath,{BUILD / 'lib'}"]
    subprocess.run(["cc", *options, HERE / "abi.c", "-o", BENCH / "abi", *link], check=True)


def unpack_wheel() -> Path:
    """The package as an installer leaves it, compiled; returns the wheel that `tests/python/run.py` has built."""
    wheels = sorted((TOP / "target/python/wheels").glob("libzerossl-*.whl"))
    if not wheels:
        sys.exit("bench: there is no wheel; `python3 tests/python/run.py build` makes it")
    shutil.rmtree(PACKAGE, ignore_errors=True)
    shutil.unpack_archive(wheels[-1], PACKAGE, "zip")
    subprocess.run([sys.executable, "-m", "compileall", "-q", PACKAGE], check=True)
    return wheels[-1]


def stripped(library: Path) -> int:
    """The size of a library without the names of its own functions."""
    with tempfile.NamedTemporaryFile() as copy:
        subprocess.run(["strip", "--strip-all", "-o", copy.name, library], check=True)
        return Path(copy.name).stat().st_size
