"""The client: its settings, closing it, and the iterator over all certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from libzerossl import _native, running
from libzerossl._native import Field
from libzerossl.answers import Answer, Certificate, CertificateList
from libzerossl.obtaining import Obtaining
from libzerossl.operations import Operations
from libzerossl.settings import Settings
from libzerossl.twin import copy_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from typing_extensions import Self

    from libzerossl.literals import StatusFilter, TypeFilter


class _Page(Answer):
    """An event of a list: entries that were on no earlier page."""

    __slots__ = ()

    results: Field[list[Certificate]] = Field("The certificates.", "list", of=Certificate)


class Client(Settings, Operations, Obtaining):
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

    def __repr__(self) -> str:
        """Show where the service is; never the key."""
        return repr(self._inner)

    def close(self) -> None:
        """Close idle connections and refuse new calls; calls that run on other threads are not affected."""
        self._inner.close()

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

    def iter_certificates(
        self,
        *,
        status: Sequence[StatusFilter] | None = None,
        type: TypeFilter | None = None,  # noqa: A002
        search: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Certificate]:
        """Iterate over all certificates that match; pages are fetched when they are needed.

        No certificate comes twice. None is missed that exists during the whole loop, even if others come and go
        meanwhile. ``timeout`` applies to each page. Errors are raised by the loop.

        Args:
            status: Only these states; without it all known ones. expiring_soon: issued, and over within 30 days.
            type: Only this type.
            search: Part of a name; the whole CN on accounts with more than 1000 certificates.
            limit: Certificates on a page: 100 by default, 1000 at most.

        >>> for certificate in client.iter_certificates(status=["draft"]):
        ...     print(certificate.common_name, certificate.status)
        example.com draft
        """
        parameters = {"status": status, "type": type, "search": search, "limit": limit}
        op = self._inner.start("list_certificates", parameters, _Page)
        try:
            while True:
                state, page = running.pull(op)
                if state == op.DONE:
                    op.result(CertificateList)
                    return
                yield from page.results
        finally:
            op.cancel()
