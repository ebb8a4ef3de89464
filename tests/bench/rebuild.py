"""What a developer waits for: the library again, after a change of one endpoint."""

import shutil

from counting import BENCH, TOP, cpu_seconds

TREE = BENCH / "rebuild"
ENDPOINT = TREE / "core/src/endpoints/get_certificate.rs"
# It gets into the library's table of operations.
TEXT = "Gets a certificate with its current state."
MADE = {"target", "build", "dist", ".git"}


def rebuilt() -> float:
    """Seconds of CPU time of `make build QUICK=1` after the change, in a copy of the sources that is built before."""
    for path in TREE.iterdir() if TREE.exists() else ():
        if path.name == "target":
            continue
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.copytree(TOP, TREE, ignore=made_here, symlinks=True, dirs_exist_ok=True)
    build()
    before = ENDPOINT.read_text()
    if TEXT not in before:
        raise RuntimeError(f"{ENDPOINT} has another text now")
    ENDPOINT.write_text(before.replace(TEXT, f"{TEXT} It is another text."))
    return build()


def made_here(folder: str, names: list[str]) -> set[str]:
    """What is no source."""
    return MADE & set(names) if folder == str(TOP) else set()


def build() -> float:
    """The library, with a target folder of the copy's own, whose crates of others stay for the next time."""
    command = ["make", "--silent", "-C", TREE, "build", "QUICK=1"]
    return cpu_seconds(command, CARGO_TARGET_DIR=str(TREE / "target"))
