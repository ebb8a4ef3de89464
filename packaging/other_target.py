"""Compiling for another kind of machine, by Debian's compiler, which has libraries for others, and zig's linker.

Debian has no standard library for musl. It is compiled from its source, which Debian has, too; only an unstable option
of cargo does that, so the compiler is told that it may.
"""

import functools
import os
from pathlib import Path

import apt
from shell import WORK, release
from tools import tool

ARM = "aarch64-unknown-linux-gnu"
MUSL = "x86_64-unknown-linux-musl"
# zig has the objects with which a program starts.
STATIC = ["-Clink-self-contained=no", "-Crelocation-model=static"]
WRAPPER = """\
#!/bin/sh
# With the C library of its own tree, and without telling the linker of it.
exec {root}/lib64/ld-linux-x86-64.so.2 --library-path {libraries} {root}/usr/bin/rustc --sysroot {root}/usr "$@"
"""


def environment(target: str, *flags: str) -> dict[str, str]:
    """What cargo and maturin have to be told to compile a release for it."""
    found = {**os.environ, **release(), "RUSTC": str(compiler(target)), "CARGO_BUILD_TARGET": target}
    found["CARGO_ENCODED_RUSTFLAGS"] = "\x1f".join([found["CARGO_ENCODED_RUSTFLAGS"], *flags])
    found["PATH"] = f"{tool('python-zig').parent}:{found['PATH']}"
    # zig compiles its own C library once, and cargo-zigbuild writes small programs.
    places = {"CARGO_TARGET_DIR": target_dir(target), "ZIG_GLOBAL_CACHE_DIR": WORK / "zig"}
    places["CARGO_ZIGBUILD_CACHE_DIR"] = WORK / "zigbuild"
    found |= {name: str(place) for name, place in places.items()}
    if target == MUSL:
        found |= {"RUSTC_BOOTSTRAP": "1", "CARGO_UNSTABLE_BUILD_STD": "std,panic_unwind"}
    return found


def target_dir(target: str) -> Path:
    """Where cargo compiles to: one for each, since even programs of the build depend on the environment."""
    return WORK / "target" / target


def compiled(target: str) -> Path:
    """What cargo compiled for it."""
    return target_dir(target) / target / "release"


@functools.cache
def compiler(target: str) -> Path:
    """Debian's compiler, with the standard library of this target or its source."""
    root = apt.tree("rust", "amd64", ["rustc-web", "rust-web-src"])
    if target == ARM:
        library = apt.tree("rust-arm64", "arm64", ["libstd-rust-web-dev"])
        link = root / f"usr/lib/rustlib/{ARM}"
        if not link.exists():
            link.symlink_to(library / f"usr/lib/rustlib/{ARM}")
    wrapper = root / "rustc"
    libraries = ":".join(str(root / folder / "x86_64-linux-gnu") for folder in ("lib", "usr/lib"))
    wrapper.write_text(WRAPPER.format(root=root, libraries=libraries), encoding="utf-8")
    wrapper.chmod(0o755)
    return wrapper
