"""The secrets of the test programs, each with where it comes from. A new one is added here, and nowhere else.

`search.py` looks for each of them in each spelling; `caught.py` prints each of them on purpose, and looks whether one
is missing here. It has at least `SHORTEST` bytes, and is no ordinary word, which would be found where it is none.
"""

import re
from typing import NamedTuple

SHORTEST = 7
ENDS = ("\n", "\r\n")


class Secret(NamedTuple):
    """A secret that is the same each time, or the part of one that is."""

    name: str
    value: bytes
    # The folders that have it, and what is written there, if it is not the value.
    places: tuple[str, ...] = ()
    written: str = ""


def text(value: str, *places: str, written: str = "") -> Secret:
    return Secret(value, value.encode(), places, written)


def seal_key(value: bytes, place: str, written: str) -> Secret:
    return Secret("a seal key", value, (place,), written)


def key(value: bytes) -> Secret:
    return Secret("a private key", value)


SECRETS = [
    # Access keys.
    text("sandbox-key", "sandbox/src"),
    text("replay-key", "sandbox/src/replay"),
    text("a-secret", "sandbox/tests"),
    text("the-key", "core/tests"),
    text("the-other-key", "core/src/obtain/tests"),
    text("s3cr3t-k3y", "core/src/obtain/publish/tests"),
    text("S3CR+T/k&y<>\"'\\%=?", "core/tests"),
    text("a+b/c&d=e%f#g?h", "core/tests"),
    text("faults-access-key", "tests/faults/src"),
    text("hostile-access-key", "tests/faults/tests"),
    text("k3y-of-the-sandbox-0815", "cli/tests"),
    text("s3cret-value", "cli/tests"),
    text("k3y-that-must-not-be-shown", "tests/python"),
    text("secret-key", "tests/python"),
    text("test-key", "tests/python"),
    text("bench-key", "tests/python"),
    text("your-access-key", "tests/recipes", "tests/python"),
    text("another-access-key", "tests/recipes"),
    text("another-key", "tests/recipes"),
    text("the-access-key", "tests/system"),
    text("a-very-secret-key", "bindings/java/src/test", "bindings/node/test"),
    text("hidden-key", "bindings/go"),
    # Passwords of proxies.
    text("faults-password", "tests/faults/src"),
    text("pr0xy+password", "core/tests", written="pr0xy%2Bpassword"),
    text("open-sesame", "tests/recipes"),
    text("hidden-password", "bindings/go"),
    # Of keystores.
    text("caffè macchiato", "core/src/obtain/tests"),
    # Secret keys of S3, and passwords of PostgreSQL.
    text("s3cret+/word=&of<the>test", "tests/fleet"),
    text("0therS3cret", "core/src/ledger/s3"),
    text("s3cret+/=", "core/src/ledger/s3"),
    text("hunter2", "core/src/ledger/s3", "core/src/ledger/postgresql"),
    # The HMAC key of the cases. That of the sandbox is among the shapes.
    text("EXAMPLEHMAC", "tests/cases"),
    # Keys that seal shared stores.
    seal_key(bytes(range(32)), "tests/fleet", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
    *(seal_key(bytes([at]) * 32, "core/src", "STANDARD.encode([") for at in range(1, 4)),
    # Private keys are new each time. These are the beginnings of their PEM, whose label is in messages, too; and what
    # PKCS#8 has before the secret numbers for each algorithm: P-256, P-384, and RSA.
    *(key(f"-----BEGIN {label}PRIVATE KEY-----{end}M".encode()) for label in ("", "EC ", "RSA ") for end in ENDS),
    key(bytes.fromhex("020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420")),
    key(bytes.fromhex("020100301006072a8648ce3d020106052b8104002204819e30819b0201010430")),
    key(bytes.fromhex("020100300d06092a864886f70d01010105000482")),
]

# What is new each time and has no such beginning, or another text in it, by its looks.
SHAPES = {
    # With the end of the line as it is and an indent, in JSON, in JSON in JSON, or in a URL.
    "a private key": re.compile(
        r"-----BEGIN(?: |\+|%20)(?:[A-Z]+(?: |\+|%20))?PRIVATE(?: |\+|%20)KEY-----"
        r"(?:\\+[rn]|%0[aAdD]|\s)*(?:[A-Za-z0-9+/]|\\+/|%2[bBfF]){16}"
    ),
    # 64 bytes in base64url: the last digit holds two bits. In base64 it looks like anything.
    "an EAB HMAC key": re.compile(r"(?<![\w+/-])[\w-]{85}[AQgw](?![\w+/=-])", re.ASCII),
}

# Given as a key in the tests, and no secret: ids, names, and what the documentation shows.
ORDINARY = {"0123456789abcdef0123456789abcdef", "example.com", "privkey.pem", "some-key", "your access key"}
