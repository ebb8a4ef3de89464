"""The source with all crates below it, so that it builds without a network: libzerossl-VERSION.tar.xz."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from archive import pack
from shell import OUT, output, run, say, version

NAME = f"libzerossl-{version()}"
# Cargo's own way to take crates from a folder.
CONFIGURATION = '[source.crates-io]\nreplace-with = "vendor"\n\n[source.vendor]\ndirectory = "vendor"\n'
# For which machines the tarball is.
TARGETS = [f"{machine}-unknown-linux-{libc}" for machine in ("x86_64", "aarch64") for libc in ("gnu", "musl")]


def make() -> Path:
    """The tarball of the last commit; the same commit gives the same file."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        archive = place / "archive.tar"
        run("git", "archive", f"--prefix={NAME}/", f"--output={archive}", "HEAD")
        run("tar", "--extract", f"--file={archive}", f"--directory={place}")
        tree = place / NAME
        run("cargo", "vendor", "--locked", "--quiet", "--versioned-dirs", tree / "vendor", quiet=True, cwd=tree)
        leave_out_others(tree)
        (tree / ".cargo").mkdir(exist_ok=True)
        (tree / ".cargo/config.toml").write_text(CONFIGURATION, encoding="utf-8")
        return pack(tree, OUT / f"{NAME}.tar.xz")


def leave_out_others(tree: Path) -> None:
    """Crates that only other systems need have to be there, since the lock file names them, but their code has not."""
    metadata = ["cargo", "metadata", "--format-version=1", "--locked"]
    needed = set()
    for target in TARGETS:
        found = json.loads(output(*metadata, "--filter-platform", target, cwd=tree))
        ids = {node["id"] for node in found["resolve"]["nodes"]}
        needed |= {f"{package['name']}-{package['version']}" for package in found["packages"] if package["id"] in ids}
    for folder in (tree / "vendor").iterdir():
        if folder.name in needed:
            continue
        checksum = json.loads((folder / ".cargo-checksum.json").read_text(encoding="utf-8"))
        manifest = (folder / "Cargo.toml").read_text(encoding="utf-8")
        shutil.rmtree(folder)
        (folder / "src").mkdir(parents=True)
        (folder / "src/lib.rs").touch()
        (folder / "Cargo.toml").write_text(manifest, encoding="utf-8")
        (folder / ".cargo-checksum.json").write_text(json.dumps({**checksum, "files": {}}), encoding="utf-8")


def attempt(path: Path) -> None:
    """Builds the command from it, where cargo knows no registry and, if we may, there is no network."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        run("tar", "--extract", f"--file={path}", f"--directory={place}")
        home = place / "home"
        home.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CARGO")}
        # rustup's cargo looks for its toolchains below the real home.
        rustup = kept.get("RUSTUP_HOME", str(Path.home() / ".rustup"))
        environment = {**kept, "CARGO_HOME": str(home), "HOME": str(home), "RUSTUP_HOME": rustup}
        alone = ["unshare", "--net"] if os.geteuid() == 0 else []
        build = ["cargo", "build", "--offline", "--locked", "--quiet", "--package", "zerossl-cli"]
        run(*alone, *build, env=environment, cwd=place / NAME)
        said = output(place / NAME / "target/debug/zerossl", "--version")
        if said != f"zerossl {version()}":
            sys.exit(f"packaging: the command from the source tarball said {said!r}")
        fetched = [name for name in ("registry", "git") if (home / name).exists()]
        if fetched:
            sys.exit(f"packaging: the build from the source tarball fetched something: {fetched}")
    say(f"{path.name}: the command builds without a network")
