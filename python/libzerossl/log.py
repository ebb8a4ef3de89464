"""Passes the library's log lines to `logging`."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging

__all__ = ["is_enabled", "write"]

_logger: logging.Logger | None = None


def is_enabled() -> bool:
    """Return whether any handler takes debug lines."""
    logger = _find_logger()
    return logger is not None and logger.isEnabledFor(_DEBUG)


def write(event: str) -> None:
    """Write one line; what is known about it becomes attributes of the record."""
    logger = _find_logger()
    if logger is not None and logger.isEnabledFor(_DEBUG):
        import json  # noqa: PLC0415

        fields = json.loads(event)
        del fields["type"]
        logger.debug("%s", fields.pop("message"), extra=fields)


_DEBUG = 10
"""logging.DEBUG"""


def _find_logger() -> logging.Logger | None:
    """Give the logger, if the program uses `logging`: its import costs more than all of this package."""
    global _logger  # noqa: PLW0603
    if _logger is None and "logging" in sys.modules:
        import logging  # noqa: PLC0415

        _logger = logging.getLogger("libzerossl")
    return _logger
