#!/usr/bin/env python3
"""Prints each secret of the tests on purpose, in each spelling in which programs show one: the search has to find it.

What is printed is made in other ways than what is looked for. Looks, too, whether each secret of `known.py` is still
where it says, and whether the tests have one that is not there.
"""

import array
import base64
import binascii
import json
import re
import secrets
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape, quoteattr

from known import ORDINARY, SECRETS, SHAPES, SHORTEST
from search import PIECE, SPELLINGS, search

TOP = Path(__file__).resolve().parents[2]
SEARCH = Path(__file__).resolve().parent / "search.py"
# Where a test gives a client its key, in each language, and where it names one.
GIVEN = re.compile(
    r"(?:(?i:access.?key|password|secret|hmac.?key|\bkey|seal|word)(?:: &str)?[\"')]?(?:: | = |=|\", |\()"
    r"|Client(?:::new)?\()(?:r#)?[\"']([^\"'\s\\$]+)[\"']"
)
SOURCES = ("rs", "py", "ts", "go", "java", "c", "cpp", "h")
TESTS = ("core", "sandbox", "cli", "ffi", "bindings", "python", "examples", "tests")


def read(value: bytes) -> str:
    """The value as text: as UTF-8, or else each byte as a character."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def plain(value: bytes) -> Iterator[bytes]:
    yield b"what it says: " + value + b".\n"
    yield b"ZEROSSL_SEAL_KEY=" + value + b"\0PATH=/bin\0"


def in_url(value: bytes) -> Iterator[str]:
    yield f"GET /certificates?{urlencode({'access_key': value, 'limit': 1})} HTTP/1.1"
    yield f"GET /certificates?{urlencode({'limit': 1, 'access_key': value}, quote_via=quote)}"
    yield f"http://user:{quote(value, safe='')}@127.0.0.1:1"
    digits = (chr(byte) if chr(byte).isalnum() and byte < 128 else f"%{byte:02x}" for byte in value)
    yield "".join(digits).replace("%2d", "-").replace("%2e", ".").replace("%5f", "_").replace("%7e", "~")


def in_literal(value: bytes) -> Iterator[str]:
    text = read(value)
    yield json.dumps({"access_key": text})
    yield json.dumps({"access_key": text}, ensure_ascii=False).replace("/", "\\/")
    yield json.dumps({"body": json.dumps({"access_key": text})})
    # Go's.
    yield json.dumps([text]).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    yield f"Settings({text!r}, {value!r})"


def in_markup(value: bytes) -> Iterator[str]:
    text = read(value)
    yield f"<p>{escape(text)}</p>"
    yield f"<a key={quoteattr(text, {chr(39): '&apos;', chr(34): '&quot;'})}/>"
    yield escape(text, {"'": "&#39;", '"': "&quot;"})


def in_base64(value: bytes) -> Iterator[str | bytes]:
    for before in ("", "u", "us"):
        yield f"Basic {base64.b64encode(before.encode() + value).decode()}"
        yield base64.urlsafe_b64encode(before.encode() + value + b"...").decode().rstrip("=")
    yield base64.encodebytes(b"Authorization: ApiKey " * 3 + value)


def in_base64_twice(value: bytes) -> Iterator[str | bytes]:
    given = base64.b64encode(value)
    yield f"?seal_key={quote(given, safe='')}"
    for before in (b"", b"x", b"xy"):
        yield base64.b64encode(before + given)
        yield base64.b64encode(before + base64.urlsafe_b64encode(value).rstrip(b"=") + b'"')


def in_digits(value: bytes) -> Iterator[str | bytes]:
    yield binascii.hexlify(value)
    yield binascii.hexlify(value).upper()
    yield from (binascii.hexlify(value, mark) for mark in (" ", ":"))
    yield binascii.hexlify(value, ":").upper()
    # As a dump has it, in groups of two bytes.
    yield binascii.hexlify(value, " ", -2)


def in_list(value: bytes) -> Iterator[str]:
    numbers = list(value)
    yield str(numbers)
    yield json.dumps({"key": {"bytes": numbers}}, indent=4)
    yield f"[{' '.join(str(number) for number in numbers)}]"
    yield "{" + ", ".join(f"0x{number:02x}" for number in numbers) + "}"
    yield str(array.array("b", value).tolist())
    # Cut off.
    yield str(numbers[: max(16, len(numbers) // 2)])[:-1] + ", ...]"


SHOWN: dict[str, Callable[[bytes], Iterator[str | bytes]]] = {
    "as it is": plain,
    "in a URL": in_url,
    "in a literal": in_literal,
    "in markup": in_markup,
    "in base64": in_base64,
    "in base64 twice": in_base64_twice,
    "in digits": in_digits,
    "in a list": in_list,
}


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True).stdout


def private_keys() -> Iterator[tuple[str, bytes, list[str]]]:
    """Keys as openssl makes them: as PEM in its two forms, with both ends of lines and indented, and as DER."""
    once = [spelling for spelling in SHOWN if spelling != "in base64 twice"]
    for of in (("EC", "ec_paramgen_curve:P-256"), ("EC", "ec_paramgen_curve:P-384"), ("RSA", "rsa_keygen_bits:2048")):
        key = openssl("genpkey", "-algorithm", of[0], "-pkeyopt", of[1])
        older = openssl("pkey", "-traditional", given=key)
        for pem in (key, older):
            yield f"{of[1]} as PEM", pem, once
            yield f"{of[1]} as PEM", pem.replace(b"\n", b"\r\n"), once
            yield f"{of[1]} as PEM", pem.replace(b"\n", b"\n    "), ["as it is", "in a literal"]
        # Twice in base64 is what a PEM in base64 is.
        yield f"{of[1]} as DER", openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER", given=key), once


def to_print() -> Iterator[tuple[str, str, str | bytes]]:
    """A name, a spelling, and a text that shows a secret."""
    values = [(secret.name, secret.value, list(SHOWN)) for secret in SECRETS]
    values += private_keys()
    # What is known by its looks alone is found as long as it looks so.
    hmac_key = base64.urlsafe_b64encode(secrets.token_bytes(64)).rstrip(b"=")
    values.append(("an EAB HMAC key", hmac_key, ["as it is", "in a URL", "in a literal", "in markup"]))
    for name, value, spellings in values:
        for spelling in spellings:
            yield from ((name, spelling, shown) for shown in SHOWN[spelling](value))


def found_in(shown: str | bytes) -> set[str]:
    """What the search finds in the output of a program that prints this."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(shown if isinstance(shown, bytes) else shown.encode())
        file.flush()
        return search(["cat", file.name], lambda _: None)[1]


