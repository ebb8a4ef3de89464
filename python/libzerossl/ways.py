"""The ways to prove control of the names: the parameter `validation` of `obtain`, and its short forms."""

from __future__ import annotations

import os

from libzerossl.kinds import is_mapping, is_path, is_sequence
from libzerossl.refusing import refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Any, Final

__all__ = ["AsGiven", "path", "validation"]

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


class AsGiven:
    """Name the parameter in an error as the caller wrote it: short forms are members of `validation` in the core."""

    def __init__(self, given: Mapping[str, Any] | None) -> None:
        """Take the parameter `validation` as the caller gave it."""
        self.given = given

    def __enter__(self) -> None:
        """Begin the call."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Change the error, which is raised all the same."""
        if error is None or self.given is not None:
            return
        from libzerossl.errors import InvalidArgumentError  # noqa: PLC0415

        if not isinstance(error, InvalidArgumentError) or error.parameter is None:
            return
        inner = error.parameter.removeprefix("validation.")
        if inner != error.parameter:
            name = "validation_method" if inner == "method" else inner
            error.message = error.message.replace(f"`{error.parameter}`", f"`{name}`", 1)
            error.parameter, error.args = name, (error.message,)


def path(value: object) -> object:
    """Return a path as text. Other values are returned unchanged; the core refuses them by name."""
    return os.fspath(value) if is_path(value) else value


def _whole(given: object, method: str | None) -> object:
    if method is not None:
        refuse("obtain", "validation_method", "`validation` has a `method` already; give one of the two")
    if not is_mapping(given):
        return given
    names = [name for name, value in given.items() if value is not None]
    if names == ["method"] and given["method"] in set(_METHODS.values()) - {"EMAIL"}:
        why = "it does not say who publishes: add `webroot`, `listen` or `hook`, or use the option `publish` instead"
        refuse("obtain", "validation", why)
    return {name: _published(name, value) for name, value in given.items()}


def _published(way: str, value: object) -> object:
    if way == "webroot" and is_mapping(value):
        return {name: path(folder) for name, folder in value.items()}
    if way == "hook" and is_sequence(value):
        return [path(part) for part in value]
    return path(value)
