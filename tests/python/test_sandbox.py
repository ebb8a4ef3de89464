"""The sandbox, started from Python."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from pathlib import Path
from typing import Any

import libzerossl as zerossl
import pytest
from libzerossl.sandbox import Sandbox

from website import Stand

# A request for example.com without a country in its subject.
CSR = Path(__file__).parents[2].joinpath("sandbox/tests/sandbox/support/plain.pem").read_text()


def create(sandbox: Sandbox) -> Any:
    """Order with that request, without libzerossl's client."""
    connection = http.client.HTTPConnection(sandbox.base_url.removeprefix("http://"))
    body = {"certificate_domains": "example.com", "certificate_csr": CSR}
    headers = {"Authorization": f"ApiKey {sandbox.access_key}", "Content-Type": "application/json"}
    connection.request("POST", "/certificates", json.dumps(body), headers)
    answer = json.load(connection.getresponse())
    connection.close()
    return answer


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        ({}, False),
        ({"require_country": True}, True),
        ({"as_of": "2026-08-15"}, True),
        ({"as_of": "2026-08-15", "require_country": False}, False),
        ({"settings": {"require_country": True}}, True),
    ],
)
def test_a_country_may_be_required(options: dict[str, Any], *, refused: bool) -> None:
    """By an option, by date, or by the setting."""
    with Sandbox(**options) as sandbox:
        answer = create(sandbox)
        if refused:
            assert answer["error"] == {"code": 2844, "type": "missing_country_code"}
        else:
            assert answer["status"] == "draft"


def test_settings_are_given_by_name() -> None:
    """All settings without a separate parameter; a wrong one is reported."""
    given = {"validation_timeout_seconds": 2.5, "caa": "stall", "brands": ["bank"], "longest_lifetime_days": None}
    with Sandbox(settings=given) as sandbox:
        settings = sandbox.manage("/settings")
        assert {name: settings[name] for name in given} == given
    with pytest.raises(RuntimeError, match="unknown field `nothing`"):
        Sandbox(settings={"nothing": 1})


def test_clocks_move_together(stand: Stand) -> None:
    """What is due in 61 days is renewed after 61 days; a client of the real service stays where it is."""

    def obtain() -> str:
        return stand.obtain(webroot=stand.website.folder).outcome

    assert [obtain(), obtain()] == ["issued", "unchanged"]
    stand.sandbox.advance(stand.client, days=61)
    assert [obtain(), obtain()] == ["renewed", "unchanged"]
    with zerossl.Client("a-key") as client, pytest.raises(zerossl.InvalidArgumentError, match="loopback"):
        stand.sandbox.advance(client, days=1)


def test_it_may_have_the_name_of_the_service() -> None:
    """Its certificate is for the given names, and its own clients still trust it."""
    with Sandbox(tls_names=["api.zerossl.com"]) as sandbox, sandbox.client() as client:
        assert client.list_certificates().total_count == 0
        trust = ssl.create_default_context(cadata=sandbox.root_pem)
        host, _, port = sandbox.base_url.removeprefix("https://").partition(":")
        with socket.create_connection((host, int(port))) as stream:
            trust.wrap_socket(stream, server_hostname="api.zerossl.com").close()
        with socket.create_connection((host, int(port))) as stream, pytest.raises(ssl.SSLCertVerificationError):
            trust.wrap_socket(stream, server_hostname="other.zerossl.com")
