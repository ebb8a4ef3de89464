"""`AsyncClient`: the same calls on an event loop, which is free while they wait."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from pathlib import Path
from typing import Any

import libzerossl as zerossl
import pytest
from libzerossl.sandbox import Sandbox

from conftest import SilentServer
from loops import PATIENCE, descriptors, threads, until
from website import Stand

QUICKLY = 0.2


def test_from_names_to_a_certificate(stand: Stand) -> None:
    """Each kind of method: calls, a list, the iterator, `obtain`, `renew_all`."""

    async def main() -> None:
        async with stand.sandbox.async_client() as client:
            request = await client.generate_csr(domains=["example.com"])
            order = await client.create_certificate(domains=["example.com"], csr=request.csr, strict_domains=True)
            file = order.validation.other_methods["example.com"]
            stand.website.put(str(file.file_validation_url_http), "\n".join(file.file_validation_content))
            await client.verify_domains(order.id, validation_method="HTTP_CSR_HASH")
            assert (await client.wait_until_issued(order.id, deadline=10)).status == "issued"
            assert [found.id async for found in client.iter_certificates(status=["issued"])] == [order.id]
            given: dict[str, Any] = {
                "directory": stand.directory,
                "webroot": stand.website.folder,
                "preflight": "off",
                "poll_interval": 0.1,
            }
            assert (await client.obtain(["www.example.com"], **given)).outcome == "issued"
            report = await client.renew_all(stand.directory)
            assert [entry.outcome for entry in report.results] == ["unchanged"]
            with pytest.raises(zerossl.ApiError):
                await client.get_certificate("0" * 32)
        with pytest.raises(zerossl.InvalidArgumentError, match="closed"):
            await client.list_certificates()

    asyncio.run(main())


def test_it_is_used_by_several_loops(zerossl_sandbox: Sandbox) -> None:
    """One after the other, also with calls that wait for their turn."""
    client = zerossl_sandbox.async_client()

    async def main() -> int:
        return len(await asyncio.gather(*(client.list_certificates() for _ in range(100))))

    assert [asyncio.run(main()) for _ in range(2)] == [100, 100]


def test_a_thousand_calls_are_answered(zerossl_sandbox: Sandbox) -> None:
    """Each in its turn."""

    async def main() -> list[zerossl.CertificateList]:
        async with zerossl_sandbox.async_client() as client:
            return await asyncio.gather(*(client.list_certificates() for _ in range(1000)))

    assert [page.total_count for page in asyncio.run(main())] == [0] * 1000


def test_a_thousand_calls_need_few_threads(silent_server: SilentServer) -> None:
    """And none of Python; those without a turn are cancelled like the others."""

    async def main() -> None:
        before = threading.active_count(), descriptors()
        async with zerossl.AsyncClient("key", base_url=silent_server.url, requests_per_second=0) as client:
            tasks = [asyncio.create_task(client.list_certificates()) for _ in range(1000)]
            await until(lambda: threads() == 64)
            # All tasks have run, and the loop has nothing to do.
            await asyncio.sleep(0)
            assert threads() == 64
            assert threading.active_count() == before[0]
            # For each call those of the op and of its token, and both ends of the connection: the server is here.
            assert descriptors() <= before[1] + 64 * 6 + 20
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {asyncio.CancelledError}
        await until(lambda: threads() == 0)

    asyncio.run(until(lambda: threads() == 0))
    asyncio.run(main())


@pytest.mark.parametrize("way", ["cancel", "wait_for"])
@pytest.mark.parametrize("call", ["get_certificate", "iter_certificates", "create_certificate", "obtain", "renew_all"])
def test_the_end_of_a_task_ends_its_call(silent_server: SilentServer, tmp_path: Path, way: str, call: str) -> None:
    """At once, with asyncio's own exception; no thread is left."""
    causes: list[BaseException | None] = []

    async def work(client: zerossl.AsyncClient) -> object:
        try:
            return await wait(client)
        except asyncio.CancelledError as cancelled:
            causes.append(cancelled.__cause__)
            raise

    async def wait(client: zerossl.AsyncClient) -> object:
        if call == "get_certificate":
            return await client.get_certificate("abc")
        if call == "iter_certificates":
            return [found async for found in client.iter_certificates()]
        if call == "create_certificate":
            csr = (await client.generate_csr(domains=["example.com"])).csr
            return await client.create_certificate(domains=["example.com"], csr=csr)
        if call == "obtain":
            return await client.obtain(["example.com"], directory=tmp_path / "store", webroot=tmp_path, preflight="off")
        return await client.renew_all(tmp_path / "kept")

    async def main() -> float:
        async with zerossl.AsyncClient("key", base_url=silent_server.url) as client:
            if way == "wait_for":
                start = time.monotonic() + 0.3
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(work(client), 0.3)
            else:
                task = asyncio.create_task(work(client))
                await until(silent_server.asked.is_set)
                start = time.monotonic()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            took = time.monotonic() - start
            assert [isinstance(cause, zerossl.CancelledError) for cause in causes] == [call != "iter_certificates"]
            await until(lambda: threads() == 0)
            return took

    entry = tmp_path / "kept/example.com"
    entry.mkdir(parents=True)
    entry.joinpath("request.json").write_text(
        '{"domains": ["example.com"], "validation": {"method": "HTTP_CSR_HASH", "webroot": "/w"}, "preflight": "off"}'
    )
    assert asyncio.run(main()) < QUICKLY


