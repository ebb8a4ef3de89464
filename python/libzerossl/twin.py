"""Copies the state of an object to another object of its class, or of a subclass, without running ``__init__``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    _T = TypeVar("_T")

__all__ = ["copy_state", "set_state", "state"]


def state(thing: object) -> tuple[dict[str, Any], list[tuple[type, str, Any]]]:
    """Return the state of an object: its ``__dict__``, and its ``__slots__`` by class and name."""
    import types  # noqa: PLC0415

    slots: list[tuple[type, str, Any]] = []
    for owner in type(thing).__mro__:
        for name, member in vars(owner).items():
            # Through the descriptor, so that no `__getattr__` or `__setattr__` of the class interferes.
            if isinstance(member, types.MemberDescriptorType) and owner.__flags__ & _HEAP:
                try:
                    slots.append((owner, name, member.__get__(thing)))
                except AttributeError:
                    continue
    return dict(getattr(thing, "__dict__", {})), slots


def set_state(thing: _T, held: tuple[dict[str, Any], list[tuple[type, str, Any]]]) -> _T:
    """Set the state of an object of the same class."""
    attributes, slots = held
    if attributes:
        vars(thing).update(attributes)
    for owner, name, value in slots:
        vars(owner)[name].__set__(thing, value)
    return thing


def copy_state(of: object, to: _T) -> _T:
    """Copy the state of an object to another one of its class; the values are shared, not copied."""
    return set_state(to, state(of))


_HEAP = 1 << 9
"""The flag of classes that are written in Python. The slots of other classes are not copied."""
