"""What the blocking and the asynchronous client have in common."""

from __future__ import annotations

from libzerossl.settings import Settings
from libzerossl.twin import copy_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import Self

    from libzerossl import _native


class Base(Settings):
    """A client without its operations."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show where the service is; never the key."""
        return repr(self._inner)

    def cancelled_by(self, token: _native.CancelToken) -> Self:
        """Return the same client, whose calls also end with `CancelledError` when this token is cancelled.

        It also listens to all tokens of this one, and shares connections and rate limit with it. It has the same class,
        also if that is a subclass, and the same attributes; no ``__init__`` is run.

        >>> token = zerossl.CancelToken()
        >>> hurried = client.cancelled_by(token)
        >>> token.cancel()  # from any thread
        >>> hurried.list_certificates()
        Traceback (most recent call last):
        libzerossl.errors.CancelledError: list_certificates: cancelled by the caller
        """
        inner = self._inner.cancelled_by(token)
        other = copy_state(self, object.__new__(type(self)))
        other._inner = inner  # noqa: SLF001
        return other
