"""The wheels for machines other than this one, at work: aarch64 in an emulator, musl as far as its loader tells."""

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import apt
from shell import TOP, output, run, say, version


def attempt(built: list[Path]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        on_aarch64(unpacked(built, "manylinux*aarch64", Path(scratch) / "aarch64"))
        on_musl(unpacked(built, "musllinux*x86_64", Path(scratch) / "musl"))


def unpacked(built: list[Path], kind: str, folder: Path) -> Path:
    """Both packages, as pip would lay them."""
    wheels = [path for path in built if path.match(f"*-{kind}.whl")]
    if len(wheels) != len(("libzerossl", "libzerossl_sandbox")):
        sys.exit(f"packaging: of {kind} there are {wheels}")
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as file:
            file.extractall(folder)
    program(folder).chmod(0o755)
    return folder


def program(folder: Path) -> Path:
    return folder / f"libzerossl_sandbox-{version()}.data/scripts/zerossl-sandbox"


def on_aarch64(folder: Path) -> None:
    """Debian's Python of that machine lists, orders and downloads, with a sandbox of that machine."""
    apt.need("qemu-aarch64-static", "qemu-user-static")
    root = apt.tree("python-arm64", "arm64", ["python3"])
    emulator = ["qemu-aarch64-static", "-L", str(root)]
    sandbox = folder / "sandbox"
    sandbox.write_text(f'#!/bin/sh\nexec {" ".join(emulator)} {program(folder)} "$@"\n', encoding="utf-8")
    sandbox.chmod(0o755)
    python = [*emulator, root / "usr/bin/python3.11", "-B"]
    environment = {**os.environ, "PYTHONPATH": str(folder), "ZEROSSL_SANDBOX": str(sandbox)}
    said = output(*python, "-c", "import platform; print(platform.machine())", env=environment)
    said += " " + output(*python, "-m", "libzerossl.command", "--version", env=environment)
    if said != f"aarch64 zerossl {version()}":
        sys.exit(f"packaging: the wheel for aarch64 said {said!r}")
    print(output(*python, TOP / "tests/python/ten_lines.py", env=environment))
    say("the wheels for aarch64: a Python of that machine got a certificate, in an emulator")


def on_musl(folder: Path) -> None:
    """No registry has a Python for musl: its loader finds everything but the functions of Python."""
    root = apt.tree("musl", "amd64", ["musl"])
    loader = root / "lib/ld-musl-x86_64.so.1"
    words = [loader, "--list", folder / "libzerossl/_native.abi3.so"]
    listed = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    missing = re.findall(r": (\w+): symbol not found", listed.stderr)
    others = [name for name in missing if not name.lstrip("_").startswith("Py")]
    if not missing or others or "Error loading" in listed.stderr:
        sys.exit(f"packaging: the wheel for musl lacks {others}\n{listed.stdout}{listed.stderr}")
    # A static program, which starts without a loader.
    run(program(folder), "--version", quiet=True)
    say(f"the wheels for musl: the module lacks {len(missing)} functions, all of Python; the sandbox starts")
