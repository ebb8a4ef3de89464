"""One package of Debian: its files, its texts, what it says of itself."""

import functools
import gzip
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from shell import OUT, TOP, output, run, version

MAINTAINER = "The libzerossl developers <libzerossl@users.noreply.github.com>"
HOMEPAGE = "https://github.com/libzerossl/libzerossl"
SCRIPTS = Path(__file__).with_name("debian")


@functools.cache
def machine() -> str:
    return output("dpkg", "--print-architecture")


def debian_version() -> str:
    return f"{version()}-1"


@dataclass
class Package:
    """One package: what it takes from an installation, and what it says of itself."""

    name: str
    section: str
    summary: str
    text: str
    root: Path
    files: list[str]
    depends: str
    suggests: str | None = None
    architecture: str | None = None
    multi_arch: str = "same"


def build(package: Package, scratch: Path) -> Path:
    """Moves its files out of the installation and packs them."""
    tree = scratch / package.name
    for name in package.files:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(package.root / name, tree / name)
    documents(package, tree)
    for path in tree.rglob("*"):
        is_program = path.parent.name == "bin"
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or is_program else 0o644)
    control(package, tree)
    path = OUT / f"{package.name}_{debian_version()}_{package.architecture or machine()}.deb"
    run("dpkg-deb", "--build", "--root-owner-group", "-Zxz", tree, path, quiet=True)
    return path


def documents(package: Package, tree: Path) -> None:
    """Debian keeps the texts of a package under its own name, and changelogs and manual pages compressed."""
    doc = tree / "usr/share/doc" / package.name
    general = tree / "usr/share/doc/zerossl"
    if general.exists() and general != doc:
        shutil.move(general, doc)
    doc.mkdir(parents=True, exist_ok=True)
    for path in (*doc.glob("LICENSE-*"), *doc.glob("CHANGELOG.md")):
        path.unlink()
    (doc / "copyright").write_text(copyright_of(), encoding="utf-8")
    (doc / "changelog.gz").write_bytes(gzip.compress((TOP / "CHANGELOG.md").read_bytes(), 9, mtime=0))
    (doc / "changelog.Debian.gz").write_bytes(gzip.compress(changelog().encode(), 9, mtime=0))
    for page in tree.glob("usr/share/man/man*/*"):
        page.with_name(f"{page.name}.gz").write_bytes(gzip.compress(page.read_bytes(), 9, mtime=0))
        page.unlink()


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
        "Architecture": package.architecture or machine(),
        "Maintainer": MAINTAINER,
        "Installed-Size": str(sum(path.stat().st_size for path in files) // 1024 + 1),
        "Depends": package.depends,
        "Suggests": package.suggests,
        "Section": package.section,
        "Priority": "optional",
        "Multi-Arch": package.multi_arch,
        "Homepage": HOMEPAGE,
        "Description": f"{package.summary}\n{text}",
    }
    lines = "".join(f"{name}: {value}\n" for name, value in fields.items() if value)
    (folder / "control").write_text(lines, encoding="utf-8")
    if package.section == "libs":
        (folder / "shlibs").write_text(f"libzerossl 0 {package.name} (>= {version()})\n", encoding="utf-8")
        (folder / "triggers").write_text("activate-noawait ldconfig\n", encoding="utf-8")
    for script in SCRIPTS.glob(f"{package.name}.*"):
        shutil.copy(script, folder / script.suffix[1:])
        (folder / script.suffix[1:]).chmod(0o755)


def copyright_of() -> str:
    """In Debian's format for machines; the licences of what is linked are in THIRD-PARTY-LICENSES."""
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
    time = output("git", "-C", TOP, "log", "-1", "--format=%cD")
    head = f"libzerossl ({debian_version()}) unstable; urgency=medium"
    return f"{head}\n\n  * See changelog.gz.\n\n -- {MAINTAINER}  {time}\n"
