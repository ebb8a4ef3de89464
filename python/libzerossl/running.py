"""Runs an operation that tells what it does and asks for things: it works on a thread of its own, we listen here."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from libzerossl import log
from libzerossl.answer import Answer
from libzerossl.errors import ForkedError, refuse
from libzerossl.events import Event, FileChallenge, RecordChallenge

if TYPE_CHECKING:
    from collections.abc import Callable

    from libzerossl._native import Op
    from libzerossl.events import Challenge

    OnEvent: TypeAlias = Callable[[Event], object]
    Publish: TypeAlias = Callable[[FileChallenge], object] | Callable[[RecordChallenge], object]

__all__ = ["Callables", "run"]

_A = TypeVar("_A", bound=Answer)

_PATIENCE = 0.05
"""Seconds: how long an operation that was given up may take to end; 0.05 may have passed until Ctrl-C was seen."""


@dataclass(frozen=True)
class Callables:
    """What the caller wants to be called: on this thread, one at a time."""

    on_event: OnEvent | None
    publish: Publish | None
    cleanup: Publish | None

    def check(self, operation: str) -> None:
        """Refuse what cannot be called: it would come out when there is an order already."""
        for name, value in vars(self).items():
            if value is not None and not callable(value):
                refuse(operation, name, f"expected a callable, not a value of type {type(value).__name__}")
        if self.cleanup is not None and self.publish is None:
            refuse(operation, "cleanup", "it goes with `publish`, which is missing")


def run(op: Op, answer: type[_A], callables: Callables) -> _A:
    """Listen until the operation ends; what is raised meanwhile, Ctrl-C too, gives it up."""
    try:
        while True:
            state, news = op.next(log=log.sink())
            if state == op.DONE:
                break
            _hear(op, news, callables)
    except BaseException:
        _give_up(op)
        raise
    return op.result(answer)


def _hear(op: Op, news: str, callables: Callables) -> None:
    event = Event(news)
    if event.type == "publish":
        _ask(op, event, callables.publish)
    elif event.type == "cleanup":
        # Who publishes and takes nothing away wants it so.
        _ask(op, event, callables.cleanup or (_leave if callables.publish else None))
    elif callables.on_event is not None:
        callables.on_event(event)


def _ask(op: Op, event: Event, ask: Publish | None) -> None:
    question = event.to_dict()
    answer: dict[str, Any] = {"id": question["id"]}
    if ask is None:
        answer["error"] = f"nobody is there to do it: give `{'publish' if event.type == 'publish' else 'cleanup'}`"
    else:
        cast("Callable[[Challenge], object]", ask)(_challenge(question))
        answer["ok"] = True
    op.reply(json.dumps(answer))


def _challenge(question: dict[str, Any]) -> Challenge:
    kind = RecordChallenge if "target" in question else FileChallenge
    return kind.from_dict({name: question[name] for name in kind.fields})


def _leave(_: Challenge) -> None:
    """Leave what was published where it is."""


def _give_up(op: Op) -> None:
    op.cancel()
    end = time.monotonic() + _PATIENCE
    # In a child of fork it belongs to the parent, and there is nothing to wait for.
    with suppress(ForkedError):
        while (left := end - time.monotonic()) > 0 and op.next(left)[0] != op.DONE:
            pass
