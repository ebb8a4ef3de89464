#!/usr/bin/env python3
"""Searches everything that a test program prints, and the files that it leaves, for the secrets of the tests.

    search.py COMMAND [ARGUMENT ...]

Runs the command, shows what it prints, and fails if that holds a secret of `known.py`: an access key, a password, a
private key, the seal key of a shared store, an EAB HMAC key; in one of the spellings below. Output that a runner
swallows is searched by the runner, with `leaks`.
"""

import base64
import html
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

from known import SECRETS, SHAPES

# So much is searched at a time, together with the end of what came before: a key is shorter than that.
PIECE, END = 1 << 16, 8192
# A list may be cut off. So many bytes of it are enough.
BYTES = 16


def plain(value: bytes) -> Iterator[str]:
    """As it is, read as one encoding or the other; where ends of lines are read, a CR is another one."""
    for encoding in ("latin-1", "utf-8"):
        text = value.decode(encoding, errors="replace")
        if "\ufffd" not in text:
            yield from (text, text.replace("\r\n", "\n").replace("\r", "\n"))


def in_url(value: bytes) -> Iterator[str]:
    """In a path, a query or a form; programs differ in what they leave as it is, and in the digits."""
    for whole in (quote(value, safe=""), quote(value), quote(value, safe="!'()*"), quote_plus(value)):
        yield whole
        yield re.sub("%..", lambda found: found[0].lower(), whole)


def in_literal(value: bytes) -> Iterator[str]:
    """In JSON, with what some programs escape beyond the rules, and as Python, Rust and C show it."""
    for text in plain(value):
        for whole in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
            yield from (whole, whole.replace("/", "\\/"), json.dumps(whole)[1:-1])
            yield re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", whole)
        yield from (repr(text)[1:-1], text.replace("\\", "\\\\").replace("'", "\\'"))
    yield repr(value)[2:-1]


def in_markup(value: bytes) -> Iterator[str]:
    """In HTML or XML, where an attribute may have ends of lines as numbers."""
    for text in plain(value):
        yield html.escape(text, quote=False)
        for apostrophe in ("&#x27;", "&#39;", "&apos;", "'"):
            for mark in ("&quot;", "&#34;"):
                whole = html.escape(text, quote=False).replace("'", apostrophe).replace('"', mark)
                yield from (whole, re.sub("[\t\n\r]", lambda found: f"&#{ord(found[0])};", whole))


def in_base64(value: bytes) -> Iterator[str]:
    """Behind 0, 1 or 2 other bytes. The first and the last digits depend on what is beside it."""
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(b"\0" * before + value).decode().rstrip("=")
            yield whole[(before * 8 + 5) // 6 : -1]


def in_base64_twice(value: bytes) -> Iterator[str]:
    """What is base64 where it is given, in a header or in JSON that is base64 again."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        given = encode(value).rstrip(b"=")
        yield from (quote(given, safe=""), *in_base64(given))


def in_digits(value: bytes) -> Iterator[str]:
    """In hexadecimal digits."""
    for digits in (value.hex(), value.hex(":")):
        yield from (digits, digits.upper())


def in_list(value: bytes) -> Iterator[str]:
    """As a list of numbers, which are signed in Java, and have no commas in Go."""
    numbers = list(value[:BYTES])
    for shape in ("{}", "0x{:02x}", "0x{:02X}", "0x{:x}"):
        yield ",".join(shape.format(number) for number in numbers)
    yield ",".join(str(number - 256 if number > 127 else number) for number in numbers)
    yield " ".join(map(str, numbers))


# `caught.py` has programs that show a secret so, for each of them.
SPELLINGS: dict[str, Callable[[bytes], Iterator[str]]] = {
    "as it is": plain,
    "in a URL": in_url,
    "in a literal": in_literal,
    "in markup": in_markup,
    "in base64": in_base64,
    "in base64 twice": in_base64_twice,
    "in digits": in_digits,
    "in a list": in_list,
}
SPELLED: dict[str, str] = {}
for secret in SECRETS:
    for spell in SPELLINGS.values():
        for spelled in spell(secret.value):
            # Output is read byte by byte.
            SPELLED |= dict.fromkeys((spelled, spelled.encode().decode("latin-1")), secret.name)


def leaks(text: str) -> list[str]:
    """What the text shows, each with what is around it."""
    # Lists and base64 are broken into lines at will.
    joined = "".join(text.split())
    found = []
    for spelled, name in SPELLED.items():
        for whole in (text, joined):
            if (at := whole.find(spelled)) >= 0:
                found.append(f"{name} in {whole[max(0, at - 60) : at + 60]!r}")
                break
    for name, shape in SHAPES.items():
        if match := shape.search(text):
            found.append(f"{name} in {text[max(0, match.start() - 60) : match.start() + 60]!r}")
    return found


def left(folder: Path) -> Iterator[str]:
    """Names and contents of files with a secret. Private keys may be in stores: folders whose entries have journals."""
    for path in folder.rglob("*"):
        is_stored = any((above / "journal.json").exists() for above in path.parents)
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        for found in leaks(f"{path.relative_to(folder)}\n{content.decode('latin-1')}"):
            if not (is_stored and found.startswith("a private key in ")):
                yield f"{found}, in {path}"


def search(command: list[str], show: Callable[[bytes], object]) -> tuple[int, set[str]]:
    """Run a command. Returns how it ended, and what was found."""
    with tempfile.TemporaryDirectory() as folder:
        # As the system's own: some tests run programs as another user.
        Path(folder).chmod(0o1777)
        # Passing tests print, too.
        environment = os.environ | {"TMPDIR": folder, "RUST_TEST_NOCAPTURE": "1", "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert process.stdout is not None
        found, end, piece = set[str](), b"", b""
        for line in process.stdout:
            show(line)
            piece += line
            if len(piece) > PIECE:
                found |= set(leaks((end + piece).decode("latin-1")))
                end, piece = piece[-END:], b""
        found |= set(leaks((end + piece).decode("latin-1")))
        found = {f"{leak.split(' in ')[0]} in the output" for leak in found} | set(left(Path(folder)))
        return process.wait(), found


def show(line: bytes) -> None:
    """Pass a line on at once."""
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def main() -> int:
    """Run the command of the arguments."""
    if not sys.argv[1:]:
        print(__doc__)
        return 2
    status, found = search(sys.argv[1:], show)
    for leak in sorted(found):
        print(f"secrets: FAILED {leak}")
    return status or (1 if found else 0)


if __name__ == "__main__":
    sys.exit(main())
