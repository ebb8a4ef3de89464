"""Calls and ops in great number, as in tests/c/flat.c."""

from __future__ import annotations

import asyncio
import gc
import sys

import libzerossl as zerossl

UNKNOWN = "0123456789abcdef0123456789abcdef"


def call(client: zerossl.Client, number: int) -> None:
    """Make one call, which may be refused."""
    if number % 10 > 1:
        page = client.list_certificates()
        assert len(page.results) == len(page.to_dict()["results"]) == 2
        return
    try:
        client.get_certificate("/" if number % 10 else UNKNOWN)
    except (zerossl.InvalidArgumentError, zerossl.ApiError):
        return
    raise AssertionError("it was not refused")


def work(client: zerossl.Client, number: int) -> None:
    """Read all certificates, or leave that halfway."""
    found = client.iter_certificates(limit=1)
    assert next(found).id
    assert number % 2 or len(list(found)) == 1


async def at_once(count: int) -> None:
    """Make calls on an event loop, where each is an op."""
    async with zerossl.AsyncClient(requests_per_second=0) as client:
        for _ in range(0, count, 10):
            await asyncio.gather(*(client.list_certificates() for _ in range(10)))


def measured(calls: int, ops: int) -> None:
    """Do all that, and stop for the measurement."""
    for number in range(calls):
        if number % 100 == 0:
            client = zerossl.Client(requests_per_second=0)
        call(client, number)
    for number in range(ops // 2):
        work(client, number)
    asyncio.run(at_once(ops - ops // 2))
    gc.collect()
    print(len(gc.get_objects()), flush=True)
    sys.stdin.readline()


def main() -> None:
    """Make as many as the arguments say."""
    calls, ops = map(int, sys.argv[1:])
    measured(calls // 10, ops // 10)
    measured(calls - calls // 10, ops - ops // 10)


if __name__ == "__main__":
    main()
