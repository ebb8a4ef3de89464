"""What the parts share: where things are, which version this is, and how a program is run."""

import functools
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
OUT = TOP / "target/packages"
# What has to be fetched or built first; it stays between runs.
WORK = TOP / "target/packaging"


@functools.cache
def version() -> str:
    found = re.search(r'^version = "(.*)"', (TOP / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else sys.exit("packaging: Cargo.toml has no version")


def output(*command: object, env: Mapping[str, str] | None = None, cwd: Path = TOP) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, env=env, cwd=cwd, check=False)
    if done.returncode:
        sys.exit(f"packaging: {' '.join(words)} failed with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def run(*command: object, quiet: bool = False, env: Mapping[str, str] | None = None, cwd: Path = TOP) -> None:
    """Runs a program; of a quiet one only its errors are seen."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**(os.environ if env is None else env), "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else None,
        check=False,
    )
    if done.returncode:
        sys.exit(f"packaging: {command[0]} failed with {done.returncode}")


def xtask(*words: object) -> str:
    return output("cargo", "run", "--locked", "--quiet", "--package", "xtask", "--", *words)


@functools.cache
def release() -> dict[str, str]:
    """The environment in which a release is compiled."""
    return dict(line.split("=", 1) for line in xtask("environment").splitlines())


def say(text: str) -> None:
    print(f"packaging: {text}", flush=True)


def made(path: Path) -> None:
    say(f"{path.relative_to(TOP)}, {path.stat().st_size / 1e6:.1f} MB")
