"""What can go wrong: one class for each kind of error, all of them an `Error`."""

from __future__ import annotations

import builtins
import os

from libzerossl.twin import set_state, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from libzerossl.answers import Certificate

__all__ = [
    "AmbiguousError",
    "ApiError",
    "AuthError",
    "BusyError",
    "CancelledError",
    "Error",
    "ForkedError",
    "InternalError",
    "InvalidArgumentError",
    "NetworkError",
    "NotReadyError",
    "RateLimitedError",
    "ResourceError",
    "ResponseError",
    "StorageError",
    "TimeoutError",
    "TlsError",
    "ValidationError",
]


class Error(Exception):
    """The base of all errors of this package; its text is `message`."""

    kind: ClassVar[str] = "error"
    """Which kind of error it is, in one word; the same in every language."""

    code: ClassVar[int] = 0
    """The kind's number; the same in every language."""

    message: str
    """One line of English: the operation, what went wrong, what to do. Never a secret."""

    operation: str | None = None
    """The operation that failed; None for settings of a client."""

    retryable: bool = False
    """Whether the same call is harmless to repeat later, and may then succeed."""

    retry_after: float | None = None
    """How long the service asked us to wait, in seconds."""

    http_status: int | None = None
    """The HTTP status of the answer, if there was one."""

    api_code: int | None = None
    """The service's own number; not unique, see `api_type`."""

    api_type: str | None = None
    """The service's own word, such as ``certificate_not_found``."""

    details: Any = None
    """Additional data of the service's error, unchanged."""

    def __init__(self, message: str = "", **fields: Any) -> None:
        """Make an error with these attributes, by their names in the JSON form."""
        super().__init__(message)
        self.message = message
        if isinstance(self, OSError) and (errno := fields.pop("errno", None)) is not None:
            _set_errno(self, errno)
        vars(self).update(fields)

    def __str__(self) -> str:
        """The message."""
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by class and attributes."""
        attributes, slots = state(self)
        if isinstance(self, OSError):
            # These are not in the instance's attributes.
            held = ((name, vars(OSError)[name].__get__(self)) for name in _OS_ERROR)
            slots += [(OSError, name, value) for name, value in held if value is not None]
        return _restore, (type(self), self.args, (attributes, slots))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form: the attributes by their names."""
        names = ("operation", "retryable", "retry_after", "http_status", "api_code", "api_type", "details")
        fields = {"code": self.code, "kind": self.kind, "message": self.message}
        return fields | {name: getattr(self, name) for name in names} | self._own()

    def _own(self) -> dict[str, Any]:
        return {}


class InvalidArgumentError(Error, ValueError):
    """Bad Unicode, an unknown or wrong parameter or setting: `parameter` names it."""

    kind = "invalid_argument"
    code = -1

    parameter: str | None = None
    """Its name, with a position inside it where that helps: ``domains[2]``."""

    def _own(self) -> dict[str, Any]:
        return {"parameter": self.parameter}


class ApiError(Error):
    """The service refused the call: `api_code`, `api_type`, `details`, `http_status`."""

    kind = "api"
    code = -2


class AuthError(ApiError):
    """The access key was refused or is missing."""

    kind = "auth"
    code = -3


class RateLimitedError(Error):
    """Too many requests, also after the retries: `retry_after`."""

    kind = "rate_limited"
    code = -4


class NetworkError(Error, ConnectionError):
    """No connection, a reset, a short body."""

    kind = "network"
    code = -5


class TlsError(NetworkError):
    """The server's certificate or the handshake."""

    kind = "tls"
    code = -6


class TimeoutError(Error, builtins.TimeoutError):  # noqa: A001
    """The deadline was reached."""

    kind = "timeout"
    code = -7


class ResponseError(Error):
    """An answer that cannot be used: HTML, empty, not JSON, too large, a redirect."""

    kind = "response"
    code = -8


class ValidationError(ApiError):
    """The service could not verify control of the names: `domains`."""

    kind = "validation"
    code = -9

    domains: dict[str, dict[str, str | None]]
    """For each name that failed: its ``location``, what was ``expected`` and ``found`` there, and the ``reason``."""

    def __init__(self, message: str = "", **fields: Any) -> None:
        """Make an error with these attributes, by their names in the JSON form."""
        super().__init__(message, **{"domains": {}, **fields})

    def _own(self) -> dict[str, Any]:
        return {"domains": self.domains}


class CancelledError(Error):
    """Cancelled by the caller, through a `CancelToken`."""

    kind = "cancelled"
    code = -10


class StorageError(Error, OSError):
    """A file could not be read or written: `path`, which is also `filename`; `errno` if the system refused."""

    kind = "storage"
    code = -11

    path: str | None = None
    """The file or folder."""

    def __init__(self, message: str = "", **fields: Any) -> None:
        """Make an error with these attributes, by their names in the JSON form."""
        super().__init__(message, **fields)
        self.filename = self.path

    def _own(self) -> dict[str, Any]:
        return {"errno": self.errno, "path": self.path}


class ForkedError(Error):
    """A client of the parent process was used in a child: make a new one there."""

    kind = "forked"
    code = -12


class BusyError(Error):
    """Another process works on the entry."""

    kind = "busy"
    code = -13


class AmbiguousError(Error):
    """A create whose outcome is unknown: `candidates`."""

    kind = "ambiguous"
    code = -14

    candidates: list[Certificate]
    """Certificates that may be the one of the lost answer."""

    def __init__(self, message: str = "", **fields: Any) -> None:
        """Make an error with these attributes, by their names in the JSON form."""
        super().__init__(message, **{"candidates": [], **fields})

    def _own(self) -> dict[str, Any]:
        return {"candidates": [candidate.to_dict() for candidate in self.candidates]}


class NotReadyError(Error):
    """The result was requested while the operation still runs."""

    kind = "not_ready"
    code = -15


class ResourceError(Error, OSError):
    """The system has no descriptor, thread or memory left: `errno`."""

    kind = "resource"
    code = -16

    def _own(self) -> dict[str, Any]:
        return {"errno": self.errno}


class InternalError(Error):
    """A bug of this library; please report it."""

    kind = "internal"
    code = -99


_OS_ERROR = ("errno", "strerror", "filename", "filename2")
"""The data of an `OSError` that is not in its attributes."""

_CLASSES: dict[str, type[Error]] = {
    kind.kind: kind for kind in vars().copy().values() if isinstance(kind, type) and issubclass(kind, Error)
}


def from_json(text: str) -> Error:
    """Make the error from the JSON form of the native module."""
    import json  # noqa: PLC0415

    fields: dict[str, Any] = json.loads(text)
    error = _CLASSES.get(fields.pop("kind"), Error)
    fields.pop("code")
    if "candidates" in fields:
        from libzerossl.answers import Certificate  # noqa: PLC0415

        fields["candidates"] = [Certificate.from_dict(candidate) for candidate in fields["candidates"]]
    return error(**fields)


def _set_errno(error: OSError, errno: int) -> None:
    # Not in the instance's attributes, where `vars` would put it.
    error.errno, error.strerror = errno, os.strerror(errno)


def _restore(error: type[Error], args: tuple[Any, ...], held: Any) -> Error:
    made = error.__new__(error, *args)
    # An OSError sets them in `__init__`, which is not run.
    made.args = args
    return set_state(made, held)
