"""The forms in which parameters may be given, and what is refused before anything is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import libzerossl as zerossl
import pytest
from libzerossl.sandbox import Sandbox

from conftest import SilentServer
from website import Stand

NAMES = ["example.com", "www.example.com"]


def refused(call: Callable[[], object]) -> zerossl.InvalidArgumentError:
    """Return the exception of a call."""
    with pytest.raises(zerossl.InvalidArgumentError) as caught:
        call()
    return caught.value


@pytest.fixture
def nobody() -> Iterator[zerossl.Client]:
    """A client that reaches nobody: what is refused is refused here."""
    with zerossl.Client("key", base_url="http://127.0.0.1:9", max_retries=0) as client:
        yield client


@pytest.mark.parametrize(
    "given", [tuple(NAMES), (name for name in NAMES), iter(NAMES), dict.fromkeys(NAMES).keys(), map(str.lower, NAMES)]
)
def test_names_in_order(zerossl_client: zerossl.Client, given: Any) -> None:
    """Anything that gives them one after the other; the first one becomes the CN."""
    request = zerossl_client.generate_csr(domains=given)
    order = zerossl_client.create_certificate(domains=NAMES, csr=request.csr, strict_domains=True)
    assert (order.common_name, order.additional_domains) == (NAMES[0], NAMES[1:])


@pytest.mark.parametrize("given", [set(NAMES), frozenset(NAMES)])
def test_a_set_of_names_is_refused(nobody: zerossl.Client, tmp_path: Path, given: Any) -> None:
    """Its order, and so the CN, would be another one in each process."""
    for call in (
        lambda: nobody.generate_csr(domains=given),
        lambda: nobody.create_certificate(domains=given, csr="x"),
        lambda: nobody.obtain(given, directory=tmp_path, webroot=tmp_path),
    ):
        error = refused(call)
        assert error.parameter == "domains"
        assert "a set has no order" in error.message
    hooked = refused(lambda: nobody.obtain(NAMES, directory=tmp_path, webroot=tmp_path, deploy_hook=given))
    assert (hooked.parameter, "a set has no order" in hooked.message) == ("deploy_hook", True)


@pytest.mark.parametrize("given", ["example.com", b"example.com", {"example.com": 1}, 7, [b"example.com"]])
def test_other_names_are_refused(nobody: zerossl.Client, given: Any) -> None:
    """One text is no list, and neither are bytes or a mapping."""
    assert refused(lambda: nobody.generate_csr(domains=given)).parameter in {"domains", "domains[0]"}


def test_filters_may_be_sets_and_generators(zerossl_client: zerossl.Client) -> None:
    """Their order means nothing."""
    csr = zerossl_client.generate_csr(domains=NAMES).csr
    order = zerossl_client.create_certificate(domains=NAMES, csr=csr, strict_domains=True)
    assert zerossl_client.list_certificates(status={"draft", "issued"}).total_count == 1
    assert [found.id for found in zerossl_client.iter_certificates(status=iter(["draft"]))] == [order.id]
    assert zerossl_client.cancel_drafts(older_than=0, keep={order.id}).selected == []


def test_pem_as_bytes(zerossl_client: zerossl.Client) -> None:
    """As it is read from a file; DER is refused."""
    first = zerossl_client.generate_csr(domains=NAMES)
    assert first.private_key is not None
    again = zerossl_client.generate_csr(domains=NAMES, private_key=first.private_key.encode())
    order = zerossl_client.create_certificate(domains=NAMES, csr=again.csr.encode(), strict_domains=True)
    assert order.status == "draft"
    error = refused(lambda: zerossl_client.create_certificate(domains=NAMES, csr=bytes(range(128, 256))))
    assert (error.parameter, "DER" in error.message) == ("csr", True)


def test_periods(silent_server: SilentServer, zerossl_client: zerossl.Client) -> None:
    """A `timedelta` is as good as a number of seconds."""
    client = zerossl.Client("key", base_url=silent_server.url, timeout=timedelta(milliseconds=200), max_retries=0)
    with pytest.raises(zerossl.TimeoutError):
        client.get_certificate("abc")
    csr = zerossl_client.generate_csr(domains=NAMES).csr
    order = zerossl_client.create_certificate(domains=NAMES, csr=csr, strict_domains=True)
    with pytest.raises(zerossl.TimeoutError):
        zerossl_client.wait_until_issued(
            order.id, deadline=timedelta(seconds=0.1), poll_interval=timedelta(seconds=0.05)
        )
    assert zerossl_client.cancel_drafts(older_than=timedelta(days=1)).selected == []
    assert zerossl_client.cancel_drafts(older_than=timedelta()).selected == [order]
    assert refused(lambda: zerossl_client.cancel_drafts(older_than=timedelta(days=-1))).parameter == "older_than"


def test_paths_in_commands(stand: Stand, tmp_path: Path) -> None:
    """A program is often a `Path`."""
    seen = tmp_path / "seen"
    hook = tmp_path / "hook"
    hook.write_text('#!/bin/sh\necho >> "$1"\n')
    hook.chmod(0o755)
    stand.obtain("example.com", webroot=stand.website.folder, deploy_hook=[hook, seen])
    assert seen.exists()
    checked = stand.obtain("example.org", hook=[tmp_path / "absent"], dry_run=True)
    assert any(str(tmp_path / "absent") in str(finding.message) for finding in checked.findings)


@pytest.mark.parametrize("given", [{"limit": 0}, {"status": 7}, {"status": "draft"}, {"search": "\ud800"}])
def test_an_iterator_is_checked_when_it_is_made(zerossl_sandbox: Sandbox, given: dict[str, Any]) -> None:
    """Not by the loop that comes later; and nothing is sent before that loop."""
    name = next(iter(given))
    with zerossl_sandbox.client() as client:
        assert refused(lambda: client.iter_certificates(**given)).parameter == name
        certificates = client.iter_certificates(limit=5)
        assert zerossl_sandbox.manage("/requests") == []
        assert list(certificates) == []
    assert refused(lambda: zerossl_sandbox.async_client().iter_certificates(**given)).parameter == name
    assert refused(client.iter_certificates).message.startswith("list_certificates: the client is closed")


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"webroot": 7}, "webroot"),
        ({"listen": "80"}, "listen"),
        ({"webroot": "/w", "validation_method": "DNS"}, "validation_method"),
        ({"validation": {"method": "HTTP_CSR_HASH", "listen": "80"}}, "validation.listen"),
    ],
)
def test_a_parameter_is_named_as_it_was_written(
    nobody: zerossl.Client, tmp_path: Path, given: dict[str, Any], parameter: str
) -> None:
    """In the attribute and in the text, for both clients."""
    patient = zerossl.AsyncClient("key", base_url="http://127.0.0.1:9")
    for call in (
        lambda: nobody.obtain(NAMES, directory=tmp_path, **given),
        lambda: asyncio.run(patient.obtain(NAMES, directory=tmp_path, **given)),
    ):
        error = refused(call)
        assert error.parameter == parameter
        assert str(error).startswith(f"obtain: `{parameter}`: ")
        assert error.args == (str(error),)
