#!/usr/bin/env python3
"""Searches everything that a test program prints, and the files that it leaves, for the secrets of the tests.

    search.py COMMAND [ARGUMENT ...]

Runs the command, shows what it prints, and fails if that holds a secret: an access key of the tests, a password, a
private key, the seal key of a shared store; as it is, in a URL, in base64, in hexadecimal digits, or as a list of
bytes. Output that a runner swallows is searched by the runner, with `leaks`.
"""

import base64
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

# The access keys of the sandbox, of replays and of the matrix, and the password of its proxies.
SECRETS = ["sandbox-key", "replay-key", "faults-access-key", "faults-password"]
# The seal keys of shared stores, as bytes: in the setting they are base64.
SEAL_KEYS = [bytes(range(32)), *(bytes([number]) * 32 for number in range(1, 4))]
# The label alone is in messages, too.
PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----(?:\\[rn]|\s)*[A-Za-z0-9+/]{16}")
# As much is searched together: a key is shorter.
WINDOW = 8192


def spellings(secret: str) -> Iterator[str]:
    """A secret as it is, in a URL, and in base64 behind 0, 1 or 2 other bytes."""
    yield secret
    yield quote(secret, safe="")
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + secret.encode()).decode().rstrip("=")
        # The first and the last digits depend on what is beside it.
        yield whole[(before * 8 + 5) // 6 : -1]


def spellings_of_bytes(key: bytes) -> Iterator[str]:
    """Bytes as they are given, and as programs print them: whole, or the first half in a list that is cut off."""
    for given in (base64.b64encode(key).decode(), base64.urlsafe_b64encode(key).decode()):
        yield from spellings(given)
        yield given.rstrip("=")
    for digits in (key.hex(), key.hex(" "), key.hex(":"), repr(key)[2:-1]):
        yield from (digits, digits.upper())
    for comma in (",", ", ", ",\n    "):
        yield comma.join(str(byte) for byte in key[:16])
        yield comma.join(f"0x{byte:02x}" for byte in key[:16])
    raw = key.decode("latin-1")
    # What is read as text has other ends of lines.
    yield from (raw, raw.replace("\r", "\n"))


SPELLED = {spelling: secret for secret in SECRETS for spelling in spellings(secret)}
SPELLED |= {spelling: "a seal key" for key in SEAL_KEYS for spelling in spellings_of_bytes(key)}


def leaks(text: str) -> list[str]:
    """What the text shows, each with what is around it."""
    places = [(text.find(spelling), secret) for spelling, secret in SPELLED.items() if spelling in text]
    places += [(found.start(), "a private key") for found in PRIVATE_KEY.finditer(text)]
    return [f"{what} in {text[max(0, at - 60) : at + 60]!r}" for at, what in places]


def left(folder: Path) -> Iterator[str]:
    """Files outside of stores that hold a secret; a store is a folder whose entries have journals."""
    for path in folder.rglob("*"):
        is_stored = any((above / "journal.json").exists() for above in path.parents)
        if path.is_file() and not path.is_symlink() and not is_stored:
            for found in leaks(path.read_bytes().decode(errors="replace")):
                yield f"{path}: {found}"


def main() -> int:
    """Run the command of the arguments."""
    if not sys.argv[1:]:
        print(__doc__)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        # As the system's own: some tests run programs as another user.
        Path(folder).chmod(0o1777)
        # Passing tests print, too.
        environment = os.environ | {"TMPDIR": folder, "RUST_TEST_NOCAPTURE": "1", "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            sys.argv[1:], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        assert process.stdout is not None
        window, found = "", set[str]()
        for line in process.stdout:
            print(line, end="", flush=True)
            window = (window + line)[-WINDOW:]
            found |= {leak.split(" in ")[0] + " in the output" for leak in leaks(window)}
        found |= set(left(Path(folder)))
    for leak in sorted(found):
        print(f"secrets: FAILED {leak}")
    return process.wait() or (1 if found else 0)


if __name__ == "__main__":
    sys.exit(main())
