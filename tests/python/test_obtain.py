"""`obtain`: every way to prove control of the names, its answers, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import libzerossl as zerossl
import pytest
from libzerossl import _native

from website import Stand

NOBODY = "http://127.0.0.1:9"
FILES = ["cert", "chain", "combined", "fullchain", "privkey"]
PARAMETERS = next(
    operation["parameters"]["properties"]
    for operation in json.loads(_native.describe())["operations"]
    if operation["name"] == "obtain"
)


@pytest.mark.parametrize("way", ["path", "text", "mapping", "whole", "whole mapping"])
def test_by_webroot(stand: Stand, way: str) -> None:
    """The file was served, the certificate is stored, the webroot is clean; and the second call does nothing."""
    folder = stand.website.folder
    given: dict[str, Any] = {
        "path": {"webroot": folder},
        "text": {"webroot": str(folder)},
        "mapping": {"webroot": {"example.com": folder, "www.example.com": str(folder)}},
        "whole": {"validation": {"method": "HTTP_CSR_HASH", "webroot": str(folder)}},
        "whole mapping": {
            "validation": {"method": "HTTP_CSR_HASH", "webroot": {"example.com": folder, "www.example.com": folder}}
        },
    }[way]
    result = stand.obtain("example.com", "www.example.com", **given)
    assert result.outcome == "issued"
    assert result.certificate is not None
    assert (result.certificate.status, result.certificate.common_name) == ("issued", "example.com")
    assert result.deployed is True
    assert sorted(result.files) == FILES
    assert Path(result.files["privkey"]).stat().st_mode & 0o777 == 0o600
    assert Path(result.files["fullchain"]).read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert Path(result.files["cert"]).is_relative_to(stand.directory / "example.com/current")
    assert not list(folder.iterdir())
    again = stand.obtain("example.com", "www.example.com", **given)
    assert (again.outcome, again.files) == ("unchanged", result.files)
    assert stand.count("create_certificate") == 1


def test_a_dry_run_finds_all_problems(stand: Stand) -> None:
    """The problems are records, and nothing was ordered or stored."""
    webroot = {"example.com": stand.website.folder, "www.example.com": stand.website.folder / "absent"}
    checked = stand.obtain(
        "example.com", "www.example.com", webroot=webroot, deploy_hook=["/nonexistent/hook"], dry_run=True
    )
    assert (checked.outcome, checked.certificate, checked.files) == ("checked", None, {})
    found = [(finding.stage, finding.level, finding.domain) for finding in checked.findings]
    assert found == [("publish", "error", "www.example.com"), ("deploy", "error", None)]
    assert "webroot.www.example.com" in checked.findings[0].message
    assert stand.count("create_certificate") == 0
    assert not stand.client.list_entries(stand.directory).entries


def test_by_callables(stand: Stand) -> None:
    """They are called on this thread, with a record; what was published is removed."""
    seen: list[tuple[str, zerossl.RecordChallenge, threading.Thread]] = []

    def publish(challenge: zerossl.RecordChallenge) -> str:
        seen.append(("publish", challenge, threading.current_thread()))
        stand.publish(challenge)
        return "whatever"

    def cleanup(challenge: zerossl.RecordChallenge) -> None:
        seen.append(("cleanup", challenge, threading.current_thread()))
        stand.cleanup(challenge)

    result = stand.obtain("*.example.com", publish=publish, cleanup=cleanup)
    assert result.outcome == "issued"
    assert Path(result.files["cert"]).parts[-3] == "wildcard_.example.com"
    assert [(what, thread) for what, _, thread in seen] == [
        ("publish", threading.current_thread()),
        ("cleanup", threading.current_thread()),
    ]
    challenge = seen[0][1]
    assert type(challenge) is zerossl.RecordChallenge
    assert (challenge.domain, challenge.method) == ("*.example.com", "CNAME_CSR_HASH")
    assert challenge.name.startswith("_")
    assert challenge.name.endswith(".example.com")
    assert challenge.target.endswith(".")
    assert seen[1][1] == challenge
    assert stand.sandbox.manage("/records") == []


def test_by_callables_with_files(stand: Stand) -> None:
    """One for each name; without `cleanup` they stay, and there are no more calls."""
    seen: list[zerossl.Challenge] = []

    def publish(challenge: zerossl.Challenge) -> None:
        assert isinstance(challenge, zerossl.FileChallenge)
        seen.append(challenge)
        stand.website.put(challenge.url, challenge.content)

    names = ["example.com", "www.example.com"]
    given: dict[str, Any] = {"publish": publish, "validation_method": "HTTP_CSR_HASH"}
    assert stand.obtain(*names, **given).outcome == "issued"
    assert sorted(challenge.domain for challenge in seen) == names
    for challenge in seen:
        assert isinstance(challenge, zerossl.FileChallenge)
        assert challenge.url == f"http://{challenge.domain}/.well-known/pki-validation/{challenge.file}"
        assert len(challenge.content.splitlines()) == 3
    assert stand.obtain(*names, **given).outcome == "unchanged"
    assert len(seen) == 2


def test_by_listening(stand: Stand) -> None:
    """On a port that the system chooses; an event has its number."""

    def on_event(event: zerossl.Event) -> None:
        if event.port:
            assert event.address == f"127.0.0.1:{event.port}"
            stand.sandbox.manage("/addresses", {"name": "example.com", "address": event.address})

    assert stand.obtain(listen="127.0.0.1:0", on_event=on_event).outcome == "issued"


def test_a_child_of_fork_that_lives_on(stand: Stand) -> None:
    """It has the descriptors of the listener, which ends all the same."""
    children: list[int] = []

    def on_event(event: zerossl.Event) -> None:
        if event.port:
            stand.sandbox.manage("/addresses", {"name": "example.com", "address": event.address})
            child = os.fork()
            if child == 0:
                # It ends at last, so that a failure does not hang.
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(30)
                while True:
                    signal.pause()
            children.append(child)

    try:
        assert stand.obtain(listen="127.0.0.1:0", on_event=on_event).outcome == "issued"
        lives = os.waitid(os.P_PID, children[0], os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        assert lives, "it was not waited for"
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def test_by_mail(stand: Stand) -> None:
    """The certificate is issued once the mail's link was followed."""

    def on_event(event: zerossl.Event) -> None:
        if event.stage == "wait":
            for mail in stand.sandbox.manage("/mails"):
                stand.sandbox.manage(f"/mails/{mail['token']}/answer")

    assert stand.obtain(emails={"example.com": "admin@example.com"}, on_event=on_event).outcome == "issued"


