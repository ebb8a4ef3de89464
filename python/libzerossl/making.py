"""Makes the JSON form of an answer from the values of its fields."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from libzerossl.answer import Answer

__all__ = ["form", "make"]


def make(answer: type[Answer], given: Mapping[str, Any]) -> str:
    """Return the JSON text of an answer with these fields; the others are there, too, as in the service's answers."""
    empty = answer.__new__(answer, "{}")
    others = {name: getattr(empty, name) for name in answer.fields if name not in given}
    return json.dumps({**form(answer, others), **form(answer, given)})


def form(answer: type[Answer], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON form of some fields."""
    fields = dict(given)
    extra = _plain(fields.pop("extra", {}))
    for name in fields:
        if name not in answer.fields:
            message = f"{answer.__name__} has no field {name!r}; unknown ones go into `extra`"
            raise TypeError(message)
    return {**{name: _plain(value) for name, value in fields.items()}, **extra}


def _plain(value: Any) -> Any:  # noqa: ANN401
    from libzerossl.answer import Answer  # noqa: PLC0415

    if isinstance(value, Answer):
        # Nested ones are made as well, so that they have all fields.
        return json.loads(make(type(value), {})) | value.to_dict()
    if isinstance(value, datetime):
        if value.tzinfo is None:
            message = "a time needs a time zone: give `tzinfo=timezone.utc`"
            raise ValueError(message)
        return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in cast("dict[str, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in cast("list[Any]", value)]
    return value
