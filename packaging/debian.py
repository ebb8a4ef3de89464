#!/usr/bin/env python3
"""The library as Debian packages, from what `make build` made: target/packages/*.deb.

    python3 packaging/debian.py          builds them, and has lintian look at them
    python3 packaging/debian.py --try    also installs them, runs a program with them, and removes them (root)

The packages are those of the machine's own architecture.
"""

import functools
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
OUT = TOP / "target/packages"
MAINTAINER = "The libzerossl developers <libzerossl@users.noreply.github.com>"
HOMEPAGE = "https://github.com/libzerossl/libzerossl"


@dataclass
class Package:
    """One package: what it takes from the installation, and what it says of itself."""

    name: str
    section: str
    summary: str
    text: str
    files: list[str]
    depends: str
    multi_arch: str = "same"


def main() -> int:
    if not (TOP / "build/lib/libzerossl.so.0").exists():
        print("packaging: build/ is empty; run `make build`")
        return 1
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "root"
        prefix = ["--prefix", "/usr", "--libdir", f"lib/{triplet()}", "--destdir", root]
        run("cargo", "run", "--quiet", "--package", "xtask", "--", "install", *prefix)
        made = [build(package, root, Path(scratch)) for package in packages(root)]
        left = [path for path in root.rglob("*") if not path.is_dir()]
        if left:
            print(f"packaging: no package has {left[0].relative_to(root)}")
            return 1
    run("lintian", "--allow-root", "--fail-on", "error", *made)
    for path in made:
        print(f"packaging: {path.relative_to(TOP)}, {path.stat().st_size / 1e6:.1f} MB")
    return attempt(made) if "--try" in sys.argv else 0


def packages(root: Path) -> list[Package]:
    lib = f"usr/lib/{triplet()}"
    shared = f"{lib}/libzerossl.so.{version()}"
    return [
        Package(
            "libzerossl0",
            "libs",
            "client library for the REST API of ZeroSSL",
            "Obtains, installs and renews TLS certificates by the REST API of ZeroSSL.\nIt is unofficial.",
            [shared, f"{lib}/libzerossl.so.0"],
            f"libc6 (>= {needed_libc(root / shared)}), libgcc-s1",
        ),
        Package(
            "libzerossl-dev",
            "libdevel",
            "client library for the REST API of ZeroSSL, for developers",
            "Headers, static library, manual pages, documentation and examples.",
            [lib, "usr/include", "usr/share"],
            f"libzerossl0 (= {debian_version()})",
        ),
        Package(
            "zerossl-nsupdate",
            "net",
            "publishes validation records by dynamic updates of DNS",
            "A hook for validation by DNS: it adds and removes CNAME records with nsupdate.",
            ["usr/bin/zerossl-nsupdate"],
            "bind9-dnsutils, bind9-host",
            "foreign",
        ),
    ]


def build(package: Package, root: Path, scratch: Path) -> Path:
    """Moves its files out of the installation and packs them."""
    tree = scratch / package.name
    for name in package.files:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(root / name, tree / name)
    # Debian keeps the texts of a package under its own name, and the changelog compressed.
    doc = tree / "usr/share/doc" / package.name
    if (tree / "usr/share/doc/zerossl").exists():
        shutil.move(tree / "usr/share/doc/zerossl", doc)
        for licence in (*doc.glob("LICENSE-*"), doc / "CHANGELOG.md"):
            licence.unlink()
    doc.mkdir(parents=True, exist_ok=True)
    (doc / "copyright").write_text(copyright_of(), encoding="utf-8")
    (doc / "changelog.gz").write_bytes(gzip.compress((TOP / "CHANGELOG.md").read_bytes(), 9, mtime=0))
    (doc / "changelog.Debian.gz").write_bytes(gzip.compress(changelog().encode(), 9, mtime=0))
    for page in tree.glob("usr/share/man/man*/*"):
        page.with_name(f"{page.name}.gz").write_bytes(gzip.compress(page.read_bytes(), 9, mtime=0))
        page.unlink()
    for path in tree.rglob("*"):
        is_program = path.parent.name == "bin"
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or is_program else 0o644)
    control(package, tree)
    path = OUT / f"{package.name}_{debian_version()}_{architecture(package)}.deb"
    run("dpkg-deb", "--build", "--root-owner-group", "-Zxz", tree, path, quiet=True)
    return path


