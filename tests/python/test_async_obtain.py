"""`AsyncClient.obtain`: the loop is free, and callables may be `async def`."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

import libzerossl as zerossl
import pytest

from loops import threads, until
from website import Stand


def test_the_loop_is_free_while_eight_obtain(stand: Stand) -> None:
    """Each asks to publish; nothing else on the loop is held up."""
    gaps: list[float] = []

    async def beat() -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.001)
            now = time.monotonic()
            gaps.append(now - last)
            last = now

    async def publish(challenge: zerossl.RecordChallenge) -> None:
        await asyncio.to_thread(stand.publish, challenge)

    async def main() -> list[zerossl.Obtained]:
        heart = asyncio.create_task(beat())
        async with stand.sandbox.async_client() as client:
            names = [f"n{number}.example.com" for number in range(8)]
            given: dict[str, Any] = {
                "directory": stand.directory,
                "publish": publish,
                "preflight": "off",
                "poll_interval": 0.1,
            }
            results = await asyncio.gather(*(client.obtain([name], **given) for name in names))
        heart.cancel()
        return results

    assert [result.outcome for result in asyncio.run(main())] == ["issued"] * 8
    print(f"the longest stall: {max(gaps) * 1e3:.1f} ms of {sum(gaps):.2f} s")
    assert max(gaps) < 0.1


@pytest.mark.parametrize("kind", ["async", "plain", "partial", "object"])
def test_callables_may_be_async(stand: Stand, kind: str) -> None:
    """They run on the loop, one at a time, and `cleanup` gets the same challenges."""
    asked: list[Any] = []

    async def publish(challenge: zerossl.RecordChallenge) -> None:
        await asyncio.to_thread(stand.publish, challenge)
        asked.append(challenge)

    def plain(challenge: zerossl.RecordChallenge) -> None:
        stand.publish(challenge)
        asked.append(challenge)

    class Publisher:
        async def __call__(self, challenge: zerossl.RecordChallenge) -> None:
            await publish(challenge)

    chosen: Any = {"async": publish, "plain": plain, "partial": partial(publish), "object": Publisher()}[kind]
    cleaned: list[Any] = []
    events: list[zerossl.Event] = []

    async def cleanup(challenge: zerossl.RecordChallenge) -> None:
        await asyncio.sleep(0)
        cleaned.append(challenge)

    async def on_event(event: zerossl.Event) -> None:
        await asyncio.sleep(0)
        events.append(event)

    async def main() -> zerossl.Obtained:
        async with stand.sandbox.async_client() as client:
            return await client.obtain(
                ["example.com", "www.example.com"],
                directory=stand.directory,
                publish=chosen,
                cleanup=cleanup,
                on_event=on_event,
                preflight="off",
                poll_interval=0.1,
            )

    assert asyncio.run(main()).outcome == "issued"
    assert {challenge.domain for challenge in asked} == {"example.com", "www.example.com"}
    assert sorted(map(repr, cleaned)) == sorted(map(repr, asked))
    assert [event.stage for event in events][-1] == "done"


@pytest.mark.parametrize(
    ("given", "parameter"),
    [({"publish": 1}, "publish"), ({"on_event": "print"}, "on_event"), ({"cleanup": print}, "cleanup")],
)
def test_what_cannot_be_called_is_refused(stand: Stand, given: dict[str, Any], parameter: str) -> None:
    """As by the blocking client, before anything is sent."""
    client = stand.sandbox.async_client()
    with pytest.raises(zerossl.InvalidArgumentError) as caught:
        asyncio.run(client.renew_all(stand.directory, **given))
    assert caught.value.parameter == parameter
    assert stand.sandbox.manage("/requests") == []


@pytest.mark.parametrize("name", ["publish", "cleanup", "on_event"])
@pytest.mark.parametrize("is_async", [True, False])
def test_what_a_callable_raises_reaches_the_caller(stand: Stand, name: str, *, is_async: bool) -> None:
    """Unchanged, with its own cause; the order is kept."""
    raised = LookupError("no such zone")
    raised.__cause__ = KeyError("example.com")

    async def fail(_: object) -> None:
        await asyncio.sleep(0)
        raise raised

    def fail_at_once(_: object) -> None:
        raise raised

    failing = fail if is_async else fail_at_once
    given: dict[str, Any] = {
        "directory": stand.directory,
        "publish": stand.publish,
        "preflight": "off",
        "poll_interval": 0.1,
    }

    async def main() -> None:
        async with stand.sandbox.async_client() as client:
            with pytest.raises(LookupError) as caught:
                await client.obtain(["example.com"], **{**given, name: failing})
            assert caught.value is raised
            assert isinstance(raised.__cause__, KeyError)
            await until(lambda: threads() == 0)
            again = await client.obtain(["example.com"], **given)
            assert again.outcome in {"issued", "resumed", "unchanged"}

    asyncio.run(main())
    assert stand.count("create_certificate") == 1


def test_a_publish_that_takes_too_long(stand: Stand) -> None:
    """The deadline ends the call, and the reply that came too late is no error of its own."""

    async def publish(_: zerossl.RecordChallenge) -> None:
        await asyncio.sleep(0.5)

    async def main() -> None:
        async with stand.sandbox.async_client() as client:
            await client.obtain(
                ["example.com"], directory=stand.directory, publish=publish, preflight="off", deadline=0.3
            )

    with pytest.raises(zerossl.TimeoutError, match="deadline"):
        asyncio.run(main())


async def an_async_def(_: object) -> None:
    """Do nothing."""


class AsyncObject:
    """An object that is called like an `async def`."""

    async def __call__(self, _: object) -> None:
        """Do nothing."""


@pytest.mark.parametrize("name", ["publish", "cleanup", "on_event"])
@pytest.mark.parametrize("given", [an_async_def, partial(an_async_def), AsyncObject(), AsyncObject().__call__])
def test_the_blocking_client_refuses_an_async_def(stand: Stand, name: str, given: Any) -> None:
    """Before anything is sent."""
    with pytest.raises(zerossl.InvalidArgumentError, match="AsyncClient") as caught:
        stand.obtain("example.com", **{"publish": stand.publish, name: given})
    assert caught.value.parameter == name
    with pytest.raises(zerossl.InvalidArgumentError, match="AsyncClient"):
        stand.client.renew_all(stand.directory, **{"publish": stand.publish, name: given})
    assert stand.sandbox.manage("/requests") == []
    assert not stand.directory.exists()


def test_the_blocking_client_refuses_what_cannot_be_foreseen(stand: Stand) -> None:
    """A lambda that returns a coroutine: nothing was published, and that is said."""
    with pytest.raises(zerossl.InvalidArgumentError, match="AsyncClient") as caught:
        stand.obtain("example.com", publish=lambda challenge: challenge.domain and an_async_def(challenge))
    assert caught.value.parameter == "publish"
