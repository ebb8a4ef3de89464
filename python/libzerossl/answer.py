"""The base of all answers."""

from __future__ import annotations

from libzerossl._native import Field, Record
from libzerossl.frozen import FrozenDict, freeze
from libzerossl.kinds import is_dict, is_list
from libzerossl.twin import set_state, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, ClassVar, Literal

    from typing_extensions import Self

_SECRET_NAMES = frozenset({"access_key", "eab_hmac_key", "private_key"})
_MAX_LENGTH = 250
_MAX_ENTRIES = 3
_EMPTY = ("None", "[]", "{}", "()")
"""How the form of an empty value ends; a text ends with a quote."""


class Answer(Record):
    """An answer of the service: frozen, compared by value. A field is parsed when it is read.

    For tests, an answer is made from keywords. Fields that are not given are empty; ``extra`` is for unknown ones.

    >>> zerossl.Certificate(id="abc", status="issued", additional_domains=["www.example.com"])
    Certificate(id='abc', additional_domains=['www.example.com'], status='issued')

    A record keeps the whole answer in memory that it is a part of: a certificate keeps its page. `copy.deepcopy` makes
    an independent copy; `iter_certificates` gives independent ones.
    """

    __slots__ = ()

    fields: ClassVar[tuple[str, ...]] = ()
    """The names of the documented fields, in the service's order."""

    def __init_subclass__(cls) -> None:
        """Collect the names of the fields."""
        own = (name for name, value in vars(cls).items() if isinstance(value, Field))
        cls.fields = tuple(dict.fromkeys((*cls.fields, *own)))

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """Make an answer from its JSON form; missing fields read as None, or as an empty list or dict."""
        import json  # noqa: PLC0415

        return cls.__new__(cls, json.dumps(fields))

    def to_dict(self, mode: Literal["json", "python"] = "json") -> dict[str, Any]:
        """Return a dict of all fields: the JSON form, or ``python`` with each value as its attribute has it.

        >>> certificate = zerossl.Certificate(id="abc", expires=datetime(2026, 11, 29, tzinfo=timezone.utc))
        >>> certificate.to_dict()["expires"], certificate.to_dict(mode="python")["expires"].year
        ('2026-11-29T00:00:00Z', 2026)
        """
        if mode not in {"json", "python"}:
            message = f"mode: expected json or python, not {mode!r}"
            raise ValueError(message)
        form = super().to_dict()
        if mode == "json":
            return form
        return {name: _unfrozen(getattr(self, name)) if name in self.fields else form[name] for name in form}

    def replace(self, **changes: Any) -> Self:  # noqa: ANN401
        """Return the same answer with other values for some fields; ``extra`` adds unknown ones.

        >>> draft = zerossl.Certificate(id="abc", status="draft")
        >>> draft.replace(status="issued")
        Certificate(id='abc', status='issued')
        """
        import json  # noqa: PLC0415

        from libzerossl.making import form  # noqa: PLC0415

        other = type(self).__new__(type(self), json.dumps(super().to_dict() | form(type(self), changes)))
        return set_state(other, state(self))

    __replace__ = replace

    @property
    def extra(self) -> Mapping[str, Any]:
        """Fields that this version does not know, unchanged."""
        form = super().to_dict()
        return FrozenDict((name, freeze(value)) for name, value in form.items() if name not in self.fields)

    def __repr__(self) -> str:
        """Show fields that are not empty; secrets as ``'***'``, long texts shortened."""
        shown = [(name, _shown(self, name)) for name in self.fields]
        shown += [("extra", _short(self.extra))]
        parts = [f"{name}={text}" for name, text in shown if not text.endswith(_EMPTY)]
        return f"{type(self).__name__}({', '.join(parts)})"

    def __copy__(self) -> Self:
        """Return itself: an answer cannot change."""
        return self

    def __deepcopy__(self, memo: object) -> Self:
        """Make an independent copy."""
        import copy  # noqa: PLC0415

        other = type(self).__new__(type(self), self.to_json())
        return set_state(other, copy.deepcopy(state(self), memo))  # type: ignore[arg-type]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by class and JSON form, and by what a subclass added."""
        held = state(self)
        return _restore, (type(self), self.to_json(), *((held,) if any(held) else ()))


def _unfrozen(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Answer):
        return value.to_dict(mode="python")
    if is_list(value):
        return [_unfrozen(entry) for entry in value]
    if is_dict(value):
        return {name: _unfrozen(entry) for name, entry in value.items()}
    return value


def _restore(answer: type[Answer], json: str, held: Any = None) -> Answer:  # noqa: ANN401
    made = answer.__new__(answer, json)
    return made if held is None else set_state(made, held)


def _shown(answer: Answer, name: str) -> str:
    value = getattr(answer, name)
    field = getattr(type(answer), name)
    return "'***'" if field.is_secret and value is not None else _short(value)


def _short(value: Any) -> str:  # noqa: ANN401
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if is_dict(value):
        shown = [f"{key!r}: {_short('***' if key in _SECRET_NAMES else entry)}" for key, entry in value.items()]
        return "{" + ", ".join(shown) + "}"
    if is_list(value):
        shown = [_short(entry) for entry in value[:_MAX_ENTRIES]]
        more = len(value) - len(shown)
        return "[" + ", ".join(shown + [f"... {more} more"] * (more > 0)) + "]"
    if isinstance(value, (str, bytes)) and len(value) > _MAX_LENGTH:
        return f"<{len(value)} {'characters' if isinstance(value, str) else 'bytes'}>"
    return repr(value)
