"""Runs an operation on its own thread, and handles its events and questions on the thread of the caller.

The callables of the caller, including log handlers, are called from here and never from the native half: when the
interpreter ends, Python terminates daemon threads wherever they are, and no native code may be on their stack then.
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

_MAX_WAIT = 0.05
"""Seconds that a cancelled operation may take to end. Before that, it can take 0.05 until Ctrl-C is noticed."""

_MAX_CALL_WAIT = 1.0
"""Seconds for a cancelled call. It ends within 0.05, unless the machine is busy."""


@dataclass(frozen=True)
class Callables:
    """The callables of the caller. They are called on this thread, one at a time."""

    on_event: OnEvent | None
    publish: Publish | None
    cleanup: Publish | None

    def check(self, operation: str) -> None:
        """Refuse values that cannot be called. Otherwise the error would come only after the order was made."""
        for name, value in vars(self).items():
            if value is not None and not callable(value):
                refuse(operation, name, f"expected a callable, not a value of type {type(value).__name__}")
        if self.cleanup is not None and self.publish is None:
            refuse(operation, "cleanup", "it goes with `publish`, which is missing")


def pull(op: Op) -> tuple[int, Any]:
    """Wait for an event or the end. Log lines are written in between."""
    while True:
        state, news = op.next()
        if state != op.LOG:
            return state, news
        log.write(news)


def call(op: Op, answer: type[_A]) -> _A:
    """Wait for the end of a plain call. An exception meanwhile cancels it; the error of the call becomes its cause."""
    try:
        pull(op)
    except BaseException as raised:
        if (left_behind := _give_up(op, answer, _MAX_CALL_WAIT)) is None:
            raise
        raise raised from left_behind
    return op.result(answer)


def run(op: Op, answer: type[_A], callables: Callables) -> _A:
    """Handle events until the operation ends. An exception, such as Ctrl-C, cancels it."""
    try:
        while True:
            state, news = pull(op)
            if state == op.DONE:
                break
            _handle(op, news, callables)
    except BaseException:
        _give_up(op, answer, _MAX_WAIT)
        raise
    return op.result(answer)


def _handle(op: Op, news: str, callables: Callables) -> None:
    event = Event(news)
    if event.type == "publish":
        _ask(op, event, callables.publish)
    elif event.type == "cleanup":
        # With `publish` but without `cleanup`, the caller chose to keep what was published.
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
    """Cancel, wait a little, and return the error, which may name an order that may have been made."""
    op.cancel()
    end = time.monotonic() + patience
    # In a child of fork, the operation belongs to the parent, and there is nothing to wait for.
    with suppress(ForkedError):
        while (left := end - time.monotonic()) > 0:
            if op.next(left)[0] == op.DONE:
                try:
                    op.result(answer)
                except Error as error:
                    return error
                break
    return None
