"""The library and the command as packages of Debian, for the machine's own architecture: which there are."""

import functools
import re
import shutil
import sys
import tempfile
from pathlib import Path

import command
from apt import need
from deb import Package, build, debian_version, machine
from shell import OUT, TOP, made, output, run, say, version, xtask


def make() -> list[Path]:
    """All packages, looked at by lintian."""
    if not (TOP / "build/lib/libzerossl.so.0").exists():
        sys.exit("packaging: build/ is empty; run `make build`")
    OUT.mkdir(parents=True, exist_ok=True)
    program = command.program()
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        library, front = place / "library", place / "command"
        prefix = ["--prefix", "/usr", "--libdir", f"lib/{triplet()}", "--destdir", library]
        xtask("install", *prefix)
        command.install(program, front / "usr", "lib/systemd/system")
        # Debian of 12 looks for units here.
        (front / "lib").mkdir()
        shutil.move(front / "usr/lib/systemd", front / "lib/systemd")
        packages = [*of_library(library), *of_command(front)]
        built = [build(package, place) for package in packages]
        left = [path for root in (library, front) for path in root.rglob("*") if not path.is_dir()]
        if left:
            sys.exit(f"packaging: no package has {left[0]}")
    need("lintian", "lintian")
    run("lintian", "--allow-root", "--fail-on", "error", *built)
    for path in built:
        made(path)
    return built


def of_library(root: Path) -> list[Package]:
    lib = f"usr/lib/{triplet()}"
    shared = f"{lib}/libzerossl.so.{version()}"
    return [
        Package(
            "libzerossl0",
            "libs",
            "client library for the REST API of ZeroSSL",
            "Obtains, installs and renews TLS certificates by the REST API of ZeroSSL.\nIt is unofficial.",
            root,
            [shared, f"{lib}/libzerossl.so.0"],
            needed(root / shared),
        ),
        Package(
            "libzerossl-dev",
            "libdevel",
            "client library for the REST API of ZeroSSL, for developers",
            "Headers, static library, manual pages, documentation and examples.",
            root,
            [lib, "usr/include", "usr/share"],
            f"libzerossl0 (= {debian_version()})",
        ),
        Package(
            "zerossl-nsupdate",
            "net",
            "publishes validation records by dynamic updates of DNS",
            "A hook for validation by DNS: it adds and removes CNAME records with nsupdate.",
            root,
            ["usr/bin/zerossl-nsupdate"],
            "bind9-dnsutils, bind9-host",
            architecture="all",
            multi_arch="foreign",
        ),
    ]


def of_command(root: Path) -> list[Package]:
    return [
        Package(
            "zerossl",
            "net",
            "obtains and renews TLS certificates of ZeroSSL",
            "The command for the REST API of ZeroSSL: it obtains, installs and renews\n"
            "certificates, says what is due and what would fail, and starts a sandbox of\n"
            "the service for tests. A timer renews what is in /etc/zerossl, once it is\n"
            "enabled.\n"
            "It is unofficial.",
            root,
            ["usr", "lib"],
            needed(root / "usr/bin/zerossl"),
            suggests="zerossl-nsupdate",
            multi_arch="foreign",
        ),
    ]


@functools.cache
def triplet() -> str:
    return output("cc", "-dumpmachine").replace("-pc-", "-").replace("-unknown-", "-")


def needed(binary: Path) -> str:
    """The packages of what it is linked with, and the newest version of a symbol of glibc that it uses."""
    versions = re.findall(r"GLIBC_(\d+)\.(\d+)", output("objdump", "-T", binary))
    libc = ".".join(map(str, max((int(major), int(minor)) for major, minor in versions)))
    return f"libc6 (>= {libc}), libgcc-s1"


if __name__ == "__main__":
    say(f"for {machine()}")
    make()
