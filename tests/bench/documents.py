"""Counts the instructions of reading 1,000 certificates with documents and with cJSON: documents.py BUILD [MOST]

BUILD is the folder that `make build` makes. With MOST it fails if documents take more than so many times cJSON's.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from answers import certificate
from counting import instructions

HERE = Path(__file__).parent
COUNT = 1000


def program(build: Path, folder: Path) -> Path:
    """The compiled program."""
    made = folder / "documents"
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "libcjson"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    lib = build / "lib"
    options = [
        "-std=c99",
        "-O2",
        "-Wall",
        "-Wextra",
        "-pedantic",
        "-Werror",
        "-I",
        build / "include",
    ]
    link = ["-o", made, "-L", lib, "-lzerossl", f"-Wl,-rpath,{lib}", *flags]
    subprocess.run(["cc", *options, HERE / "documents.c", *link], check=True)
    return made


def count(command: Path, way: str, page: Path) -> tuple[int, str]:
    """The instructions of reading once, and what was read."""
    words = [command, way, page]
    said = subprocess.run([*words, "1"], capture_output=True, text=True, check=True).stdout
    return instructions([*words, "2"]) - instructions([*words, "1"]), said


def main() -> None:
    build, most = (
        Path(sys.argv[1]).resolve(),
        float(sys.argv[2]) if len(sys.argv) > 2 else None,
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = folder / "page.json"
        page.write_text(
            json.dumps(
                {"results": [certificate(index) for index in range(COUNT)]},
                separators=(",", ":"),
            ),
            encoding="utf-8",
        )
        made = program(build, folder)
        ours, read = count(made, "ours", page)
        theirs, same = count(made, "cjson", page)
        get, _ = count(made, "get", page)
    if read != same:
        sys.exit(f"documents read {read!r}, cJSON {same!r}")
    print(
        f"{COUNT} certificates x 4 fields: documents {ours:,}, cJSON {theirs:,}, ratio {ours / theirs:.2f};",
        end=" ",
    )
    print(f"zerossl_json_get {get // 12:,} for each field")
    if most is not None and ours > most * theirs:
        sys.exit(f"more than {most} times the instructions of cJSON")


if __name__ == "__main__":
    main()
