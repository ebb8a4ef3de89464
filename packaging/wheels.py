"""The wheels of both Python packages, for each kind of Linux, and the sdist: made, and read by twine."""

import shutil
import sys
from pathlib import Path

import other_target
from shell import OUT, TOP, made, run
from tools import tool

PACKAGES = {"libzerossl": "python", "libzerossl_sandbox": "python/sandbox"}
KINDS = {
    "manylinux2014": (other_target.ARM, []),
    # A module that Python loads cannot bring a C library of its own.
    "musllinux_1_2": (other_target.MUSL, ["-Clink-self-contained=no", "-Ctarget-feature=-crt-static"]),
}


def make() -> list[Path]:
    dist = TOP / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    run(sys.executable, "-B", "tests/python/run.py", "wheel")
    for kind, (target, flags) in KINDS.items():
        environment = other_target.environment(target, *flags)
        for package in PACKAGES.values():
            where = ["--zig", "--target", target, "--compatibility", kind, "--out", dist]
            run(
                tool("maturin"), "build", "--release", "--locked", "--quiet", *where, env=environment, cwd=TOP / package
            )
    built = sorted(dist.iterdir())
    run(tool("twine"), "check", "--strict", *built)
    copies = [Path(shutil.copy(path, OUT)) for path in built]
    for path in copies:
        made(path)
    return copies
