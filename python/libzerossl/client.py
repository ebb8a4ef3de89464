"""The client that blocks."""

from __future__ import annotations

from libzerossl.base import Base
from libzerossl.obtaining import Obtaining
from libzerossl.operations import Operations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


class Client(Base, Operations, Obtaining):
    """A client of the service, for any number of threads at once.

    All threads share its connections and its rate limit. A process made by ``fork`` needs a client of its own: this one
    raises `ForkedError` there.

    In addition to its documented errors, every method may raise: `InvalidArgumentError` (nothing was sent),
    `AuthError`, `ApiError`, `RateLimitedError`, `NetworkError`, `TlsError`, `TimeoutError`, `ResponseError`,
    `CancelledError`. All of them are an `Error`. Ctrl-C ends any wait.

    >>> with zerossl.Client(access_key, base_url=base_url, timeout=20) as client:
    ...     client.list_certificates(limit=10).total_count
    0
    """

    __slots__ = ()

    def __enter__(self) -> Self:
        """Return the client; it is closed at the end of the block."""
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        self.close()

    def close(self) -> None:
        """Close idle connections and refuse new calls; calls that run on other threads are not affected."""
        self._inner.close()
