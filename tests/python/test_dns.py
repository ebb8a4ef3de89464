"""`dns="cloudflare"`: records through dns-lexicon, with a stand-in for the provider that checks each call."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import libzerossl as zerossl
import pytest
from libzerossl import providers

from cloudflare import DIRECTED, TOKEN, ZONE, Cloudflare, RefusedError, ZoneFinder
from website import Stand

TOP = Path(__file__).parents[2]
RECORD = "_0123456789abcdef0123456789abcdef.www.example.com"
TARGET = "a1b2.c3d4.0123456789.comodoca.com"
RECORDS = f"/zones/{ZONE}/dns_records"
Hook = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def cloudflare(stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloudflare]:
    """The stand-in. What is made there can be seen by the sandbox; the hook is led there by its environment."""

    def published(name: str, target: str) -> None:
        stand.sandbox.manage("/records", {"name": name, "type": "CNAME", "value": target})

    def removed(name: str, _target: str) -> None:
        stand.sandbox.manage(f"/records?name={name}", method="DELETE")

    provider, finder = Cloudflare(published, removed), ZoneFinder("example.com")
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(DIRECTED)
    environment = {
        "PYTHONPATH": str(tmp_path / "site"),
        "STAND_IN_API": provider.url,
        "STAND_IN_DNS": str(finder.port),
        "LEXICON_CLOUDFLARE_AUTH_TOKEN": TOKEN,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    yield provider
    finder.close()
    provider.close()


@pytest.fixture
def hook(cloudflare: Cloudflare) -> Hook:
    """Runs the hook as the library does."""
    del cloudflare

    def run(action: str, target: str = f"{TARGET}.", provider: str = "cloudflare") -> Any:
        command = [*providers.hook("cloudflare")[:-1], provider, action, RECORD, target]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return run


def changes(cloudflare: Cloudflare) -> list[tuple[str, str]]:
    """The calls that change something."""
    return [(method, path) for method, path, _ in cloudflare.asked if method != "GET"]


def test_obtained_and_renewed(stand: Stand, cloudflare: Cloudflare) -> None:
    """It is stored as a hook, so that a client that knows nothing of it can renew."""
    assert stand.obtain("*.example.com", dns="cloudflare").outcome == "issued"
    (created,) = [said for method, _, said in cloudflare.asked if method == "POST"]
    assert (created["type"], created["ttl"]) == ("CNAME", 300)
    assert created["name"].startswith("_")
    assert created["name"].endswith(".example.com")
    assert created["content"].endswith(".")
    assert [method for method, _ in changes(cloudflare)] == ["POST", "DELETE"]
    stored = json.loads((stand.directory / "wildcard_.example.com/request.json").read_bytes())
    assert stored["validation"] == {"method": "CNAME_CSR_HASH", "hook": providers.hook("cloudflare")}
    assert TOKEN not in json.dumps(stored)
    assert cloudflare.records == {}
    stand.client.revoke_certificate(stand.client.list_certificates(status=["issued"]).results[0].id)
    assert [entry.outcome for entry in stand.client.renew_all(stand.directory).results] == ["renewed"]
    assert [method for method, _ in changes(cloudflare)] == ["POST", "DELETE"] * 2
    assert (cloudflare.records, stand.sandbox.manage("/records")) == ({}, [])


def test_only_its_own_record(cloudflare: Cloudflare, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made once, with the TTL; an old one gives way; another target or name is not removed."""
    cloudflare.filters.remove("name")
    cloudflare.add("CNAME", "other.example.com", TARGET)
    cloudflare.add("CNAME", RECORD, "old.example.net")
    monkeypatch.setenv("LEXICON_TTL", "120")
    for _ in range(2):
        assert hook("present").returncode == 0
    assert [method for method, _ in changes(cloudflare)] == ["DELETE", "POST"]
    there = {(one["name"], one["content"]) for one in cloudflare.records.values()}
    assert there == {("other.example.com", TARGET), (RECORD, TARGET)}
    assert next(said for method, _, said in cloudflare.asked if method == "POST")["ttl"] == 120
    assert hook("cleanup", "old.example.net.").returncode == 0
    assert len(cloudflare.records) == 2
    for _ in range(2):
        assert hook("cleanup", TARGET.upper()).returncode == 0
    assert [one["name"] for one in cloudflare.records.values()] == ["other.example.com"]
    assert all(path.startswith(RECORDS) or path == "/zones" for _, path, _ in cloudflare.asked)


@pytest.mark.parametrize(
    ("method", "status", "message"),
    [
        ("GET", 401, "Authentication error"),
        ("POST", 403, "Unauthorized to access requested resource"),
        ("GET", 429, "More than 1200 requests per 300 seconds reached"),
        ("POST", 500, "Internal error"),
    ],
)
def test_what_the_provider_says(cloudflare: Cloudflare, hook: Hook, method: str, status: int, message: str) -> None:
    """It is passed on in one line, sent once, and without the token."""
    cloudflare.fault = method, RefusedError(status, 10000, f"{message} for {TOKEN}")
    done = hook("present")
    assert (done.returncode, done.stdout, cloudflare.records) == (1, "", {})
    assert done.stderr.startswith(f"zerossl-dns: cloudflare: {RECORD}: HTTP {status} ")
    assert message in done.stderr
    assert "LEXICON_CLOUDFLARE_AUTH_*" in done.stderr
    assert done.stderr.count("\n") == 1
    assert TOKEN not in done.stderr
    assert sum(asked[0] == method for asked in cloudflare.asked) == 1


