"""Packages of Debian, unpacked into a folder instead of the machine: also those that would not fit it."""

import os
import shutil
import sys
from pathlib import Path

from shell import WORK, run

CONFIGURATION = """\
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Sandbox::User "root";
Dir::State "{state}";
Dir::State::status "{state}/status";
Dir::Cache "{state}/cache";
"""


def need(program: str, package: str) -> None:
    """Installs the package with this program if there is none; only root can."""
    if shutil.which(program):
        return
    if os.geteuid():
        sys.exit(f"packaging: there is no {program}: apt-get install {package}")
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "--yes", "-qq", "--no-install-recommends", package, quiet=True)


def tree(name: str, architecture: str, packages: list[str]) -> Path:
    """A folder with the files of these packages and of all that they depend on."""
    folder = WORK / name
    stamp = folder / "packages"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == " ".join(packages):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    state = WORK / f"{name}.apt"
    for part in ("lists/partial", "cache/archives/partial"):
        (state / part).mkdir(parents=True, exist_ok=True)
    # Nothing is installed there, so apt fetches everything.
    (state / "status").touch()
    (state / "apt.conf").write_text(CONFIGURATION.format(architecture=architecture, state=state), encoding="utf-8")
    environment = {**os.environ, "APT_CONFIG": str(state / "apt.conf")}
    run("apt-get", "update", "-qq", env=environment)
    options = ["--yes", "-qq", "--download-only", "--no-install-recommends"]
    run("apt-get", "install", *options, *packages, env=environment, quiet=True)
    for archive in sorted((state / "cache/archives").glob("*.deb")):
        run("dpkg-deb", "--extract", archive, folder)
    shutil.rmtree(state)
    stamp.write_text(" ".join(packages), encoding="utf-8")
    return folder
