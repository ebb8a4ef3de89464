"""The client for asyncio."""

from __future__ import annotations

from typing import TYPE_CHECKING

from libzerossl.async_obtaining import AsyncObtaining
from libzerossl.async_operations import AsyncOperations
from libzerossl.base import Base

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self


class AsyncClient(Base, AsyncOperations, AsyncObtaining):
    """A client of the service for asyncio: the methods of `Client` as coroutines.

    A call that waits needs no thread of Python, and the loop is free meanwhile. The end of a task, by ``cancel`` or a
    time-out, ends its call within a fraction of a second. At most 64 calls of a loop run at the same time; the
    ``timeout`` of the others begins with their turn. `obtain`, `renew_all`, `wait_until_issued` and iterators do not
    count.

    It may be used by several loops. The loop needs ``add_reader``, which all of asyncio's on Linux and uvloop have.

    >>> async def main():
    ...     async with zerossl.AsyncClient(access_key, base_url=base_url) as client:
    ...         return (await client.list_certificates(limit=10)).total_count
    >>> asyncio.run(main())
    0
    """

    __slots__ = ()

    async def __aenter__(self) -> Self:
        """Return the client; it is closed at the end of the block."""
        return self

    async def __aexit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        await self.close()

    async def close(self) -> None:
        """Close idle connections and refuse new calls; calls that run are not affected."""
        self._inner.close()
