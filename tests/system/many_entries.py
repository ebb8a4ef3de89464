"""A store of many entries: 300 are due at once, then 1,000 of which none is due. Prints what it took, in JSON."""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from libzerossl import Client
from libzerossl.sandbox import Sandbox

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python"))

from website import Website

DUE = 300
ALL = 1000
PACE = 50


def timed(work: Callable[[], object]) -> float:
    """How many seconds it takes."""
    start = time.monotonic()
    work()
    return time.monotonic() - start


def rehearse(folder: Path) -> dict[str, float]:
    """Renew them, and look at them."""
    store, website = folder / "store", Website(folder / "www")
    with Sandbox(http_port=website.port, quota=DUE) as sandbox, sandbox.client() as client:

        def obtain(number: int) -> None:
            given = {"directory": store, "webroot": website.folder, "preflight": "off", "poll_interval": 0.05}
            client.obtain([f"n{number}.example.com"], **given)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(obtain, range(DUE)))
        sandbox.manage("/requests", method="DELETE")
        ahead = 61 * 86400
        sandbox.advance(days=61)

        def renew() -> None:
            paced = {"requests_per_second": PACE, "clock_offset": ahead}
            with sandbox.client(**paced) as client:
                report = client.renew_all(store, jobs=16)
            assert [result.outcome for result in report.results] == ["renewed"] * DUE, report

        renewal = timed(renew)
        requests = len(sandbox.manage("/requests"))
        sandbox.manage("/requests", method="DELETE")
        first = store / "n0.example.com"
        for number in range(DUE, ALL):
            shutil.copytree(first, store / f"copy{number}", symlinks=True)
    # Nobody answers any more.
    with Client("any", base_url=sandbox.base_url, clock_offset=ahead) as client:
        listing = timed(lambda: count(client.list_entries(store).entries))
        nothing_due = timed(lambda: count(client.renew_all(store, offline=True).results))
    website.close()
    # The first requests of a window do not wait.
    allowed = (requests - PACE) / PACE
    return {
        "requests": requests,
        "renewal": renewal,
        "allowed_by_the_pace": allowed,
        "listing": listing,
        "nothing_due": nothing_due,
    }


def count(found: tuple[object, ...] | list[object]) -> None:
    """All of them are there."""
    assert len(found) == ALL, len(found)


with tempfile.TemporaryDirectory() as name:
    print(json.dumps(rehearse(Path(name))))
