"""Keeps a certificate in a folder: run it daily, it renews when that is due.

    export ZEROSSL_ACCESS_KEY=...
    python obtain.py --directory /etc/zerossl --webroot /var/www/html example.com www.example.com

The webroot is what your web server shows at `http://example.com/`. Without one the names are validated by records in
the DNS, and you are asked to add them. The files are in `/etc/zerossl/example.com/current`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import libzerossl as zerossl


def main() -> int:
    """Run the program."""
    parser = argparse.ArgumentParser(description="Keeps a certificate in a folder.")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--webroot", type=Path)
    parser.add_argument("--preflight", choices=["warn", "strict", "off"])
    parser.add_argument("names", nargs="+")
    arguments = parser.parse_args()
    by_record = arguments.webroot is None
    try:
        # The key comes from ZEROSSL_ACCESS_KEY, and ZEROSSL_BASE_URL may lead to a sandbox.
        with zerossl.Client(user_agent="obtain-example") as client:
            result = client.obtain(
                arguments.names,
                directory=arguments.directory,
                webroot=arguments.webroot,
                publish=add if by_record else None,
                cleanup=remove if by_record else None,
                preflight=arguments.preflight,
                on_event=print,
            )
    except zerossl.Error as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("the order is kept: run this again to go on", file=sys.stderr)
        return 130
    if result.outcome == "pending":
        print("the service has not issued it yet: run this again later", file=sys.stderr)
        return 2
    expires = result.certificate.expires if result.certificate else None
    print(f"{result.outcome}: {result.files['fullchain']}, until {expires}")
    return 0


def add(challenge: zerossl.RecordChallenge) -> None:
    """Have a person add a record."""
    print(f"add the record {challenge.name} CNAME {challenge.target} and press Enter")
    sys.stdin.readline()


def remove(challenge: zerossl.RecordChallenge) -> None:
    """Tell that a record can go."""
    print(f"the record {challenge.name} is not needed any more")


if __name__ == "__main__":
    sys.exit(main())
