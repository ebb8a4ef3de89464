"""A store as metrics: read by Prometheus' own parser, and compared with docs/monitoring.md."""

from __future__ import annotations

import re
from pathlib import Path

import libzerossl as zerossl
import pytest
from prometheus_client.parser import text_string_to_metric_families

from website import Stand

PAGE = Path(__file__).parents[2].joinpath("docs/monitoring.md").read_text()


def samples(entries: zerossl.Entries) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample, by its name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(zerossl.prometheus(entries))
        for sample in family.samples
    }


def test_a_store(stand: Stand) -> None:
    """A good certificate and a failure, with names that have to be escaped."""
    stand.obtain("example.com", webroot=stand.website.folder)
    with pytest.raises(zerossl.InvalidArgumentError):
        stand.obtain("example.net", webroot=stand.website.folder / "absent", name='with "quotes" and ü')
    entries = stand.client.list_entries(stand.directory)
    found = samples(entries)
    entry = frozenset({("entry", "example.com")})
    assert found["zerossl_entries", frozenset()] == len(entries.entries)
    assert found["zerossl_entry_readable", entry] == 1
    assert found["zerossl_certificate_state", entry | {("state", "good")}] == 1
    assert found["zerossl_certificate_state", entry | {("state", "expired")}] == 0
    expires = next(each.expires for each in entries.entries if each.name == "example.com")
    assert expires is not None
    assert found["zerossl_certificate_expiry_timestamp_seconds", entry] == expires.timestamp()
    assert found["zerossl_certificate_renewal_timestamp_seconds", entry] < expires.timestamp()
    names = {name for name, _ in found}
    assert names <= documented()


def documented() -> set[str]:
    """Return the metrics of the page's table."""
    return set(re.findall(r"^\| `(zerossl_\w+)`", PAGE, re.MULTILINE))


def test_the_page_names_every_metric() -> None:
    """In the table; and the alerts use no other."""
    help_lines = re.findall(r"^# HELP (\w+)", zerossl.prometheus(zerossl.Entries(entries=[])), re.MULTILINE)
    assert set(help_lines) == documented()
    rules = PAGE.split("```yaml")[1].split("```")[0]
    used = set(re.findall(r"zerossl_\w+", rules))
    assert used
    assert used <= documented()
