"""The native op below `obtain`: questions, replies, timeouts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import libzerossl as zerossl
import pytest
from libzerossl import _native

from website import Stand

PATIENCE = 20.0


@pytest.fixture
def op(stand: Stand) -> Iterator[_native.Op]:
    """An order by a record that the caller publishes."""
    parameters = {
        "domains": ["example.com"],
        "directory": str(stand.directory),
        "validation": {"method": "CNAME_CSR_HASH"},
        "preflight": "off",
    }
    op = stand.client._inner.start("obtain", parameters, zerossl.Answer)
    yield op
    op.cancel()


def next_event(op: _native.Op, type: str) -> dict[str, Any]:
    """Wait for an event of a type."""
    while True:
        state, event = op.next(PATIENCE)
        if state == op.LOG:
            continue
        assert state == op.EVENT
        fields: dict[str, Any] = json.loads(event)
        if fields["type"] == type:
            return fields


def test_questions_and_replies(stand: Stand, op: _native.Op) -> None:
    """It waits for the reply, and then continues."""
    question = next_event(op, "publish")
    assert op.next(0.05) == (op.PENDING, None)
    with pytest.raises(zerossl.NotReadyError):
        op.result(zerossl.Obtained)
    stand.sandbox.manage("/records", {"name": question["name"], "type": "CNAME", "value": question["target"]})
    op.reply(json.dumps({"id": question["id"], "ok": True}))
    cleanup = next_event(op, "cleanup")
    op.reply(json.dumps({"id": cleanup["id"], "ok": True}))
    while op.next(PATIENCE)[0] != op.DONE:
        pass
    assert op.result(zerossl.Obtained).outcome == "issued"
    assert op.result(zerossl.Obtained) == op.result(zerossl.Obtained)


def test_a_failure_is_told(op: _native.Op) -> None:
    """The caller's reason is in the error."""
    question = next_event(op, "publish")
    op.reply(json.dumps({"id": question["id"], "error": "the zone is locked"}))
    while op.next(PATIENCE)[0] != op.DONE:
        pass
    with pytest.raises(zerossl.ValidationError, match="the zone is locked"):
        op.result(zerossl.Obtained)


@pytest.mark.parametrize(
    ("reply", "parameter"),
    [
        ("", "ok"),
        ("[]", "reply_json"),
        ("{}", "ok"),
        ('{"id": 1}', "ok"),
        ('{"id": 1, "ok": false}', "ok"),
        ('{"id": 1, "ok": true, "error": "why"}', "ok"),
        ('{"id": 77, "ok": true}', "id"),
        ('{"id": "1", "ok": true}', "id"),
    ],
)
def test_wrong_replies(op: _native.Op, reply: str, parameter: str) -> None:
    """Wrong replies are refused, and the question stays open."""
    question = next_event(op, "publish")
    with pytest.raises(zerossl.InvalidArgumentError) as caught:
        op.reply(reply)
    assert caught.value.parameter == parameter
    op.reply(json.dumps({"id": question["id"], "error": "no"}))
    with pytest.raises(zerossl.InvalidArgumentError):
        op.reply(json.dumps({"id": question["id"], "ok": True}))


def test_cancelled_while_it_asks(op: _native.Op) -> None:
    """It ends, and nothing waits for a reply any more."""
    next_event(op, "publish")
    op.cancel()
    while op.next(PATIENCE)[0] != op.DONE:
        pass
    with pytest.raises(zerossl.CancelledError):
        op.result(zerossl.Obtained)


def test_wrong_time_outs(op: _native.Op) -> None:
    """No event is lost."""
    for wrong in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="timeout"):
            op.next(wrong)
    assert next_event(op, "publish")
