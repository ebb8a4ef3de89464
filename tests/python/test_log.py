"""The log: to `logging`, if a handler listens, and never with a secret."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import libzerossl as zerossl
import pytest
from libzerossl.sandbox import Sandbox

from website import Stand

KEY = "k3y-that-must-not-be-shown"


@pytest.fixture
def client() -> Iterator[zerossl.Client]:
    """A client of a sandbox with its own access key."""
    with Sandbox(access_key=KEY) as sandbox:
        yield sandbox.client()


def test_calls_and_lists_are_logged(client: zerossl.Client, caplog: pytest.LogCaptureFixture) -> None:
    """One line for an exchange, on the logger `libzerossl`."""
    with caplog.at_level(logging.DEBUG, "libzerossl"):
        client.list_certificates()
        list(client.iter_certificates())
    lines = [record.getMessage() for record in caplog.records if record.name == "libzerossl"]
    assert len(lines) == 2
    assert all("/certificates" in line and "HTTP 200" in line for line in lines)
    assert all(record.levelno == logging.DEBUG for record in caplog.records)


def test_records_have_fields(client: zerossl.Client, caplog: pytest.LogCaptureFixture) -> None:
    """For logs in JSON, and for filters; those that do not apply are None or absent."""
    with caplog.at_level(logging.DEBUG, "libzerossl"):
        with pytest.raises(zerossl.ApiError):
            client.get_certificate("0" * 32)
        asyncio.run(fail_to_connect())
        list(client.iter_certificates())
    got, *lost, listed = (vars(record) for record in caplog.records if record.name == "libzerossl")
    assert got["operation"] == "get_certificate"
    assert (got["method"], got["path"], got["attempt"], got["http_status"]) == ("GET", "/certificates/{id}", 1, 200)
    assert 0 < got["duration"] < 10
    assert got["error"] is None
    assert [fields.get("error") for fields in lost] == ["network", None, "network"]
    assert [fields.get("attempt") for fields in lost] == [1, None, 2]
    assert lost[1]["pause"] > 0
    assert (listed["operation"], listed["path"]) == ("list_certificates", "/certificates")


def test_records_of_obtain_name_the_entry(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    """And the stage."""
    with caplog.at_level(logging.DEBUG, "libzerossl"):
        stand.obtain("example.com", webroot=stand.website.folder)
    fields = [vars(record) for record in caplog.records if record.name == "libzerossl"]
    assert {record["operation"] for record in fields} == {"obtain"}
    assert {"order", "verify", "done"} <= {record.get("stage") for record in fields}
    assert {record["entry"] for record in fields if "entry" in record} == {"example.com"}


async def fail_to_connect() -> None:
    """Call a service that is not there, twice."""
    async with zerossl.AsyncClient(KEY, base_url="http://127.0.0.1:9", max_retries=1) as client:
        with pytest.raises(zerossl.NetworkError):
            await client.list_certificates()


def test_nothing_is_logged_unasked(client: zerossl.Client, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing on stdout or stderr either."""
    client.list_certificates()
    with pytest.raises(zerossl.ApiError):
        client.get_certificate("0" * 32)
    out = capfd.readouterr()
    assert (out.out, out.err) == ("", "")


def test_what_a_handler_raises_ends_the_call(client: zerossl.Client) -> None:
    """So does a Ctrl-C that arrives while a line is written."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise KeyboardInterrupt

    logger = logging.getLogger("libzerossl")
    handler = Handler()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        with pytest.raises(KeyboardInterrupt):
            client.list_certificates()
        with pytest.raises(KeyboardInterrupt):
            list(client.iter_certificates())
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


def test_no_key_is_shown(client: zerossl.Client, caplog: pytest.LogCaptureFixture) -> None:
    """Not in a repr, an error or a log line; nor is the key of EAB credentials."""
    with caplog.at_level(logging.DEBUG):
        credentials = client.generate_eab_credentials()
        order = client.generate_csr(domains=["example.com"])
        shown = [repr(client), repr(credentials), repr(order)]
        for call in (
            lambda: client.get_certificate("0" * 32),
            lambda: client.request(method="GET", path=f"/{KEY}"),
            lambda: client.get_certificate(KEY + "/"),
        ):
            with pytest.raises(zerossl.Error) as caught:
                call()
            shown += [repr(caught.value), str(caught.value), str(caught.value.to_dict())]
    text = "\n".join([*shown, caplog.text])
    assert order.private_key is not None
    for secret in (KEY, credentials.eab_hmac_key, order.private_key.splitlines()[1]):
        assert secret not in text
