"""Runs all examples: in docstrings, in the pages and in examples/python."""

from __future__ import annotations

import asyncio
import doctest
import os
import re
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import libzerossl as zerossl
import pytest
from libzerossl import sandbox as sandbox_module
from libzerossl.base import Base
from libzerossl.obtaining import Obtaining
from libzerossl.operations import Operations
from libzerossl.sandbox import Sandbox, find_program

from website import Website

TOP = Path(__file__).parents[2]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.fixture(autouse=True)
def no_preflight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn the preflight check off: the names of the examples are not on this machine, and no request may leave it."""
    obtain = zerossl.Client.obtain

    def without_preflight(self: zerossl.Client, domains: list[str], **given: Any) -> zerossl.Obtained:
        return obtain(self, domains, **{"preflight": "off", **given})

    monkeypatch.setattr(zerossl.Client, "obtain", without_preflight)


def examples() -> list[doctest.DocTest]:
    """The docstrings with examples."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for module in (zerossl, sandbox_module) for test in finder.find(module, module.__name__)]
    challenges = (zerossl.FileChallenge, zerossl.RecordChallenge)
    clients = (zerossl.Client, zerossl.AsyncClient, Base, Operations, Obtaining)
    for kind in (*clients, zerossl.Answer, zerossl.Event, *challenges):
        found += finder.find(kind, f"libzerossl.{kind.__name__}")
    return [test for test in found if test.examples]


@pytest.mark.parametrize("test", examples(), ids=lambda test: test.name)
def test_docstring(test: doctest.DocTest, website: Website, tmp_path: Path) -> None:
    """Run one, with a sandbox that has an issued certificate or an order if the example needs one."""
    with Sandbox(http_port=website.port) as sandbox, sandbox.client() as client:
        names: dict[str, Any] = {
            "asyncio": asyncio,
            "datetime": datetime,
            "timezone": timezone,
            "zerossl": zerossl,
            "Sandbox": Sandbox,
            "client": client,
            "access_key": sandbox.access_key,
            "base_url": sandbox.base_url,
            "directory": tmp_path / "certificates",
            "webroot": website.folder,
        }
        if re.search(r"\bissued\.", test.docstring or ""):
            names["issued"] = website.issue(client, "example.com")
        shows_orders = re.search(r"\border\.|iter_certificates|limit=10\)|limit\": 1", test.docstring or "")
        if shows_orders and "issued" not in names and not test.name.endswith("Client"):
            csr = client.generate_csr(domains=["example.com"]).csr
            names["order"] = client.create_certificate(domains=["example.com"], csr=csr, strict_domains=True)
        test.globs = names
        runner = doctest.DocTestRunner(optionflags=FLAGS)
        out: list[str] = []
        runner.run(test, out=out.append)
        assert not out, "".join(out)


class Zone:
    """Replaces the reader's own code that changes DNS records."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Use the sandbox's DNS."""
        self.sandbox = sandbox

    def add(self, name: str, type: str, value: str) -> None:
        """Add a record."""
        self.sandbox.manage("/records", {"name": name, "type": type, "value": value})

    def remove(self, name: str, type: str) -> None:
        """Remove a record."""
        self.sandbox.manage(f"/records?name={name}&type={type}", method="DELETE")


def python_blocks(page: Path) -> list[str]:
    """The Python programs of a page."""
    return re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)


