"""Where the lines of our log go."""

from __future__ import annotations

import logging

__all__ = ["is_wanted", "write"]

_logger = logging.getLogger("libzerossl")


def is_wanted() -> bool:
    """Say whether anybody listens."""
    return _logger.isEnabledFor(logging.DEBUG)


def write(line: str) -> None:
    """Write one line."""
    _logger.debug("%s", line)
