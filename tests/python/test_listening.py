"""While `obtain` runs: what callables receive and raise, Ctrl-C, cancelling, asyncio, the log."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import libzerossl as zerossl
import pytest
from libzerossl import literals
from libzerossl.sandbox import Sandbox

from website import Stand, Website

if TYPE_CHECKING:
    from conftest import SilentServer

AT_ONCE = 1.0
"""Seconds: 50 ms between checks for signals, 100 ms to end, and reserve for a busy machine."""


class Oddity(BaseException):
    """An exception that is not an `Exception`."""


@pytest.mark.parametrize("raised", [LookupError("the zone is locked"), Oddity("odd")])
def test_publish_raises(stand: Stand, raised: BaseException) -> None:
    """The same exception is raised, and the next call continues with the same order."""

    def publish(challenge: zerossl.RecordChallenge) -> None:
        raise raised

    with pytest.raises(type(raised)) as caught:
        stand.obtain(publish=publish)
    assert caught.value is raised
    assert (raised.__cause__, raised.__context__) == (None, None)
    assert stand.obtain(publish=stand.publish, cleanup=stand.cleanup).outcome == "resumed"
    assert stand.count("create_certificate") == 1


def test_cleanup_raises(stand: Stand) -> None:
    """The certificate is in place by then; the next call cleans up."""
    raised = LookupError("the zone is locked")
    asked = []

    def fails(challenge: zerossl.RecordChallenge) -> None:
        raise raised

    def cleanup(challenge: zerossl.RecordChallenge) -> None:
        asked.append(challenge.domain)
        stand.cleanup(challenge)

    with pytest.raises(LookupError) as caught:
        stand.obtain(publish=stand.publish, cleanup=fails)
    assert caught.value is raised
    assert stand.obtain(publish=stand.publish, cleanup=cleanup).outcome == "unchanged"
    assert asked == ["example.com"]
    assert stand.sandbox.manage("/records") == []


def test_on_event_raises(stand: Stand) -> None:
    """The same exception is raised soon, although the order waits; the next call continues."""
    stand.hold_back()
    raised = LookupError("enough")
    when = []

    def on_event(event: zerossl.Event) -> None:
        if event.stage == "wait":
            when.append(time.monotonic())
            raise raised

    with pytest.raises(LookupError) as caught:
        stand.obtain(webroot=stand.website.folder, on_event=on_event, poll_interval=30)
    assert time.monotonic() - when[0] < AT_ONCE
    assert caught.value is raised
    stand.issue_what_waits()
    assert stand.obtain(webroot=stand.website.folder).outcome == "resumed"
    assert stand.count("create_certificate") == 1


def test_ctrl_c_while_the_order_waits(stand: Stand) -> None:
    """The program has control at once, and the order is kept."""
    stand.hold_back()
    waiting = threading.Event()
    sent: list[float] = []

    def on_event(event: zerossl.Event) -> None:
        if event.stage == "wait":
            waiting.set()

    def press() -> None:
        waiting.wait()
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press).start()
    with pytest.raises(KeyboardInterrupt):
        stand.obtain(webroot=stand.website.folder, on_event=on_event, poll_interval=30)
    assert time.monotonic() - sent[0] < AT_ONCE
    stand.issue_what_waits()
    assert stand.obtain(webroot=stand.website.folder).outcome == "resumed"
    assert stand.count("create_certificate") == 1


def test_ctrl_c_while_the_service_hangs(silent_server: SilentServer, tmp_path: Path) -> None:
    """Also in the middle of a call."""
    sent: list[float] = []

    def press() -> None:
        silent_server.asked.wait()
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press).start()
    with zerossl.Client("key", base_url=silent_server.url) as client, pytest.raises(KeyboardInterrupt):
        client.obtain(["example.com"], directory=tmp_path, webroot=tmp_path, preflight="off")
    assert time.monotonic() - sent[0] < AT_ONCE


def test_asyncio_with_cancellation(stand: Stand) -> None:
    """As in docs/python.md: the end of the task cancels the call, and the order is kept."""
    stand.hold_back()

    async def obtain(**given: Any) -> zerossl.Obtained:
        token = zerossl.CancelToken()
        client = stand.client.cancelled_by(token)
        try:
            return await asyncio.to_thread(
                client.obtain,
                ["example.com"],
                directory=stand.directory,
                webroot=stand.website.folder,
                preflight="off",
                **given,
            )
        finally:
            token.cancel()

    async def main() -> float:
        loop, waiting = asyncio.get_running_loop(), asyncio.Event()

        def on_event(event: zerossl.Event) -> None:
            if event.stage == "wait":
                loop.call_soon_threadsafe(waiting.set)

        task = asyncio.create_task(obtain(on_event=on_event, poll_interval=30))
        await waiting.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic()

    # At the end, asyncio waits for the thread.
    cancelled = asyncio.run(main())
    assert time.monotonic() - cancelled < AT_ONCE
    stand.issue_what_waits()
    assert asyncio.run(obtain()).outcome == "resumed"
    assert stand.count("create_certificate") == 1


def test_a_token(stand: Stand) -> None:
    """Cancelled from a callable: a `CancelledError`, and the order is kept."""
    stand.hold_back()
    token = zerossl.CancelToken()

    def on_event(event: zerossl.Event) -> None:
        if event.stage == "wait":
            token.cancel()

    given: dict[str, Any] = {"directory": stand.directory, "webroot": stand.website.folder, "preflight": "off"}
    with pytest.raises(zerossl.CancelledError, match="obtain: "):
        stand.client.cancelled_by(token).obtain(["example.com"], on_event=on_event, **given)
    stand.issue_what_waits()
    assert stand.client.obtain(["example.com"], **given).outcome == "resumed"


def test_a_callable_that_forks(stand: Stand) -> None:
    """The child's exception is raised there unchanged; the parent is not affected."""
    parent, codes = os.getpid(), []

    def publish(challenge: zerossl.RecordChallenge) -> None:
        child = os.fork()
        if child == 0:
            raise Oddity
        codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        stand.publish(challenge)

    try:
        result = stand.obtain(publish=publish)
    except BaseException as error:
        if os.getpid() != parent:
            os._exit(7 if type(error) is Oddity else 1)
        raise
    assert (codes, result.outcome) == ([7], "issued")


