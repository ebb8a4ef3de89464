"""The events of a running operation, and the challenges that it asks the caller to publish."""

from __future__ import annotations

from libzerossl._native import Field
from libzerossl.answer import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, TypeAlias

    from libzerossl.literals import EventType, Outcome, Stage, ValidationMethod

__all__ = ["Challenge", "Event", "FileChallenge", "RecordChallenge"]


class Event(Answer):
    """A step of `Client.obtain` or `Client.renew_all`; its `str` is one line for people.

    Fields that do not apply are None; other members are in `extra`.

    >>> client.obtain(["example.com"], directory=directory, webroot=webroot, on_event=print).outcome
    example.com (key): making the key and the CSR
    ...
    example.com (done): issued
    'issued'
    """

    __slots__ = ()

    type: Field[EventType | str] = Field("progress, or warning: it needs attention, although the work continues.")
    stage: Field[Stage | str | None] = Field("The current stage: key, order, publish, preflight, verify, and so on.")
    message: Field[str] = Field("One line of English, without any key.")
    entry: Field[str | None] = Field("The entry's name.")
    domain: Field[str | None] = Field("The name that it is about.")
    location: Field[str | None] = Field("The URL or the record's name that is published.")
    id: Field[str | None] = Field("The certificate's or the order's id.")
    attempt: Field[int | None] = Field("The number of the request to the service to validate, from 1.")
    next_poll: Field[float | None] = Field("Seconds until the next poll of the order.")
    address: Field[str | None] = Field("The address of the library's own web server.")
    port: Field[int | None] = Field("Its port.")
    finding: Field[Mapping[str, Any] | None] = Field(
        "The preflight check's result: what, where, expected, found, advice."
    )
    path: Field[str | None] = Field("The folder with the current files.")
    outcome: Field[Outcome | str | None] = Field("The outcome; only at the end.")

    def __str__(self) -> str:
        """One line: the entry, the stage, the message."""
        warning = "warning: " if self.type == "warning" else ""
        stage = f" ({self.stage})" if self.stage else ""
        place = f"{self.entry or ''}{stage}".strip()
        return f"{place}: {warning}{self.message}" if place else f"{warning}{self.message}"


class FileChallenge(Answer):
    """A file that proves control of a name. Serve it at `url` with status 200 and exactly this content.

    >>> challenge = zerossl.FileChallenge.from_dict({"url": "http://example.com/0A.txt", "content": "0A"})
    >>> print(challenge.url, challenge.content)
    http://example.com/0A.txt 0A
    """

    __slots__ = ()

    domain: Field[str] = Field("The name.")
    url: Field[str] = Field("The URL from which the service fetches the file.")
    file: Field[str] = Field("The file's name: the last part of the URL.")
    content: Field[str] = Field("Its lines, joined by newlines, without one at the end.")
    method: Field[ValidationMethod | str] = Field("HTTP_CSR_HASH or HTTPS_CSR_HASH.")


class RecordChallenge(Answer):
    """A CNAME record that proves control of a name.

    >>> challenge = zerossl.RecordChallenge.from_dict({"name": "_0a.example.com", "target": "1b.comodoca.com."})
    >>> print(challenge.name, "CNAME", challenge.target)
    _0a.example.com CNAME 1b.comodoca.com.
    """

    __slots__ = ()

    domain: Field[str] = Field("The name.")
    name: Field[str] = Field("The record's name, without a dot at the end.")
    target: Field[str] = Field("Where it points to, with a dot at the end.")
    method: Field[ValidationMethod | str] = Field("CNAME_CSR_HASH.")


Challenge: TypeAlias = FileChallenge | RecordChallenge
"""The argument of the callable `publish`."""
