"""Runs an operation on its own thread, and handles its events and questions on the thread of the caller.

The callables of the caller, including log handlers, are called from here and never from the native half: when the
interpreter ends, Python terminates daemon threads wherever they are, and no native code may be on their stack then.
"""

from __future__ import annotations

import time

from libzerossl import log
from libzerossl.answer import Answer
from libzerossl.answers import Certificate, CertificateList
from libzerossl.callables import NEEDS_A_LOOP
from libzerossl.refusing import refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, TypeVar

    from libzerossl import _native
    from libzerossl._native import Op
    from libzerossl.callables import Action, Callables
    from libzerossl.errors import Error

    _A = TypeVar("_A", bound=Answer)

__all__ = ["call", "certificates", "run"]

_MAX_WAIT = 0.05
"""Seconds that a cancelled operation may take to end. Before that, it can take 0.05 until Ctrl-C is noticed."""

_MAX_CALL_WAIT = 1.0
"""Seconds for a cancelled call. It ends within 0.05, unless the machine is busy."""


def call(op: Op, answer: type[_A]) -> _A:
    """Wait for the end of a plain call. An exception meanwhile cancels it; the error of the call becomes its cause."""
    try:
        _pull(op)
    except BaseException as raised:
        if (left_behind := _give_up(op, answer, _MAX_CALL_WAIT)) is None:
            raise
        raise raised from left_behind
    return op.result(answer)


def run(
    client: _native.Client,
    operation: str,
    answer: type[_A],
    parameters: Mapping[str, object],
    callables: Callables,
) -> _A:
    """Handle events until the operation ends. An exception, such as Ctrl-C, cancels it."""
    callables.check(operation, may_be_async=False)
    op = client.start(operation, parameters, Answer)
    try:
        while (pulled := _pull(op))[0] != op.DONE:
            action = callables.action(pulled[1])
            _do(operation, action)
            action.reply(op)
    except BaseException:
        _give_up(op, answer, _MAX_WAIT)
        raise
    return op.result(answer)


def certificates(client: _native.Client, parameters: Mapping[str, object]) -> Iterator[Certificate]:
    """Check the parameters, and return an iterator over all pages of a list."""
    import json  # noqa: PLC0415

    return _certificates(client, json.loads(client.check("list_certificates", parameters)))


def _certificates(client: _native.Client, parameters: Mapping[str, object]) -> Iterator[Certificate]:
    from libzerossl.page import Page  # noqa: PLC0415

    op = client.start("list_certificates", parameters, Page)
    try:
        state, page = _pull(op)
        while state != op.DONE:
            yield from page.certificates()
            # Gone before the next one comes.
            page = None
            state, page = _pull(op)
        op.result(CertificateList)
    finally:
        op.cancel()


def _pull(op: Op) -> tuple[int, Any]:
    """Wait for an event or the end. Log lines are written in between."""
    while True:
        state, news = op.next()
        if state != op.LOG:
            return state, news
        log.write(news)


def _do(operation: str, action: Action) -> None:
    if action.call is None:
        return
    outcome = action.call(action.argument)
    if hasattr(outcome, "__await__"):
        # A lambda may return what an `async def` returned; nothing of it has run.
        close = getattr(outcome, "close", None)
        if close is not None:
            close()
        refuse(operation, action.name, NEEDS_A_LOOP)


def _give_up(op: Op, answer: type[Answer], patience: float) -> Error | None:
    """Cancel, wait a little, and return the error, which may name an order that may have been made."""
    from libzerossl.errors import Error, ForkedError  # noqa: PLC0415

    op.cancel()
    end = time.monotonic() + patience
    # In a child of fork, the operation belongs to the parent, and there is nothing to wait for.
    try:
        while (left := end - time.monotonic()) > 0:
            if op.next(left)[0] == op.DONE:
                try:
                    op.result(answer)
                except Error as error:
                    return error
                break
    except ForkedError:
        return None
    return None
