"""A page of a list, as an event."""

from __future__ import annotations

from libzerossl._native import Field
from libzerossl.answers import Answer, Certificate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Page(Answer):
    """Entries that were on no earlier page."""

    __slots__ = ()

    results: Field[Sequence[Certificate]] = Field("The certificates.", "list", of=Certificate)

    def certificates(self) -> Iterator[Certificate]:
        """Return them one by one, each with a text of its own: who keeps one does not keep the page."""
        for certificate in self.results:
            yield certificate._alone()  # noqa: SLF001
