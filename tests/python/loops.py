"""Helpers for tests on an event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 20.0


def threads(name: str = "zerossl-op") -> int:
    """The number of threads of this process with this name; all of them for an empty one."""
    tasks = Path("/proc/self/task")
    names = [(task / "comm").read_text().strip() for task in tasks.iterdir() if (task / "comm").exists()]
    return sum(not name or found == name for found in names)


def descriptors() -> int:
    """The number of open files of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def until(condition: Callable[[], bool]) -> None:
    """Wait until it is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        await asyncio.sleep(0.005)
