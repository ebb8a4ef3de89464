"""Passes the library's log lines to `logging`."""

from __future__ import annotations

import json
import logging

__all__ = ["is_enabled", "write"]

_logger = logging.getLogger("libzerossl")


def is_enabled() -> bool:
    """Return whether any handler takes debug lines."""
    return _logger.isEnabledFor(logging.DEBUG)


def write(event: str) -> None:
    """Write one line; what is known about it becomes attributes of the record."""
    if is_enabled():
        fields = json.loads(event)
        del fields["type"]
        _logger.debug("%s", fields.pop("message"), extra=fields)