def test_an_address_in_the_way(cloudflare: Cloudflare, hook: Hook) -> None:
    """It is not touched."""
    cloudflare.add("A", RECORD, "192.0.2.1")
    done = hook("present")
    assert done.returncode == 1
    assert "record with that host already exists" in done.stderr
    assert [one["type"] for one in cloudflare.records.values()] == ["A"]


def test_a_record_that_does_not_appear(cloudflare: Cloudflare, hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Success is what the provider has, not what it answers."""
    monkeypatch.setattr(cloudflare, "create", lambda said: said)
    done = hook("present")
    assert done.returncode == 1
    assert f"the provider has none there, not {TARGET}" in done.stderr


def test_another_zone(hook: Hook, cloudflare: Cloudflare, monkeypatch: pytest.MonkeyPatch) -> None:
    """A zone that the account does not have is named."""
    finder = ZoneFinder("www.example.com")
    monkeypatch.setenv("STAND_IN_DNS", str(finder.port))
    done = hook("present")
    finder.close()
    assert done.returncode == 1
    assert "No domain found (the zone is www.example.com" in done.stderr
    assert changes(cloudflare) == []


def test_a_failure_reaches_the_caller(stand: Stand, cloudflare: Cloudflare) -> None:
    """With what the hook printed, and the order is kept."""
    cloudflare.fault = "POST", RefusedError(403, 9109, "Unauthorized")
    with pytest.raises(zerossl.ValidationError, match=r"the hook `.*` failed to publish it") as caught:
        stand.obtain("*.example.com", dns="cloudflare")
    assert "HTTP 403 Forbidden" in (caught.value.details or {})["output"]
    cloudflare.fault = None
    assert stand.obtain("*.example.com", dns="cloudflare").outcome == "resumed"
    assert stand.count("create_certificate") == 1


def test_refused_before_anything_is_sent(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no provider, and what is not installed."""

    def refused(match: str, provider: Any, **given: Any) -> None:
        with pytest.raises(zerossl.InvalidArgumentError, match=match) as caught:
            stand.obtain("example.com", dns=provider, **given)
        assert caught.value.parameter == ("validation_method" if given else "dns")

    refused("no provider of that name; it knows cloudflare", "Cloudflaer")
    refused("no provider of that name; it knows aliyun, .*zonomi", "qqqqqqqq")
    refused("expected the name of a DNS provider", 3)
    refused("CNAME_CSR_HASH", "cloudflare", validation_method="HTTP_CSR_HASH")
    refused(r'needs more packages: `pip install "dns-lexicon\[route53\]"`', "route53")
    for host in ("", "/usr/bin/uwsgi"):
        monkeypatch.setattr(sys, "executable", host)
        refused("zerossl-dns", "cloudflare")
    monkeypatch.setattr(providers, "find_spec", lambda _: None)
    refused(r'`pip install "libzerossl\[dns\]"`', "cloudflare")
    assert stand.sandbox.manage("/requests") == []
    assert not stand.directory.exists()


PAGE = (TOP / "docs/dns.md").read_text()


def test_the_page(stand: Stand, cloudflare: Cloudflare) -> None:
    """Its program obtains a certificate through the stand-in."""
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    shown = 'zerossl.Client("your-access-key")'
    assert shown in program
    program = program.replace(shown, "stand.client").replace('"/etc/zerossl"', 'stand.directory, preflight="off"')
    exec(program, {"stand": stand})
    assert (stand.directory / "wildcard_.example.com/current/fullchain.pem").exists()
    assert [method for method, _ in changes(cloudflare)] == ["POST", "DELETE"]


def test_the_hook_of_the_page(stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a tool that changes the sandbox's DNS."""
    tool = f"""#!{sys.executable}
import json, sys, urllib.request
action, name, kind, target = sys.argv[1:]
there = "{stand.sandbox.management_url}/records"
record = json.dumps({{"name": name, "type": kind, "value": target}}).encode()
if action == "replace":
    urllib.request.urlopen(there, record)
else:
    urllib.request.urlopen(urllib.request.Request(there + "?name=" + name, method="DELETE"))
"""
    (hook,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for name, text in {"dns-tool": tool, "hook": hook}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert stand.obtain("*.example.com", hook=[str(tmp_path / "hook")]).outcome == "issued"
    assert stand.sandbox.manage("/records") == []


def test_the_variables_of_the_page() -> None:
    """They are those of the hook, and its JSON can be read."""
    hook = (TOP / "hooks/zerossl-nsupdate").read_text()
    assert set(re.findall(r"NSUPDATE_[A-Z_]+", PAGE)) == set(re.findall(r"NSUPDATE_[A-Z_]+", hook))
    (validation,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert json.loads(validation)["hook"][0] == "env"


def test_as_a_program() -> None:
    """The wheel has it in the folder of programs, for the other languages; and it says what it needs."""
    program = Path(sys.executable).parent / "zerossl-dns"
    done = subprocess.run([program, "cloudflare"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "zerossl-dns PROVIDER present|cleanup NAME TARGET" in done.stderr
    bare = [sys.executable, "-S", *providers.hook("cloudflare")[1:]]
    done = subprocess.run(bare, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith('is not installed: pip install "libzerossl[dns]"\n')