HOOK = """
import http.client, json, sys
_, host, action, name, target = sys.argv
body = json.dumps({"name": name, "type": "CNAME", "value": target})
connection = http.client.HTTPConnection(host)
if action == "present":
    connection.request("POST", "/records", body, {"Content-Type": "application/json"})
else:
    connection.request("DELETE", "/records?name=" + name)
sys.exit(connection.getresponse().status != 200)
"""


def test_by_hook(stand: Stand) -> None:
    """A command with instructions in its environment."""
    hook = [sys.executable, "-c", HOOK, stand.sandbox.management_url.removeprefix("http://")]
    assert stand.obtain(hook=hook).outcome == "issued"
    assert stand.sandbox.manage("/records") == []


def test_out_of_time_and_on_again(stand: Stand) -> None:
    """The order waits at the service, and the next call finds it issued."""
    stand.hold_back()
    waiting = stand.obtain(webroot=stand.website.folder, deadline=0.5)
    assert (waiting.outcome, waiting.files, waiting.deployed) == ("pending", {}, None)
    assert waiting.certificate is not None
    stand.issue_what_waits()
    done = stand.obtain(webroot=stand.website.folder)
    assert done.outcome == "resumed"
    assert done.certificate is not None
    assert done.certificate.id == waiting.certificate.id
    assert stand.count("create_certificate") == 1


