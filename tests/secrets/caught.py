#!/usr/bin/env python3
"""Prints each secret of the tests on purpose, in the ways in which programs show one: the search has to find it."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from search import SEAL_KEYS, SECRETS

SEARCH = Path(__file__).resolve().parent / "search.py"
PRINT = "import sys; sys.stdout.buffer.write(bytes.fromhex(sys.argv[1]))"


def shown(key: bytes) -> Iterator[str]:
    """A seal key: as it is given, and as bytes in several languages."""
    given = base64.b64encode(key).decode()
    yield from (given, given.rstrip("="), quote(given, safe=""), base64.urlsafe_b64encode(key).decode())
    yield from (base64.b64encode(f"{before}{given}".encode()).decode() for before in ("", "x", "xy"))
    yield from (json.dumps({"seal_key": given}), f"ZEROSSL_SEAL_KEY={given}")
    yield from (key.hex(), key.hex().upper(), key.hex(":"), repr(key), key.decode("latin-1"))
    numbers = list(key)
    yield from (str(numbers), json.dumps(numbers, separators=(",", ":")), json.dumps(numbers, indent=4))
    yield ", ".join(f"0x{number:02x}" for number in numbers)


def is_caught(text: str) -> bool:
    command = [
        sys.executable,
        "-B",
        str(SEARCH),
        sys.executable,
        "-c",
        PRINT,
        f"what it says: {text}.\n".encode().hex(),
    ]
    return subprocess.run(command, capture_output=True, check=False).returncode == 1


def main() -> int:
    texts = [*SECRETS, *(text for key in SEAL_KEYS[:2] for text in shown(key))]
    missed = [text for text in texts if not is_caught(text)]
    for text in missed:
        print(f"secrets: FAILED {text!r} was printed and not found")
    if is_caught("no secret"):
        print("secrets: FAILED something was found where there is nothing")
        return 1
    print(f"secrets: {len(texts)} printed on purpose, {len(texts) - len(missed)} found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
