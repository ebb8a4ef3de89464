"""What is shown is run: the examples in docstrings, in the pages and in examples/python."""

from __future__ import annotations

import doctest
import http.server
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import libzerossl as zerossl
import pytest
from libzerossl import sandbox as sandbox_module
from libzerossl.sandbox import Sandbox, find_program

TOP = Path(__file__).parents[2]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Website:
    """What the names of an order show: a folder on a port of this machine."""

    def __init__(self, folder: Path) -> None:
        """Serve the folder."""
        handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
        self.folder = folder
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def issue(self, client: zerossl.Client, name: str) -> zerossl.Certificate:
        """Order a certificate for a name and validate it."""
        csr = client.generate_csr(domains=[name]).csr
        order = client.create_certificate(domains=[name], csr=csr, strict_domains=True)
        file = order.validation.other_methods[name]
        path = self.folder / str(file.file_validation_url_http).split("/", 3)[3]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(file.file_validation_content))
        client.verify_domains(order.id, validation_method="HTTP_CSR_HASH")
        return client.get_certificate(order.id)


@pytest.fixture
def website(tmp_path: Path) -> Iterator[Website]:
    """A website in an empty folder."""
    site = Website(tmp_path / "www")
    site.folder.mkdir()
    yield site
    site.server.shutdown()
    site.server.server_close()


def examples() -> list[doctest.DocTest]:
    """The docstrings with examples."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for module in (zerossl, sandbox_module) for test in finder.find(module, module.__name__)]
    found += finder.find(zerossl.Client, "libzerossl.Client")
    return [test for test in found if test.examples]


@pytest.mark.parametrize("test", examples(), ids=lambda test: test.name)
def test_docstring(test: doctest.DocTest, website: Website) -> None:
    """Run one, beside a sandbox with an issued certificate or an order where the example speaks of one."""
    with Sandbox(http_port=website.port) as sandbox, sandbox.client() as client:
        names: dict[str, Any] = {
            "zerossl": zerossl,
            "Sandbox": Sandbox,
            "client": client,
            "access_key": sandbox.access_key,
            "base_url": sandbox.base_url,
        }
        if re.search(r"\bissued\.", test.docstring or ""):
            names["issued"] = website.issue(client, "example.com")
        shows_orders = re.search(r"\border\.|iter_certificates|limit=10\)|limit\": 1", test.docstring or "")
        if shows_orders and "issued" not in names and test.name != "libzerossl.Client":
            csr = client.generate_csr(domains=["example.com"]).csr
            names["order"] = client.create_certificate(domains=["example.com"], csr=csr, strict_domains=True)
        test.globs = names
        runner = doctest.DocTestRunner(optionflags=FLAGS)
        out: list[str] = []
        runner.run(test, out=out.append)
        assert not out, "".join(out)


def python_blocks(page: Path) -> list[str]:
    """The Python programs of a page."""
    return re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)


@pytest.mark.parametrize("page", ["docs/python.md", "python/README.md", "python/sandbox/README.md"])
def test_pages(page: str, website: Website, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run the programs of a page one after the other, in one namespace, with the sandbox as the service."""
    with Sandbox(http_port=website.port, access_key="your-access-key", quota=50) as sandbox:
        monkeypatch.setenv("ZEROSSL_BASE_URL", sandbox.base_url)
        monkeypatch.chdir(tmp_path)

        def publish(url: str, lines: list[str]) -> None:
            path = website.folder / url.split("/", 3)[3]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines))

        names: dict[str, Any] = {"publish": publish, "__name__": "__main__"}
        blocks = python_blocks(TOP / page)
        assert blocks
        for number, block in enumerate(blocks):
            exec(compile(block, f"{page}, block {number + 1}", "exec"), names)


def test_the_example_program(website: Website, tmp_path: Path) -> None:
    """examples/python/issue.py goes the whole way."""
    with Sandbox(http_port=website.port) as sandbox:
        out = tmp_path / "certificates"
        out.mkdir()
        command = [
            sys.executable,
            TOP / "examples/python/issue.py",
            "--webroot",
            website.folder,
            "--out",
            out,
            "example.com",
        ]
        environment = {
            **os.environ,
            "ZEROSSL_BASE_URL": sandbox.base_url,
            "ZEROSSL_ACCESS_KEY": sandbox.access_key,
            "ZEROSSL_SANDBOX": find_program(),
        }
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert sorted(path.name for path in out.iterdir()) == ["cert.pem", "chain.pem", "fullchain.pem", "privkey.pem"]
        assert (out / "privkey.pem").stat().st_mode & 0o777 == 0o600
        assert not list((website.folder / ".well-known/pki-validation").iterdir())