def control(package: Package, tree: Path) -> None:
    folder = tree / "DEBIAN"
    folder.mkdir()
    files = sorted(
        path for path in tree.rglob("*") if path.is_file() and not path.is_symlink() and folder not in path.parents
    )
    sums = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(tree)}\n"
        for path in files
    ]
    (folder / "md5sums").write_text("".join(sums), encoding="utf-8")
    text = "\n".join(f" {line}" for line in package.text.splitlines())
    fields = {
        "Package": package.name,
        "Source": "libzerossl",
        "Version": debian_version(),
        "Architecture": architecture(package),
        "Maintainer": MAINTAINER,
        "Installed-Size": str(sum(path.stat().st_size for path in files) // 1024 + 1),
        "Depends": package.depends,
        "Section": package.section,
        "Priority": "optional",
        "Multi-Arch": package.multi_arch,
        "Homepage": HOMEPAGE,
        "Description": f"{package.summary}\n{text}",
    }
    lines = "".join(f"{name}: {value}\n" for name, value in fields.items())
    (folder / "control").write_text(lines, encoding="utf-8")
    if package.section == "libs":
        (folder / "shlibs").write_text(f"libzerossl 0 {package.name} (>= {version()})\n", encoding="utf-8")
        (folder / "triggers").write_text("activate-noawait ldconfig\n", encoding="utf-8")


def copyright_of() -> str:
    """In Debian's format for machines; the licences of what is linked are in libzerossl-dev."""
    mit = (TOP / "LICENSE-MIT").read_text(encoding="utf-8")
    body = "\n".join(f" {line}" if line.strip() else " ." for line in mit.splitlines())
    return (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        f"Upstream-Name: libzerossl\nSource: {HOMEPAGE}\n\n"
        "Files: *\nCopyright: The libzerossl developers\nLicense: Expat or Apache-2.0\n\n"
        f"License: Expat\n{body}\n\n"
        "License: Apache-2.0\n The text is in /usr/share/common-licenses/Apache-2.0.\n"
    )


def changelog() -> str:
    """Debian's own, with the time of the last change: the same commit gives the same package."""
    time = output("git", "-C", str(TOP), "log", "-1", "--format=%cD")
    head = f"libzerossl ({debian_version()}) unstable; urgency=medium"
    return f"{head}\n\n  * See changelog.gz.\n\n -- {MAINTAINER}  {time}\n"


def architecture(package: Package) -> str:
    return "all" if package.multi_arch == "foreign" else output("dpkg", "--print-architecture")


@functools.cache
def triplet() -> str:
    return output("cc", "-dumpmachine").replace("-pc-", "-").replace("-unknown-", "-")


@functools.cache
def version() -> str:
    found = re.search(r'^version = "(.*)"', (TOP / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else sys.exit("packaging: Cargo.toml has no version")


def debian_version() -> str:
    return f"{version()}-1"


def needed_libc(library: Path) -> str:
    """The newest version of a symbol of glibc that it uses."""
    versions = re.findall(r"GLIBC_(\d+)\.(\d+)", output("objdump", "-T", str(library)))
    return ".".join(map(str, max((int(major), int(minor)) for major, minor in versions)))


def attempt(made: list[Path]) -> int:
    """Installs, uses and removes them, as a user would."""
    names = [path.name.split("_")[0] for path in made]
    ours = subprocess.run(["dpkg-query", "-W", *names], capture_output=True, text=True, check=False)
    if ours.stdout.strip():
        print(f"packaging: nothing is tried, these are installed already: {ours.stdout.split()}")
        return 1
    run("apt-get", "install", "--yes", "-qq", "--no-install-recommends", *made, quiet=True)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            program = Path(scratch) / "program"
            source = program.with_suffix(".c")
            source.write_text(
                "#include <zerossl.h>\n#include <stdio.h>\nint main(void) { return puts(zerossl_version()) < 0; }\n"
            )
            flags = output("pkg-config", "--cflags", "--libs", "zerossl").split()
            run("cc", source, *flags, "-o", program)
            said = output(str(program))
        if said != version():
            print(f"packaging: a program with the installed library said {said!r}")
            return 1
    finally:
        run("apt-get", "purge", "--yes", "-qq", *names, quiet=True)
    print(f"packaging: installed, used and removed: {', '.join(names)}")
    return 0


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def run(*command: object, quiet: bool = False) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=TOP,
        env=environment,
        stdout=subprocess.DEVNULL if quiet else None,
        check=False,
    )
    if done.returncode:
        sys.exit(f"packaging: {command[0]} failed with {done.returncode}")


if __name__ == "__main__":
    sys.exit(main())
