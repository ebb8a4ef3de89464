"""A page of a list, as an event."""

from __future__ import annotations

from libzerossl._native import Field
from libzerossl.answers import Answer, Certificate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Page(Answer):
    """Entries that were on no earlier page."""

    __slots__ = ()

    results: Field[Sequence[Certificate]] = Field("The certificates.", "list", of=Certificate)
