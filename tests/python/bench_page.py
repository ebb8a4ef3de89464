"""What a page of 1000 certificates costs, one field of each read, beside pycurl with `json.loads`.

`python bench_page.py` prints CPU milliseconds of this process (user and system) for one page, the median of rounds that
take turns, and their ratio.
"""

from __future__ import annotations

import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import libzerossl as zerossl

ROUNDS = 40


def ours(url: str) -> Callable[[], int]:
    """Fetch with libzerossl."""
    client = zerossl.Client("bench-key", base_url=url, requests_per_second=0)

    def fetch() -> int:
        return sum(len(entry.common_name or "") for entry in client.list_certificates(limit=1000).results)

    return fetch


def pycurl_and_json(url: str) -> Callable[[], int]:
    """Fetch with pycurl on one handle, as fast as it gets."""
    import pycurl

    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, f"{url}/certificates?access_key=bench-key&limit=1000")

    def fetch() -> int:
        body = io.BytesIO()
        curl.setopt(pycurl.WRITEDATA, body)
        curl.perform()
        return sum(len(entry["common_name"]) for entry in json.loads(body.getvalue())["results"])

    return fetch


def measure(fetches: dict[str, Callable[[], int]], rounds: int = ROUNDS) -> dict[str, float]:
    """CPU seconds of one page for each, the median of rounds that take turns."""
    spent: dict[str, list[float]] = {name: [] for name in fetches}
    results = {name: fetch() for name, fetch in fetches.items()}
    assert len(set(results.values())) == 1, results
    for _ in range(rounds):
        for name, fetch in fetches.items():
            start = time.process_time()
            fetch()
            spent[name].append(time.process_time() - start)
    return {name: statistics.median(seconds) for name, seconds in spent.items()}


def run(rounds: int = ROUNDS) -> dict[str, float]:
    """Start the server and measure both."""
    server = Path(__file__).with_name("page_server.py")
    with subprocess.Popen(
        [sys.executable, server], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        return measure({"libzerossl": ours(url), "pycurl+json": pycurl_and_json(url)}, rounds)


if __name__ == "__main__":
    costs = run()
    for name, cost in costs.items():
        print(f"{name:12} {cost * 1e3:7.2f} ms CPU a page")
    print(f"{'ratio':12} {costs['libzerossl'] / costs['pycurl+json']:7.2f}")
