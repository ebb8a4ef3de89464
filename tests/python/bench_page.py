"""The cost of a page of 1000 certificates with one field of each read, compared with pycurl and `json.loads`.

`python bench_page.py` prints CPU milliseconds (user and system) for one page, and their ratio. Each client has
processes of its own, since what one leaves in the memory's heap costs the other; they take turns, the median counts.
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

ROUNDS = 5
PAGES = 20


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


CLIENTS = {"libzerossl": ours, "pycurl+json": pycurl_and_json}


def measure(name: str, url: str) -> float:
    """CPU seconds of one page in this process, the median of some."""
    fetch = CLIENTS[name](url)
    assert fetch() > 1000
    spent = []
    for _ in range(PAGES):
        start = time.process_time()
        fetch()
        spent.append(time.process_time() - start)
    return statistics.median(spent)


def run() -> dict[str, float]:
    """Start the server and measure both."""
    server = [sys.executable, Path(__file__).with_name("page_server.py")]
    with subprocess.Popen(server, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        spent: dict[str, list[float]] = {name: [] for name in CLIENTS}
        for _ in range(ROUNDS):
            for name, seconds in spent.items():
                command = [sys.executable, __file__, name, url]
                done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
                seconds.append(float(done.stdout))
        return {name: statistics.median(seconds) for name, seconds in spent.items()}


def main() -> None:
    """Print the measurements."""
    if len(sys.argv) == 3:
        print(measure(*sys.argv[1:]))
        return
    costs = run()
    for name, cost in costs.items():
        print(f"{name:12} {cost * 1e3:7.2f} ms CPU a page")
    print(f"{'ratio':12} {costs['libzerossl'] / costs['pycurl+json']:7.2f}")


if __name__ == "__main__":
    main()
