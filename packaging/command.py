"""The command as it is installed: the program, and what it prints about itself."""

import os
import shutil
from pathlib import Path

from shell import TOP, output, release, run, xtask

COMPLETIONS = {
    "bash": "share/bash-completion/completions/zerossl",
    "zsh": "share/zsh/vendor-completions/_zerossl",
    "fish": "share/fish/vendor_completions.d/zerossl.fish",
}
UNITS = ["zerossl-renew.service", "zerossl-renew.timer"]


def program() -> Path:
    """The command for this machine, as it is released."""
    build = ["cargo", "build", "--release", "--locked", "--quiet", "--package", "zerossl-cli"]
    run(*build, env={**os.environ, **release()})
    return Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target")) / "release/zerossl"


def install(compiled: Path, prefix: Path, units: str) -> None:
    """Writes it below a prefix; the folder of systemd's units is relative to that."""
    there = prefix / "bin/zerossl"
    there.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(compiled, there)
    run("strip", "--strip-all", "--remove-section=.comment", there)
    for shell, place in COMPLETIONS.items():
        path = prefix / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(output(there, "completions", shell) + "\n", encoding="utf-8")
    run(there, "man", prefix / "share/man/man1")
    doc = prefix / "share/doc/zerossl"
    for folder, names in (
        (prefix / units, [TOP / "cli/systemd" / unit for unit in UNITS]),
        (doc / "examples", [TOP / "cli/examples/zerossl.toml"]),
        (doc, [TOP / "docs/command.md", TOP / "docs/settings.md"]),
    ):
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copy(name, folder)
    (doc / "THIRD-PARTY-LICENSES").write_text(xtask("licences", "zerossl-cli") + "\n", encoding="utf-8")
