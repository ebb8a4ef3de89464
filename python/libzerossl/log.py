"""Passes the library's log lines to `logging`."""

from __future__ import annotations

import logging

__all__ = ["is_enabled", "write"]

_logger = logging.getLogger("libzerossl")


def is_enabled() -> bool:
    """Return whether any handler takes debug lines."""
    return _logger.isEnabledFor(logging.DEBUG)


def write(line: str) -> None:
    """Write one line."""
    _logger.debug("%s", line)
