"""`renew_all`: one report for all entries, also when some of them fail."""

from __future__ import annotations

from datetime import datetime

import libzerossl as zerossl
import pytest

from website import Stand


def revoke(stand: Stand, obtained: zerossl.Obtained) -> None:
    """Make a new certificate due."""
    assert obtained.certificate is not None
    stand.client.revoke_certificate(obtained.certificate.id)


def test_a_store(stand: Stand) -> None:
    """Each entry by name: a valid one stays, a due one is renewed."""
    for name in ("example.com", "example.net", "example.org"):
        obtained = stand.obtain(name, webroot=stand.website.folder)
    revoke(stand, obtained)
    entries: set[str | None] = set()
    report = stand.client.renew_all(stand.directory, jobs=2, on_event=lambda event: entries.add(event.entry))
    assert report.failed == 0
    assert [(entry.name, entry.outcome, entry.error) for entry in report.results] == [
        ("example.com", "unchanged", None),
        ("example.net", "unchanged", None),
        ("example.org", "renewed", None),
    ]
    assert entries == {"example.com", "example.net", "example.org"}
    assert all(isinstance(entry.expires, datetime) for entry in report.results)
    ids = {certificate["id"] for certificate in stand.sandbox.manage("/certificates")}
    assert {entry.id for entry in report.results} <= ids


def test_one_fails(stand: Stand) -> None:
    """The other entries are done; the error has the class of the failure and holds the report."""
    revoke(stand, stand.obtain("example.com", webroot=stand.website.folder))
    stand.obtain("example.org", webroot=stand.website.folder)
    refusal = {"operation": "create_certificate", "times": "always", "effect": {"refuse": {"code": 2817}}}
    stand.sandbox.manage("/faults", refusal)
    with pytest.raises(zerossl.ApiError, match=r"renew_all: 1 of 2 entries failed: example\.com") as caught:
        stand.client.renew_all(str(stand.directory))
    report = zerossl.Renewals.from_dict(caught.value.details)
    assert report.failed == 1
    assert [(entry.name, entry.outcome) for entry in report.results] == [
        ("example.com", None),
        ("example.org", "unchanged"),
    ]
    error = report.results[0].error
    assert error is not None
    assert (error["kind"], error["api_code"], error["operation"]) == ("api", 2817, "obtain")


def test_entries_that_ask(stand: Stand) -> None:
    """The callables publish them; without callables the entries fail with an error."""
    revoke(stand, stand.obtain(publish=stand.publish, cleanup=stand.cleanup))
    with pytest.raises(zerossl.ValidationError, match="give `publish`"):
        stand.client.renew_all(stand.directory)
    report = stand.client.renew_all(stand.directory, publish=stand.publish, cleanup=stand.cleanup)
    assert [entry.outcome for entry in report.results] == ["resumed"]
    assert stand.sandbox.manage("/records") == []


def test_an_exception_comes_out(stand: Stand) -> None:
    """The same exception, and the next run continues the work."""
    revoke(stand, stand.obtain(publish=stand.publish, cleanup=stand.cleanup))
    raised = LookupError("the zone is locked")

    def publish(challenge: zerossl.Challenge) -> None:
        raise raised

    with pytest.raises(LookupError) as caught:
        stand.client.renew_all(stand.directory, publish=publish)
    assert caught.value is raised
    report = stand.client.renew_all(stand.directory, publish=stand.publish, cleanup=stand.cleanup)
    assert [entry.outcome for entry in report.results] == ["resumed"]
    assert stand.count("create_certificate") == 2


def test_not_more_orders_than_wanted(stand: Stand) -> None:
    """The rest is for the next run."""
    revoke(stand, stand.obtain(webroot=stand.website.folder))
    report = stand.client.renew_all(stand.directory, max_orders=0)
    assert [entry.outcome for entry in report.results] == ["postponed"]


def test_refused(stand: Stand) -> None:
    """By name; also for a folder that does not exist."""
    for parameter, given in {
        "jobs": {"jobs": 0},
        "max_orders": {"max_orders": -1},
        "on_event": {"on_event": 1},
    }.items():
        with pytest.raises(zerossl.InvalidArgumentError) as caught:
            stand.client.renew_all(stand.directory, **given)  # type: ignore[arg-type]
        assert caught.value.parameter == parameter
    with pytest.raises(zerossl.InvalidArgumentError) as caught:
        stand.client.renew_all(stand.directory, cleanup=stand.cleanup)
    assert caught.value.parameter == "cleanup"
    with pytest.raises(zerossl.StorageError) as missing:
        stand.client.renew_all(stand.directory)
    assert missing.value.path == str(stand.directory)