def after(shell: str) -> set[str]:
    """What is found after these commands of a shell."""
    return search(["sh", "-ec", shell], lambda _: None)[1]


def places() -> Iterator[str]:
    """What goes wrong in other places than the output."""
    key = shlex.quote(openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256").decode())
    store = 'mkdir "$TMPDIR/store"; cd "$TMPDIR/store"; : > journal.json; printf %s '
    for what, shell, is_leak in (
        ("a file", 'printf sandbox-key > "$TMPDIR/x"', True),
        ("the name of a file", ': > "$TMPDIR/sandbox-key"', True),
        ("a file with a key", f'printf %s {key} > "$TMPDIR/x"', True),
        ("a store with a key", f"{store} {key} > privkey.pem", False),
        ("a store with an access key", f"{store} sandbox-key > request.json", True),
    ):
        if bool(after(shell)) != is_leak:
            yield f"{what} was {'not ' if is_leak else ''}found"
    lines = "x" * 63 + "\n"
    indented = json.dumps(list(range(32)), indent=4)
    if not after(f"yes {shlex.quote(lines.strip())} | head -c {PIECE}; printf %s {shlex.quote(indented)}"):
        yield "a list between two pieces of the output was not found"


def innocent() -> Iterator[str]:
    """What is no secret, and looks a little like one."""
    yield "no secret"
    yield "expected a text that begins with -----BEGIN PRIVATE KEY-----\n"
    key = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    yield openssl("pkey", "-pubout", given=key).decode()
    yield openssl("pkey", "-pubout", "-outform", "DER", given=key).hex()
    yield f"sha512-{base64.b64encode(secrets.token_bytes(64)).decode()}"


def misplaced() -> Iterator[str]:
    """Secrets that are no longer where `known.py` says, and those of the tests that are not in it."""
    for secret in SECRETS:
        written = secret.written or secret.name
        # In the source of a program, some characters are behind a backslash.
        ways = {written, written.replace('"', r"\"")}
        for place in secret.places:
            command = ["git", "grep", "--quiet", "--fixed-strings", *(f"-e{way}" for way in ways), "--", place]
            if subprocess.run(command, cwd=TOP, check=False).returncode != 0:
                yield f"{place} has no longer {written!r}"
    names = {*ORDINARY, *(secret.name for secret in SECRETS), *(secret.written for secret in SECRETS)}
    tracked = subprocess.run(["git", "ls-files", *TESTS], cwd=TOP, capture_output=True, text=True, check=True).stdout
    for file in tracked.splitlines():
        if file.rpartition(".")[2] not in SOURCES or file.startswith("tests/secrets/") or not (TOP / file).exists():
            continue
        for given in GIVEN.findall((TOP / file).read_text(encoding="utf-8")):
            # Names of settings and words are no keys. Of a key with a quote in it, that is the beginning.
            is_key = len(given) >= SHORTEST and given[0].isalnum() and not given.isidentifier()
            if is_key and not any(name.startswith(given) for name in names):
                yield f"{file} gives {given!r} as a key, and known.py has it neither as a secret nor as ordinary"


def main() -> int:
    problems = [*misplaced(), *places()]
    if SHOWN.keys() != SPELLINGS.keys():
        problems.append("what is printed has other spellings than what is looked for")
    count = 0
    for name, spelling, shown in to_print():
        count += 1
        if not found_in(shown):
            problems.append(f"{name} {spelling} was printed and not found: {shown!r}")
    problems += [f"something was found where there is nothing: {text!r}" for text in innocent() if found_in(text)]
    command = [sys.executable, "-B", str(SEARCH), "printf"]
    for text, status in (("sandbox-key", 1), ("no secret", 0)):
        if subprocess.run([*command, text], capture_output=True, check=False).returncode != status:
            problems.append(f"the search does not end with {status} for {text!r}")
    for problem in problems:
        print(f"secrets: FAILED {problem}")
    known = len(SECRETS) + len(SHAPES)
    print(f"secrets: {count} texts with {known} secrets printed on purpose, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