def test_a_cancelled_create_is_not_doubled(stand: Stand) -> None:
    """The order was made, and its answer was still on the way: the next call finds it again."""
    lost = {"operation": "create_certificate", "effect": {"hang": {"when": "after"}}}
    stand.sandbox.manage("/faults", lost)
    given: dict[str, Any] = {
        "directory": stand.directory,
        "webroot": stand.website.folder,
        "preflight": "off",
        "poll_interval": 0.1,
    }

    async def main() -> None:
        async with stand.sandbox.async_client() as client:
            task = asyncio.create_task(client.obtain(["example.com"], **given))
            await until(lambda: stand.client.list_certificates().total_count == 1)
            start = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert time.monotonic() - start < QUICKLY
            assert (await client.obtain(["example.com"], **given)).outcome == "resumed"

    asyncio.run(main())
    assert stand.count("create_certificate") == 1


def test_a_group_ends_together(zerossl_sandbox: Sandbox, silent_server: SilentServer) -> None:
    """One fails, and the others are cancelled: their calls end, too."""

    async def main() -> float:
        silent = zerossl.AsyncClient("key", base_url=silent_server.url)
        hanging = [asyncio.create_task(silent.get_certificate("abc")) for _ in range(5)]
        await until(silent_server.asked.is_set)
        start = time.monotonic()
        async with zerossl_sandbox.async_client() as client:
            failing = asyncio.create_task(client.get_certificate("0" * 32))
            done, _ = await asyncio.wait([failing, *hanging], return_when=asyncio.FIRST_EXCEPTION)
            assert done == {failing}
            assert isinstance(failing.exception(), zerossl.ApiError)
            for task in hanging:
                task.cancel()
            outcomes = await asyncio.gather(*hanging, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {asyncio.CancelledError}
        await until(lambda: threads() == 0)
        return time.monotonic() - start

    assert asyncio.run(main()) < 2 * QUICKLY


def test_an_abandoned_iterator_ends_its_call(stand: Stand) -> None:
    """Left in the middle, closed or forgotten."""
    for number in range(3):
        csr = stand.client.generate_csr(domains=[f"n{number}.example.com"]).csr
        stand.client.create_certificate(domains=[f"n{number}.example.com"], csr=csr, strict_domains=True)

    async def main() -> None:
        async with stand.sandbox.async_client() as client:
            async for _ in client.iter_certificates(limit=1):
                break
            gc.collect()
            await until(lambda: threads() == 0)
            certificates = client.iter_certificates(limit=1)
            await anext_of(certificates)
            assert threads() == 1
            await certificates.aclose()
            await until(lambda: threads() == 0)
            assert len([found async for found in client.iter_certificates(limit=1)]) == 3

    asyncio.run(main())


async def anext_of(iterator: Any) -> Any:
    """`anext`, with its type."""
    return await iterator.__anext__()


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_a_loop_that_is_closed_in_the_middle(silent_server: SilentServer) -> None:
    """The task is destroyed, and its call ends."""
    client = zerossl.AsyncClient("key", base_url=silent_server.url)
    loop = asyncio.new_event_loop()
    task = loop.create_task(client.get_certificate("abc"))
    loop.run_until_complete(until(silent_server.asked.is_set))
    loop.close()
    task._log_destroy_pending = False  # type: ignore[attr-defined]
    del task
    gc.collect()
    asyncio.run(until(lambda: threads() == 0))


def test_a_token_ends_calls_from_another_thread(silent_server: SilentServer) -> None:
    """With this library's exception, because no task was cancelled."""
    token = zerossl.CancelToken()
    client = zerossl.AsyncClient("key", base_url=silent_server.url).cancelled_by(token)

    async def main() -> None:
        threading.Thread(target=lambda: silent_server.asked.wait(PATIENCE) and token.cancel()).start()
        await client.get_certificate("abc")

    with pytest.raises(zerossl.CancelledError):
        asyncio.run(main())


def test_a_child_of_fork(zerossl_sandbox: Sandbox) -> None:
    """The parent's client says so, and a new one works on a new loop."""
    client = zerossl_sandbox.async_client()
    asyncio.run(client.list_certificates())
    child = os.fork()
    if child == 0:
        code = 1
        try:
            try:
                asyncio.run(client.list_certificates())
            except zerossl.ForkedError:
                asyncio.run(zerossl_sandbox.async_client().list_certificates())
                code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    asyncio.run(client.list_certificates())


def test_both_clients_have_the_same_methods() -> None:
    """With the same parameters."""
    import inspect

    blocking = {name for name in dir(zerossl.Client) if not name.startswith("_")}
    assert blocking == {name for name in dir(zerossl.AsyncClient) if not name.startswith("_")}
    for name in blocking - {"close", "cancelled_by", "iter_certificates"}:
        ours, theirs = getattr(zerossl.AsyncClient, name), getattr(zerossl.Client, name)
        assert inspect.signature(ours) == inspect.signature(theirs)
        assert inspect.iscoroutinefunction(ours)
