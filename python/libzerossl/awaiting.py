"""Runs an operation on its own thread, and handles its events and questions on an event loop.

The loop watches the operation's descriptor. So a call that waits needs no thread of Python, and the loop is free.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from libzerossl import log
from libzerossl.answer import Answer
from libzerossl.answers import Certificate, CertificateList
from libzerossl.callables import Callables
from libzerossl.errors import Error, ForkedError
from libzerossl.page import Page

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from libzerossl import _native
    from libzerossl._native import Op

__all__ = ["call", "certificates", "run"]

_A = TypeVar("_A", bound=Answer)

_MAX_WAIT = 1.0
"""Seconds that a cancelled operation may take to end. It ends within 0.05, unless the machine is busy."""

_MAX_CALLS = 64
"""Calls of a loop that run at the same time; the others wait for their turn. Each has a thread and five descriptors,
of which a process may have 1024."""

_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


async def call(client: _native.Client, operation: str, answer: type[_A], parameters: Mapping[str, object]) -> _A:
    """Wait for the end of a plain call."""
    if "deadline" in parameters:
        # It may take as long as that, and would keep others from their turn.
        return await _finish(client.start_call(operation, parameters), answer, Callables())
    loop = asyncio.get_running_loop()
    async with _turns.setdefault(loop, asyncio.Semaphore(_MAX_CALLS)):
        return await _finish(client.start_call(operation, parameters), answer, Callables())


async def run(
    client: _native.Client,
    operation: str,
    answer: type[_A],
    parameters: Mapping[str, object],
    callables: Callables,
) -> _A:
    """Handle events until the operation ends."""
    callables.check(operation, may_be_async=True)
    return await _finish(client.start(operation, parameters, Answer), answer, callables)


def certificates(client: _native.Client, parameters: Mapping[str, object]) -> AsyncGenerator[Certificate, None]:
    """Check the parameters, and return an iterator over all pages of a list."""
    return _certificates(client, json.loads(client.check("list_certificates", parameters)))


async def _certificates(client: _native.Client, parameters: Mapping[str, object]) -> AsyncGenerator[Certificate, None]:
    op = client.start("list_certificates", parameters, Page)
    try:
        state, page = await _pull(op)
        while state != op.DONE:
            for certificate in page.certificates():
                yield certificate
            # Gone before the next one comes.
            page = None
            state, page = await _pull(op)
        op.result(CertificateList)
    finally:
        op.cancel()


async def _finish(op: Op, answer: type[_A], callables: Callables) -> _A:
    """Handle events until the end. An exception cancels the operation, and waits until it has ended."""
    try:
        while (pulled := await _pull(op))[0] != op.DONE:
            action = callables.action(pulled[1])
            if action.call is not None:
                outcome = action.call(action.argument)
                if inspect.isawaitable(outcome):
                    await outcome
            action.reply(op)
    except GeneratorExit:
        # The loop is gone, so nothing can be waited for.
        op.cancel()
        raise
    except asyncio.CancelledError as raised:
        if (left_behind := await _give_up(op, answer)) is None:
            raise
        raise raised from left_behind
    except BaseException:
        await _give_up(op, answer)
        raise
    return op.result(answer)


async def _pull(op: Op) -> tuple[int, Any]:
    """Wait for an event or the end. Log lines are written in between."""
    while True:
        state, news = op.next(0)
        if state == op.LOG:
            log.write(news)
        elif state == op.PENDING:
            await _readable(op.fd())
        else:
            return state, news


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, _set, ready)
    try:
        await ready
    finally:
        loop.remove_reader(descriptor)


def _set(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


async def _give_up(op: Op, answer: type[Answer]) -> Error | None:
    """Cancel, wait for the end, and return the error, which may name an order that may have been made."""
    op.cancel()

    async def end() -> None:
        while (await _pull(op))[0] != op.DONE:
            pass

    # In a child of fork, the operation belongs to the parent, and there is nothing to wait for.
    with suppress(ForkedError, asyncio.TimeoutError):
        await asyncio.wait_for(end(), _MAX_WAIT)
        try:
            op.result(answer)
        except Error as error:
            return error
    return None
