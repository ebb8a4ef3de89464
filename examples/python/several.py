"""Obtains a certificate for each name, all at the same time, on an event loop.

    export ZEROSSL_ACCESS_KEY=...
    python several.py --directory /etc/zerossl --webroot /var/www/html example.com example.org

Ctrl-C ends all of them; the orders are kept for the next run.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

import libzerossl as zerossl


async def main() -> int:
    """Run the program."""
    parser = argparse.ArgumentParser(description="Obtains several certificates at the same time.")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--webroot", type=Path, required=True)
    parser.add_argument("--preflight", choices=["warn", "strict", "off"])
    parser.add_argument("names", nargs="+")
    arguments = parser.parse_args()
    # The key comes from ZEROSSL_ACCESS_KEY, and ZEROSSL_BASE_URL may lead to a sandbox.
    async with zerossl.AsyncClient(user_agent="several-example") as client:
        outcomes = await asyncio.gather(*(obtain(client, name, arguments) for name in arguments.names))
    return 0 if all(outcomes) else 1


async def obtain(client: zerossl.AsyncClient, name: str, arguments: argparse.Namespace) -> bool:
    """Obtain one certificate; a failure does not end the others."""
    try:
        result = await client.obtain(
            [name],
            directory=arguments.directory,
            webroot=arguments.webroot,
            preflight=arguments.preflight,
            on_event=show,
        )
    except zerossl.Error as error:
        print(f"{name}: {error}", file=sys.stderr)
        return False
    print(f"{name}: {result.outcome}")
    return result.outcome != "pending"


async def show(event: zerossl.Event) -> None:
    """Show what happens; it could as well be sent somewhere, because it may wait."""
    print(event)


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except KeyboardInterrupt:
        sys.exit(130)
