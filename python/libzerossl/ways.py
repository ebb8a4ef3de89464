"""The ways to prove control of the names: the parameter `validation` of `obtain`, and its short forms."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast

from libzerossl.errors import InvalidArgumentError, refuse

__all__ = ["as_given", "path", "validation"]

_METHODS: Final = {
    "webroot": "HTTP_CSR_HASH",
    "listen": "HTTP_CSR_HASH",
    "hook": "CNAME_CSR_HASH",
    "dns": "CNAME_CSR_HASH",
    "publish": "CNAME_CSR_HASH",
    "emails": "EMAIL",
}


def validation(given: Mapping[str, Any] | None, method: str | None, ways: Mapping[str, object]) -> object:
    """Make the parameter `validation` from `given`, or from one of the short forms in `ways`.

    Raises:
        InvalidArgumentError: None or several of them were given; its `parameter` is the superfluous one.
    """
    chosen = [name for name, value in {"validation": given, **ways}.items() if value is not None]
    if not chosen:
        refuse("obtain", "validation", f"missing; give it, or one of {', '.join(_METHODS)}")
    if len(chosen) > 1:
        why = f"`{chosen[0]}` says already how control of the names is shown; give one of the two"
        refuse("obtain", chosen[1], why)
    way = chosen[0]
    if way == "validation":
        return _whole(given, method)
    if way == "dns":
        if method not in (None, _METHODS[way]):
            refuse("obtain", "validation_method", f"`dns` makes records, and those are for {_METHODS[way]}")
        # What it needs costs time at every start.
        from libzerossl import providers  # noqa: PLC0415

        return {"method": _METHODS[way], "hook": providers.hook(ways[way])}
    # The core sends an event, and Python calls `publish`.
    published = {} if way == "publish" else {way: _published(way, ways[way])}
    return {"method": method or _METHODS[way], **published}


@contextmanager
def as_given(given: Mapping[str, Any] | None) -> Generator[None, None, None]:
    """Name the parameter in an error as the caller wrote it: short forms are members of `validation` in the core."""
    try:
        yield
    except InvalidArgumentError as error:
        if given is None and error.parameter is not None and error.parameter.startswith("validation."):
            inner = error.parameter.removeprefix("validation.")
            name = "validation_method" if inner == "method" else inner
            error.message = error.message.replace(f"`{error.parameter}`", f"`{name}`", 1)
            error.parameter, error.args = name, (error.message,)
        raise


def path(value: object) -> object:
    """Return a path as text. Other values are returned unchanged; the core refuses them by name."""
    return os.fspath(cast("os.PathLike[str]", value)) if isinstance(value, os.PathLike) else value


def _whole(given: object, method: str | None) -> object:
    if method is not None:
        refuse("obtain", "validation_method", "`validation` has a `method` already; give one of the two")
    if not isinstance(given, Mapping):
        return given
    members = cast("Mapping[str, object]", given)
    names = [name for name, value in members.items() if value is not None]
    if names == ["method"] and members["method"] in set(_METHODS.values()) - {"EMAIL"}:
        why = "it does not say who publishes: add `webroot`, `listen` or `hook`, or use the option `publish` instead"
        refuse("obtain", "validation", why)
    return {name: _published(name, value) for name, value in members.items()}


def _published(way: str, value: object) -> object:
    if way == "webroot" and isinstance(value, Mapping):
        return {name: path(folder) for name, folder in cast("Mapping[str, object]", value).items()}
    if way == "hook" and isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [path(part) for part in cast("Sequence[object]", value)]
    return path(value)
