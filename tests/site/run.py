#!/usr/bin/env python3
"""The documentation site: built from the sources, and used in a browser.

    python3 tests/site/run.py build    into target/site; a warning is an error
    python3 tests/site/run.py test     the same, then the site in a real browser

What is missing on this machine is skipped with a line; under CI=true a skip fails.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target"))
TOOLS = TARGET / "site-tools"
SITE = TOP / "target/site"
PACKAGES = ["mkdocs-material==9.8.2", "mkdocstrings[python]==1.0.8", "selenium==4.51.0", "rich==15.0.0", "pyte==0.8.2"]


def main() -> int:
    task = sys.argv[1] if len(sys.argv) > 1 else "test"
    if task not in ("build", "test"):
        print(__doc__)
        return 2
    prepare()
    build()
    print(f"site: built: {SITE}/index.html", flush=True)
    if task == "build":
        return 0
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    if missing:
        print(f"site: SKIPPED the browser: there is no {' and no '.join(missing)}")
        return 1 if os.environ.get("CI") == "true" else 0
    return subprocess.run([TOOLS / "bin/python", "-B", HERE / "browser.py", SITE], check=False).returncode


def prepare() -> None:
    """The tools, in an environment of their own."""
    wanted = "\n".join(PACKAGES)
    stamp = TOOLS / "packages"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", TOOLS], check=True)
    subprocess.run([TOOLS / "bin/python", "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    stamp.write_text(wanted, encoding="utf-8")


def build() -> None:
    """The pages, and beside them what rustdoc makes of the crate.

    Links and anchors are checked by the generator; what leads out of docs/ by site/hooks.py.
    """
    command = [
        TOOLS / "bin/mkdocs",
        "build",
        "--quiet",
        "--strict",
        "--clean",
        "--config-file",
        TOP / "site/mkdocs.yml",
    ]
    subprocess.run(command, check=True, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"})
    cargo = ["cargo", "doc", "--locked", "--quiet", "--package", "zerossl", "--no-deps"]
    subprocess.run(cargo, check=True, cwd=TOP, env=os.environ | {"RUSTDOCFLAGS": "-D warnings"})
    for name in ("zerossl", "static.files", "src/zerossl", "search.index", "trait.impl", "type.impl"):
        if (TARGET / "doc" / name).exists():
            shutil.copytree(TARGET / "doc" / name, SITE / "rust" / name)
    if not (SITE / "rust/zerossl/index.html").exists():
        sys.exit("site: rustdoc has made no page")


if __name__ == "__main__":
    sys.exit(main())
