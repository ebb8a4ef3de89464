"""The client with the sandbox: a full order, settings, closing, threads."""

from __future__ import annotations

import http.server
import pickle
import socket
import sysconfig
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import libzerossl as zerossl
import pytest
from libzerossl.sandbox import Sandbox


@pytest.fixture
def webroot(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A folder, and the port that serves it."""
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    handler.keywords["directory"] = str(tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path, server.server_address[1]
        server.shutdown()


def test_from_names_to_a_certificate(webroot: tuple[Path, int]) -> None:
    """Order, publish, verify, download, list, revoke."""
    folder, port = webroot
    with Sandbox(http_port=port) as sandbox, sandbox.client() as client:
        request = client.generate_csr(domains=["example.com", "www.example.com"])
        assert request.private_key is not None
        order = client.create_certificate(
            domains=["example.com", "www.example.com"], csr=request.csr, validity_days=90, strict_domains=True
        )
        assert (order.status, order.additional_domains) == ("draft", ["www.example.com"])
        assert isinstance(order.created, datetime)
        assert order.created.utcoffset() == timedelta(0)
        assert abs(datetime.now(timezone.utc) - order.created) < timedelta(minutes=5)
        for name, file in order.validation.other_methods.items():
            assert file.file_validation_url_http is not None
            assert name in file.file_validation_url_http
            path = folder / file.file_validation_url_http.split("/", 3)[3]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(file.file_validation_content))
        client.verify_domains(order.id, validation_method="HTTP_CSR_HASH")
        assert client.get_certificate(order.id).status == "issued"
        files = client.download_certificate(order.id)
        assert files.fullchain == files.certificate + files.ca_bundle
        assert [found.id for found in client.iter_certificates(status=["issued"])] == [order.id]
        assert client.revoke_certificate(order.id, reason="Superseded").success is True


def test_over_tls() -> None:
    """The sandbox's own CA is known to its clients only."""
    with Sandbox(tls=True) as sandbox:
        assert sandbox.base_url.startswith("https://")
        with sandbox.client() as client:
            assert client.list_certificates().total_count == 0
        with sandbox.client(ca_file=None, max_retries=0) as stranger, pytest.raises(zerossl.TlsError):
            stranger.list_certificates()


def test_all_certificates_page_by_page(zerossl_sandbox: Sandbox) -> None:
    """The iterator fetches each page once, when it is needed; leaving the loop early ends it."""
    with Sandbox(quota=100) as sandbox, sandbox.client() as client:
        csr = client.generate_csr(domains=["example.com"]).csr
        for _ in range(7):
            client.create_certificate(domains=["example.com"], csr=csr, strict_domains=True)
        ids = [certificate.id for certificate in client.iter_certificates(limit=3)]
        assert len(ids) == len(set(ids)) == 7
        some = client.iter_certificates(limit=3)
        assert next(some).id == ids[0]
        del some
        with pytest.raises(zerossl.InvalidArgumentError, match="limit"):
            next(client.iter_certificates(limit=0))


def test_settings() -> None:
    """Wrong ones are named; the environment is read; unknown ones are refused by the signature."""
    for name, value in {"timeout": -1, "auth": "basic", "roots": "mine", "max_retries": 1.5, "proxy": 7}.items():
        with pytest.raises(zerossl.InvalidArgumentError) as caught:
            zerossl.Client("key", **{name: value})
        assert caught.value.parameter == name
    with pytest.raises(TypeError):
        zerossl.Client("key", tiemout=3)  # type: ignore[call-arg]
    with pytest.raises(zerossl.InvalidArgumentError, match="ca_file"):
        zerossl.Client("key", ca_file=Path("/nowhere/ca.pem"))


def test_no_key(monkeypatch: pytest.MonkeyPatch, zerossl_sandbox: Sandbox) -> None:
    """It is required at the first call that needs it, and read from the environment."""
    monkeypatch.delenv("ZEROSSL_ACCESS_KEY", raising=False)
    with zerossl.Client(base_url=zerossl_sandbox.base_url) as client:
        client.generate_csr(domains=["example.com"])
        with pytest.raises(zerossl.AuthError, match="ZEROSSL_ACCESS_KEY"):
            client.list_certificates()
    monkeypatch.setenv("ZEROSSL_ACCESS_KEY", zerossl_sandbox.access_key)
    monkeypatch.setenv("ZEROSSL_BASE_URL", zerossl_sandbox.base_url)
    with zerossl.Client() as client:
        assert client.list_certificates().total_count == 0


def test_a_closed_client(zerossl_sandbox: Sandbox) -> None:
    """It reports that; closing again does no harm."""
    client = zerossl_sandbox.client()
    client.close()
    client.close()
    with pytest.raises(zerossl.InvalidArgumentError, match="closed"):
        client.list_certificates()
    with pytest.raises(zerossl.InvalidArgumentError, match="closed"):
        next(client.iter_certificates())


def test_what_a_client_is_not_for(zerossl_client: zerossl.Client) -> None:
    """Neither shown with its key, nor pickled."""
    assert "sandbox-key" not in repr(zerossl_client)
    assert "127.0.0.1" in repr(zerossl_client)
    with pytest.raises(TypeError, match="access key"):
        pickle.dumps(zerossl_client)


def test_eight_threads_on_one_client(zerossl_client: zerossl.Client) -> None:
    """Each gets its own answer."""
    csr = zerossl_client.generate_csr(domains=["example.com"]).csr
    orders = [zerossl_client.create_certificate(domains=["example.com"], csr=csr) for _ in range(3)]

    def work(number: int) -> None:
        order = orders[number % len(orders)]
        for _ in range(25):
            assert zerossl_client.get_certificate(order.id).id == order.id
            assert {found.id for found in zerossl_client.iter_certificates()} == {order.id for order in orders}

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))


