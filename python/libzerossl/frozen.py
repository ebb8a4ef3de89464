"""The lists and dicts in answers: they compare and print as others, and cannot be changed."""

from __future__ import annotations

from libzerossl.kinds import is_dict, is_list

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

__all__ = ["FrozenDict", "FrozenList", "freeze"]


def _refuse(self: object, *args: object, **names: object) -> NoReturn:  # noqa: ARG001
    message = "an answer cannot be changed; make a copy with `list()` or `dict()`, or another answer with `replace()`"
    raise TypeError(message)


class FrozenList(list["Any"]):
    """A list that cannot be changed; ``list(it)`` makes one that can."""

    __slots__ = ()

    append = clear = extend = insert = pop = remove = reverse = sort = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle it as a whole: one that is filled bit by bit would have to be changed."""
        return FrozenList, (list(self),)


class FrozenDict(dict[str, "Any"]):
    """A dict that cannot be changed; ``dict(it)`` makes one that can."""

    __slots__ = ()

    clear = pop = popitem = setdefault = update = _refuse
    __setitem__ = __delitem__ = __ior__ = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle it as a whole."""
        return FrozenDict, (dict(self),)


def freeze(value: object) -> Any:  # noqa: ANN401
    """Freeze lists and dicts, and what is in them; other values are returned unchanged."""
    if is_list(value):
        return FrozenList(map(freeze, value))
    if is_dict(value):
        return FrozenDict((name, freeze(entry)) for name, entry in value.items())
    return value
