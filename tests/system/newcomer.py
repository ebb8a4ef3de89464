"""What CONTRIBUTING says about a new endpoint, done in a copy of the repository: it builds, and Python calls it.

The code blocks of the section are taken as they are. `rust PATH` and `json PATH` are new files; `diff PATH` adds lines
after one that is there.
"""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

from harness import TOP, run

SECTION = "## Adding an endpoint"
NAME = "account_usage"
# Not more than what a newcomer was promised.
MAX_FILES = 5
CALL = f"""
import libzerossl

client = libzerossl.Client("the-access-key", base_url="BASE_URL")
usage = client.{NAME}(month="2026-11")
assert isinstance(usage, libzerossl.Usage) and (usage.used, usage.limit) == (0, 90), usage
help = libzerossl.Client.{NAME}.__doc__
assert "Get how much of the plan is used." in help and "month: The month, such as" in help, help
"""


def blocks() -> list[tuple[str, str, str]]:
    """The code blocks of the section: language, path, code."""
    page = (TOP / "CONTRIBUTING.md").read_text()
    section = page.split(SECTION)[1].split("\n## ")[0]
    found = re.findall(r"^( *)```(\w+) (\S+)\n(.*?)^\1```$", section, re.MULTILINE | re.DOTALL)
    assert found, f"CONTRIBUTING.md has no code under {SECTION!r}"
    return [(language, path, textwrap.dedent(code)) for _, language, path, code in found]


def write_by_hand(copy: Path) -> set[str]:
    """Does what the section says; gives the files that were written."""
    for language, path, code in blocks():
        file = copy / path
        if language == "diff":
            lines = code.splitlines()
            before = [line[1:] for line in lines if line.startswith(" ")]
            added = [line[1:] for line in lines if line.startswith("+")]
            old, new = "\n".join(before) + "\n", "\n".join(before + added) + "\n"
            text = file.read_text()
            assert text.count(old) == 1, f"{path} does not hold this once: {old}"
            file.write_text(text.replace(old, new))
        else:
            assert not file.exists(), f"{path} is there already"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(code)
    return {path for _, path, _ in blocks()}


# Always the same place, so that what was built for it is of use to the next run.
WORK = TOP / "target/newcomer"


def copied(place: Path) -> Path:
    """A copy of what is under version control."""
    copy = place / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    listed = run(["git", "ls-files", "-z"], cwd=TOP).split("\0")
    for name in filter(None, listed):
        if (TOP / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(TOP / name, copy / name)
    return copy


def newcomer() -> str:
    """Adds the endpoint, generates, builds, plays its cases, and calls its Python method against its sandbox."""
    copy = copied(WORK)
    written = write_by_hand(copy)
    assert len(written) <= MAX_FILES, written
    environment = {**os.environ, "CARGO_TARGET_DIR": str(WORK / "build")}

    def cargo(*arguments: str) -> None:
        run(["cargo", *arguments], cwd=copy, env=environment, timeout=1800)

    run(["make", "gen"], cwd=copy, env=environment, timeout=1800)
    cargo("run", "--quiet", "--package", "xtask", "--", "check")
    cargo("fmt", "--all", "--check")
    cargo("test", "--quiet", "--package", "zerossl", "--test", "cases")
    cargo("build", "--quiet", "--package", "zerossl-python", "--package", "zerossl-sandbox")
    built = Path(environment["CARGO_TARGET_DIR"]) / "debug"
    shutil.copy2(built / "lib_native.so", copy / "python/libzerossl/_native.abi3.so")
    command = [built / "zerossl-sandbox", "--listen", "127.0.0.1:0", "--access-key", "the-access-key"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sandbox:
        try:
            assert sandbox.stdout
            base_url = sandbox.stdout.readline().split()[-1]
            path = {**environment, "PYTHONPATH": str(copy / "python")}
            run([sys.executable, "-B", "-c", CALL.replace("BASE_URL", base_url)], env=path)
        finally:
            sandbox.terminate()
    return f"{len(written)} files by hand"