def test_parameters_are_checked_before_anything_is_sent(zerossl_client: zerossl.Client) -> None:
    """A value without a JSON form is refused by name, and so is a value of the wrong type."""
    wrong: list[tuple[str, dict[str, object]]] = [
        ("domains", {"domains": {"example.com"}, "csr": "x"}),
        ("domains", {"domains": "example.com", "csr": "x"}),
        ("domains", {"domains": b"example.com", "csr": "x"}),
        ("domains[0]", {"domains": ["not a name"], "csr": "x"}),
        ("csr", {"domains": ["example.com"], "csr": "no PEM"}),
        ("csr", {"domains": ["example.com"], "csr": "\ud800"}),
        ("validity_days", {"domains": ["example.com"], "csr": "x", "validity_days": 10**30}),
        ("validity_days", {"domains": ["example.com"], "csr": "x", "validity_days": float("nan")}),
    ]
    for parameter, parameters in wrong:
        with pytest.raises(zerossl.InvalidArgumentError) as caught:
            zerossl_client.create_certificate(**parameters)  # type: ignore[arg-type]
        assert caught.value.parameter in (parameter, "csr"), caught.value
        assert caught.value.operation == "create_certificate"
    nested: list[object] = []
    nested.append(nested)
    with pytest.raises(zerossl.InvalidArgumentError, match="nested"):
        zerossl_client.request(method="POST", path="/certificates", body={"a": nested})


def test_what_is_tested_is_what_was_installed() -> None:
    """Not the source tree."""
    assert zerossl.__file__ is not None
    assert Path(sysconfig.get_path("platlib")) in Path(zerossl.__file__).parents


def test_the_environments_proxy_is_named_where_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower case first, as curl; the error names the variable, but not the user."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    monkeypatch.setenv("https_proxy", f"http://user:s3cret@127.0.0.1:{port}")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "0.0.1, example.com:443")
    client = zerossl.Client("key", base_url="https://api.example.com", proxy="env", max_retries=0)
    with pytest.raises(zerossl.NetworkError) as caught:
        client.list_certificates()
    assert f"the proxy 127.0.0.1:{port} refused the connection" in caught.value.message
    assert "`https_proxy` in the environment" in caught.value.message
    assert "s3cret" not in caught.value.message
