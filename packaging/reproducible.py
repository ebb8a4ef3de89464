"""Two clones in two folders give the same library and the same wheel, and no path of the machine is in them."""

import hashlib
import os
import sys
import tempfile
import zipfile
from pathlib import Path

from shell import TOP, output, run, say, version
from tools import tool


def attempt() -> None:
    """Compares what this checkout gives with what a clone in another folder gives."""
    changed = output("git", "status", "--porcelain")
    if changed:
        sys.exit(f"packaging: what is not committed cannot be built twice:\n{changed}")
    with tempfile.TemporaryDirectory(prefix="elsewhere-") as scratch:
        clone = Path(scratch) / "clone"
        run("git", "clone", "--quiet", TOP, clone)
        for here, there in zip(build(TOP, Path(scratch) / "here"), build(clone, Path(scratch) / "there"), strict=True):
            hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (here, there)]
            if len(set(hashes)) > 1:
                sys.exit(f"packaging: {here.name} from two clones is not the same: {hashes}")
            has_no_paths(here, [TOP, clone, Path.home()])
            say(f"{here.name} is the same from two clones: {hashes[0]}")


def build(top: Path, wheels: Path) -> list[Path]:
    """The C library and the wheel, each by the command with which a release is built."""
    kept = {name: value for name, value in os.environ.items() if name not in {"CARGO_TARGET_DIR", "SOURCE_DATE_EPOCH"}}
    task = ["cargo", "run", "--locked", "--quiet", "--package", "xtask", "--"]
    run(*task, "build", env=kept, cwd=top, quiet=True)
    told = dict(line.split("=", 1) for line in output(*task, "environment", env=kept, cwd=top).splitlines())
    environment = {**kept, **told, "PATH": f"{tool('python-zig').parent}:{kept['PATH']}"}
    options = ["--zig", "--compatibility", "manylinux2014", "--out", wheels]
    run(tool("maturin"), "build", "--release", "--locked", "--quiet", *options, env=environment, cwd=top / "python")
    return [top / f"build/lib/libzerossl.so.{version()}", *wheels.glob("*.whl")]


def has_no_paths(path: Path, folders: list[Path]) -> None:
    contents = {path.name: path.read_bytes()}
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            contents = {name: wheel.read(name) for name in wheel.namelist()}
    for name, content in contents.items():
        for word in (*(f"{folder}/" for folder in folders), "registry/src", "/.cargo/", "/.rustup/"):
            if word.encode() in content:
                sys.exit(f"packaging: {word} is in {name}")