@pytest.mark.parametrize("page", ["docs/python.md", "python/README.md", "python/sandbox/README.md"])
def test_pages(page: str, website: Website, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run the programs of a page one after the other, in one namespace, with the sandbox as the service."""
    folders = {"/var/www/html": str(website.folder), "/etc/zerossl": str(tmp_path / "certificates")}
    with Sandbox(http_port=website.port, access_key="your-access-key", quota=50) as sandbox:
        monkeypatch.setenv("ZEROSSL_BASE_URL", sandbox.base_url)
        monkeypatch.chdir(tmp_path)

        def publish(url: str, lines: list[str]) -> None:
            website.put(url, "\n".join(lines))

        names: dict[str, Any] = {"publish": publish, "my_dns": Zone(sandbox), "__name__": "__main__"}
        blocks = python_blocks(TOP / page)
        assert blocks
        for number, text in enumerate(blocks):
            block = text
            for shown, here in folders.items():
                block = block.replace(shown, here)
            exec(compile(block, f"{page}, block {number + 1}", "exec"), names)
    # What a page shows as a test for pytest.
    for name in [name for name in names if name.startswith("test_")]:
        marker = next(marker for marker in names[name].pytestmark if marker.name == "zerossl_sandbox")
        with Sandbox(**marker.kwargs) as own, own.client() as client:
            names[name](client)


def test_the_program_step_by_step(website: Website, tmp_path: Path) -> None:
    """examples/python/issue.py issues a certificate."""
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
        # The program is to store it here; the search for secrets takes it elsewhere for one that was left by mistake.
        (out / "privkey.pem").unlink()
        assert not list((website.folder / ".well-known/pki-validation").iterdir())


def obtain_program(sandbox: Sandbox, tmp_path: Path, *options: object) -> subprocess.Popen[str]:
    """Start examples/python/obtain.py."""
    program = [sys.executable, "-u", str(TOP / "examples/python/obtain.py")]
    given = ["--directory", tmp_path / "certificates", "--preflight", "off", *options, "example.com"]
    environment = {**os.environ, "ZEROSSL_BASE_URL": sandbox.base_url, "ZEROSSL_ACCESS_KEY": sandbox.access_key}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        program + [str(part) for part in given], env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )


def test_the_program_by_webroot(website: Website, tmp_path: Path) -> None:
    """examples/python/obtain.py, twice: the second run does nothing."""
    with Sandbox(http_port=website.port) as sandbox:
        for outcome in ("issued", "unchanged"):
            with obtain_program(sandbox, tmp_path, "--webroot", website.folder) as process:
                out, err = process.communicate(timeout=60)
            assert (process.returncode, err) == (0, "")
            last = out.splitlines()[-1]
            assert last.startswith(f"{outcome}: {tmp_path}/certificates/example.com/current/fullchain.pem, until 20")


def test_the_program_on_a_loop(website: Website, tmp_path: Path) -> None:
    """examples/python/several.py: one of the names is wrong, and the others are obtained."""
    with Sandbox(http_port=website.port) as sandbox:
        program = [sys.executable, str(TOP / "examples/python/several.py"), "--directory", tmp_path / "certificates"]
        given = ["--webroot", website.folder, "--preflight", "off", "example.com", "intranet", "example.org"]
        environment = {**os.environ, "ZEROSSL_BASE_URL": sandbox.base_url, "ZEROSSL_ACCESS_KEY": sandbox.access_key}
        done = subprocess.run(
            [*program, *given], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith("intranet: obtain: `domains[0]`: ")
    assert {"example.com: issued", "example.org: issued"} <= set(done.stdout.splitlines())


def test_the_program_by_record(tmp_path: Path) -> None:
    """Without a webroot it prints which record to add, and waits for it."""
    with Sandbox() as sandbox, obtain_program(sandbox, tmp_path) as process:
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith("add "))
        found = re.fullmatch(r"add the record (\S+) CNAME (\S+) and press Enter\n", line)
        assert found is not None
        name, value = found.groups()
        sandbox.manage("/records", {"name": name, "type": "CNAME", "value": value})
        out, err = process.communicate("\n\n", timeout=60)
    assert (process.returncode, err) == (0, "")
    assert f"the record {name} is not needed any more" in out
    assert out.splitlines()[-1].startswith("issued: ")


def test_the_program_says_what_is_wrong(tmp_path: Path) -> None:
    """In one line."""
    with Sandbox() as sandbox, obtain_program(sandbox, tmp_path, "--webroot", tmp_path, "intranet") as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.startswith("error: obtain: `domains[0]`: `intranet`: ")
