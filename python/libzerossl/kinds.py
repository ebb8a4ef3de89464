"""Which kind a value has, for type checkers, too; without `typing`, whose import costs more than a client."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, TypeGuard

__all__ = ["is_dict", "is_list", "is_mapping", "is_path", "is_sequence"]


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether it is a list."""
    return isinstance(value, list)


def is_dict(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether it is a dict, as JSON has them."""
    return isinstance(value, dict)


def is_path(value: object) -> TypeGuard[os.PathLike[str]]:
    """Return whether it is a path object."""
    return isinstance(value, os.PathLike)


def is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    """Return whether it is a dict or similar."""
    from collections.abc import Mapping  # noqa: PLC0415

    return isinstance(value, Mapping)


def is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    """Return whether it is a list or similar, and no text."""
    from collections.abc import Sequence  # noqa: PLC0415

    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))
