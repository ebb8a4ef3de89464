"""Runs an operation that tells what it does and asks for things: it works on a thread of its own, we listen here.

What the caller wants to be called, handlers of the log too, is called from here and never from the native half: when
the interpreter ends, Python ends its daemon threads wherever they are, and native code must not be among what it cuts
off.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from libzerossl import log
from libzerossl.answer import Answer
from libzerossl.errors import Error, ForkedError, refuse
from libzerossl.events import Event, FileChallenge, RecordChallenge

if TYPE_CHECKING:
    from collections.abc import Callable

    from libzerossl._native import Op
    from libzerossl.events import Challenge

    OnEvent: TypeAlias = Callable[[Event], object]
    Publish: TypeAlias = Callable[[FileChallenge], object] | Callable[[RecordChallenge], object]

__all__ = ["Callables", "call", "pull", "run"]

_A = TypeVar("_A", bound=Answer)

_PATIENCE = 0.05
"""Seconds: how long an operation that was given up may take to end; 0.05 may have passed until Ctrl-C was seen."""

_PATIENCE_OF_CALLS = 1.0
"""A call ends within 0.05, unless the machine is busy."""


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


def pull(op: Op) -> tuple[int, Any]:
    """Wait for an event or the end; lines of the log are written meanwhile."""
    while True:
        state, news = op.next()
        if state != op.LOG:
            return state, news
        log.write(news)


def call(op: Op, answer: type[_A]) -> _A:
    """Wait for the end of a plain call; what is raised meanwhile ends it, with what the call says as its cause."""
    try:
        pull(op)
    except BaseException as raised:
        if (left_behind := _give_up(op, answer, _PATIENCE_OF_CALLS)) is None:
            raise
        raise raised from left_behind
    return op.result(answer)


def run(op: Op, answer: type[_A], callables: Callables) -> _A:
    """Listen until the operation ends; what is raised meanwhile, Ctrl-C too, gives it up."""
    try:
        while True:
            state, news = pull(op)
            if state == op.DONE:
                break
            _hear(op, news, callables)
    except BaseException:
        _give_up(op, answer, _PATIENCE)
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


def _give_up(op: Op, answer: type[Answer], patience: float) -> Error | None:
    """Cancel, wait for a little, and give what it came to, such as an order that may have been made."""
    op.cancel()
    end = time.monotonic() + patience
    # In a child of fork it belongs to the parent, and there is nothing to wait for.
    with suppress(ForkedError):
        while (left := end - time.monotonic()) > 0:
            if op.next(left)[0] == op.DONE:
                try:
                    op.result(answer)
                except Error as error:
                    return error
                break
    return None
