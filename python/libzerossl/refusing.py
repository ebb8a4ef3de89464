"""Refuses parameters before the core sees them. The errors are imported when there is one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["refuse"]


def refuse(operation: str, parameter: str, why: str) -> NoReturn:
    """Raise the error for a wrong parameter, as the core words it."""
    from libzerossl.errors import InvalidArgumentError  # noqa: PLC0415

    message = f"{operation}: `{parameter}`: {why}"
    raise InvalidArgumentError(message, operation=operation, parameter=parameter)
