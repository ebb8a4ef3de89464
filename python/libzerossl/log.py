"""Where the lines of our log go."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["sink"]

_logger = logging.getLogger("libzerossl")


def sink() -> Callable[[str], None] | None:
    """Give what takes a line of our log, if anybody wants it."""
    return _logger.debug if _logger.isEnabledFor(logging.DEBUG) else None
