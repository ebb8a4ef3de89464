"""The command as one static program, for a Linux of any kind: zerossl-VERSION-x86_64-linux-musl.tar.xz."""

import os
import shutil
import tempfile
from pathlib import Path

import build_context
import command
import other_target
from archive import pack
from shell import OUT, TOP, run, say, version
from stand import certificate
from tools import tool

NAME = f"zerossl-{version()}-x86_64-linux-musl"


def make() -> Path:
    environment = other_target.environment(other_target.MUSL, *other_target.STATIC)
    build = ["zigbuild", "--release", "--locked", "--package", "zerossl-cli"]
    run(tool("cargo-zigbuild"), *build, env=environment, cwd=build_context.lay())
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / NAME
        command.install(other_target.compiled(other_target.MUSL) / "zerossl", tree, "lib/systemd/system")
        for name in ("LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"):
            shutil.copy(TOP / name, tree)
        return pack(tree, OUT / f"{NAME}.tar.xz")


def attempt(path: Path) -> None:
    """Obtains a certificate in a root in which there is nothing but the program."""
    with tempfile.TemporaryDirectory() as scratch:
        run("tar", "--extract", f"--file={path}", f"--directory={scratch}")
        root = Path(scratch) / "root"
        root.mkdir()
        shutil.copy(Path(scratch) / NAME / "bin/zerossl", root)
        key = root / "key"
        key.write_text("sandbox-key\n", encoding="utf-8")
        alone = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
        zerossl = [*alone, "chroot", str(root), "/zerossl"]
        certificate(zerossl, root, ["--access-key-file", "/key"], lambda inside: f"/{inside.relative_to(root)}")
    say(f"{path.name}: the program obtained a certificate in an empty root")