def test_given_up(stand: Stand) -> None:
    """The order is cancelled at the service."""
    stand.hold_back()
    stand.obtain(webroot=stand.website.folder, deadline=0.5)
    given_up = stand.obtain(webroot=stand.website.folder, abandon=True)
    assert given_up.outcome == "abandoned"
    assert [certificate["status"] for certificate in stand.sandbox.manage("/certificates")] == ["cancelled"]


def test_the_service_cannot_validate(stand: Stand) -> None:
    """The error says what was expected where, for each name."""
    with pytest.raises(zerossl.ValidationError) as caught:
        stand.obtain(publish=lambda _: None, deadline=3)
    assert list(caught.value.domains) == ["example.com"]
    assert caught.value.operation == "obtain"


def nothing(_: object) -> None:
    """Do nothing."""


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({}, "validation"),
        ({"webroot": "/w", "listen": "127.0.0.1:0"}, "listen"),
        ({"webroot": "/w", "hook": ["h"]}, "hook"),
        ({"hook": ["h"], "publish": nothing}, "publish"),
        ({"publish": nothing, "emails": {"example.com": "a@example.com"}}, "emails"),
        ({"validation": {"method": "HTTP_CSR_HASH", "webroot": "/w"}, "webroot": "/w"}, "webroot"),
        ({"validation": {"method": "CNAME_CSR_HASH"}}, "validation"),
        ({"validation": {"method": "HTTP_CSR_HASH", "webroot": None}}, "validation"),
        ({"validation": {"method": "CNAME_CSR_HASH"}, "publish": nothing}, "publish"),
        ({"validation": {"method": "EMAIL"}}, "validation.emails"),
        ({"validation": "HTTP_CSR_HASH"}, "validation"),
        ({"validation": {"method": "HTTP_CSR_HASH", "listen": "x"}}, "validation.listen"),
        (
            {"validation": {"method": "HTTP_CSR_HASH", "webroot": "/w"}, "validation_method": "HTTPS_CSR_HASH"},
            "validation_method",
        ),
        ({"webroot": "/w", "validation_method": "CNAME_CSR_HASH"}, "webroot"),
        ({"webroot": "/w", "validation_method": "DNS"}, "validation_method"),
        ({"webroot": 7}, "webroot"),
        ({"webroot": b"/w"}, "validation"),
        ({"hook": "h"}, "hook"),
        ({"listen": 80}, "listen"),
        ({"emails": {"example.org": "a@example.org"}}, "emails.example.org"),
        ({"cleanup": nothing, "webroot": "/w"}, "cleanup"),
        ({"publish": "publish"}, "publish"),
        ({"publish": nothing, "cleanup": 1}, "cleanup"),
        ({"webroot": "/w", "on_event": []}, "on_event"),
        ({"webroot": "/w", "directory": 7}, "directory"),
    ],
)
def test_refused(tmp_path: Path, given: dict[str, Any], parameter: str) -> None:
    """By name, before anything is written or sent: there is no server."""
    directory = tmp_path / "store"
    with zerossl.Client("none", base_url=NOBODY) as client, pytest.raises(zerossl.InvalidArgumentError) as caught:
        client.obtain(["example.com"], **{"directory": directory, **given})
    assert caught.value.parameter == parameter
    assert caught.value.message.startswith(f"obtain: `{parameter}`: ")
    assert caught.value.operation == "obtain"
    assert not directory.exists()


@pytest.mark.parametrize("parameter", sorted(set(PARAMETERS) - {"validation"}))
def test_every_parameter_is_passed_on(tmp_path: Path, parameter: str) -> None:
    """Each is refused under its own name, so none is lost or confused."""
    given: dict[str, Any] = {"domains": ["example.com"], "directory": tmp_path, "webroot": tmp_path}
    with zerossl.Client("none", base_url=NOBODY) as client, pytest.raises(zerossl.InvalidArgumentError) as caught:
        client.obtain(**{**given, parameter: {"wrong": True}})
    # For an object, the wrong member is named.
    assert caught.value.parameter in {parameter, f"{parameter}.wrong"}
