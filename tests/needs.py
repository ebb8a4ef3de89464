"""Says what `make test` needs and this machine has not, with the command that installs it. Nothing is installed here."""

import shutil
import subprocess
import sys
from collections.abc import Callable

PYTHON = (3, 10)


def has_component(name: str) -> Callable[[], bool]:
    """Whether cargo has a part of the toolchain that the minimal profile lacks."""
    return lambda: (
        subprocess.run(
            ["cargo", name, "--version"], capture_output=True, check=False
        ).returncode
        == 0
    )


def has(program: str) -> Callable[[], bool]:
    """Whether there is a program."""
    return lambda: shutil.which(program) is not None


def has_venv() -> bool:
    """Whether this Python can make environments, which Debian packs apart."""
    return (
        subprocess.run(
            [sys.executable, "-c", "import ensurepip, venv"],
            capture_output=True,
            check=False,
        ).returncode
        == 0
    )


# What it is, whether it is there, and the command that installs it.
NEEDS: list[tuple[str, Callable[[], bool], str]] = [
    ("rustfmt", has_component("fmt"), "rustup component add rustfmt"),
    ("clippy", has_component("clippy"), "rustup component add clippy"),
    ("a C compiler", has("cc"), "apt install build-essential"),
    ("Python 3.10", lambda: sys.version_info >= PYTHON, "apt install python3"),
    ("Python's venv", has_venv, "apt install python3-venv"),
    ("openssl", has("openssl"), "apt install openssl"),
]


def main() -> int:
    """One line for each thing that is missing."""
    missing = [(name, command) for name, is_there, command in NEEDS if not is_there()]
    for name, command in missing:
        print(f"{name} is missing: {command}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