def test_other_threads_go_on_while_we_wait(stand: Stand) -> None:
    """The GIL is released during the call."""
    stand.hold_back()
    ticks, done = 0, threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.wait(0.01):
            ticks += 1

    thread = threading.Thread(target=tick)
    thread.start()
    assert stand.obtain(webroot=stand.website.folder, deadline=0.7).outcome == "pending"
    done.set()
    thread.join()
    assert ticks > 10


def test_print_will_do(stand: Stand, capsys: pytest.CaptureFixture[str]) -> None:
    """One readable line for each step."""
    stand.obtain(webroot=stand.website.folder, on_event=print)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "example.com (key): making the key and the CSR"
    assert lines[-1] == "example.com (done): issued"
    assert "example.com (publish): publishing for example.com" in lines
    assert all(line.startswith("example.com (") for line in lines)


def test_events(stand: Stand) -> None:
    """Typed, of known types and stages, in order; questions go to `publish`."""
    events: list[zerossl.Event] = []
    result = stand.obtain(publish=stand.publish, cleanup=stand.cleanup, on_event=events.append)
    assert {event.type for event in events} == {"progress"}
    stages = [event.stage for event in events]
    assert stages[0] == "key"
    assert stages[-1] == "done"
    assert set(stages) <= set(get_args(literals.Stage))
    assert {event.entry for event in events} == {"example.com"}
    told = next(event for event in events if event.stage == "publish")
    assert told.domain == "example.com"
    assert str(told.location).startswith("_")
    assert result.certificate is not None
    verify = next(event for event in events if event.stage == "verify")
    assert (verify.id, verify.attempt) == (result.certificate.id, 1)
    assert (events[-1].outcome, events[-1].message) == ("issued", "issued")
    assert all(event.message in str(event) for event in events)


def test_warnings(website: Website, tmp_path: Path) -> None:
    """The preflight check finds that the file is missing, before the service does."""
    events: list[zerossl.Event] = []
    with Sandbox(http_port=website.port) as sandbox, pytest.raises(zerossl.ValidationError):
        sandbox.client().obtain(
            ["example.com"],
            directory=tmp_path / "store",
            webroot=tmp_path,
            preflight="strict",
            connect_to=[f"example.com:80:127.0.0.1:{website.port}"],
            resolver=sandbox.manage("/")["dns"],
            on_event=events.append,
        )
    warning = next(event for event in events if event.type == "warning")
    assert (warning.stage, warning.domain) == ("preflight", "example.com")
    assert str(warning).startswith("example.com (preflight): warning: http://example.com/")
    assert warning.finding is not None
    assert warning.finding["what"] == "file"
    assert "404" in warning.finding["found"]


def test_the_log(website: Website, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Lines go to `logging`, not to `on_event`; neither shows the key."""
    key = "k3y-that-must-not-be-shown"
    events: list[zerossl.Event] = []
    with Sandbox(http_port=website.port, access_key=key) as sandbox, caplog.at_level(logging.DEBUG, "libzerossl"):
        result = sandbox.client().obtain(
            ["example.com"],
            directory=tmp_path / "store",
            webroot=website.folder,
            preflight="off",
            on_event=events.append,
        )
    records = [record for record in caplog.records if record.name == "libzerossl"]
    assert {record.levelno for record in records} == {logging.DEBUG}
    lines = [record.getMessage() for record in records]
    assert any("POST" in line and "/certificates" in line and "HTTP 200" in line for line in lines)
    assert "log" not in {event.type for event in events}
    private_key = Path(result.files["privkey"]).read_text().splitlines()[1]
    text = "\n".join([*lines, *map(str, events), *map(repr, events), repr(result)])
    for secret in (key, private_key):
        assert secret not in text
