"""What a monitor asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from libzerossl import _native

if TYPE_CHECKING:
    from libzerossl.answers import Entries

__all__ = ["prometheus"]


def prometheus(entries: Entries) -> str:
    r"""Write the answer of `list_entries` as metrics, in the text format of Prometheus.

    docs/monitoring.md lists the metrics, and says what to alert on.

    >>> entries = zerossl.Entries(entries=[])
    >>> print(zerossl.prometheus(entries).splitlines()[2])
    zerossl_entries 0
    """
    return _native.prometheus(entries.to_json())
