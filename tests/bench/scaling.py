"""How the costs of the C library grow: with names, certificates, threads and entries of a store. A table in Markdown.

Instructions repeat within 1 %. CPU time of threads does not: the ratio to one thread of the same run is what counts.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from counting import BENCH, abi, build_c, cpu_seconds, instructions
from server import Server
from service import free_port, obtaining, sandbox

NAMES = (1, 10, 100)
CERTIFICATES = (1_000, 10_000, 100_000)
THREADS = (1, 2, 4, 8, 16, 32)
ENTRIES = (100, 1_000, 10_000)
# With more than these, callgrind would take an hour for a run of `renew_all`.
MOST_COUNTED = 1_000
# Nobody listens there.
NOWHERE = "http://127.0.0.1:1"
RENEWAL = "`renew_all` with `offline`, nothing due"


def row(what: str, number: int, figure: float, unit: str) -> None:
    """Prints a row; the last column is the figure for each of them."""
    print(f"| {what} | {number:,} | {figure:,.0f} {unit} | {figure / number:,.0f} |", flush=True)


def difference(operation: str, params: dict, calls: tuple[int, int]) -> float:
    """Instructions of one call without a server."""
    few, many = (instructions(abi({"base_url": NOWHERE}, times, operation, params, 10)) for times in calls)
    return (many - few) / (calls[1] - calls[0])


def names() -> None:
    """A CSR: the key costs the same, however many names there are."""
    for number in NAMES:
        domains = [f"{at}.example.com" for at in range(number)]
        params = {"domains": domains}
        row("`generate_csr`, names", number, difference("generate_csr", params, (2, 6)), "Ir")


def config(url: str) -> str:
    """The settings of a client without a pace."""
    return json.dumps({"access_key": "bench", "requests_per_second": 0, "base_url": url})


def certificates() -> None:
    """All pages of a list, read twice."""
    for number in CERTIFICATES:
        with Server(total=number) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            command = [BENCH / "abi", config(server.url), "sweep", number]
            row("all certificates", number, instructions(command), "Ir")
            done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True)
            row("all certificates, memory", number, float(done.stdout) * 1024, "bytes")
            server.shutdown()


def threads() -> None:
    """One client, shared by all threads."""
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        alone = None
        for number in THREADS:
            command = [str(BENCH / "abi"), config(server.url), "threads", str(number)]
            figure = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            alone = alone or figure
            print(
                f"| `get_certificate`, threads | {number} | {figure:.1f} us of CPU a call | {figure / alone:.2f} |",
                flush=True,
            )
        server.shutdown()


def entries() -> None:
    """Copies of one entry: `list_entries` and a run of `renew_all` in which nothing is due, without the network."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name, sandbox("--http-port", str(port)) as url:
        folder = Path(name) / "store"
        folder.mkdir()
        command = abi({"base_url": url}, 1, *obtaining(port, Path(name), 0))
        subprocess.run([str(word) for word in command], check=True)
        first = Path(name) / "0.example.com"
        made = 0
        for number in ENTRIES:
            for at in range(made, number):
                shutil.copytree(first, folder / f"{at}.example.com", symlinks=True)
            made = number
            directory = {"directory": str(folder)}
            renewal = directory | {"offline": True}
            row("`list_entries`, entries", number, difference("list_entries", directory, (0, 1)), "Ir")
            if number <= MOST_COUNTED:
                row(RENEWAL, number, difference("renew_all", renewal, (0, 1)), "Ir")
            if number >= MOST_COUNTED:
                seconds = cpu_seconds(abi({"base_url": NOWHERE}, 1, "renew_all", renewal, 1))
                row(f"{RENEWAL}, CPU time", number, 1e6 * seconds, "us")


def main() -> None:
    """All of it, or the parts that are named."""
    build_c()
    parts = {"names": names, "certificates": certificates, "threads": threads, "entries": entries}
    print("| what | number | all | each, or to one |\n| --- | ---: | ---: | ---: |", flush=True)
    for name in sys.argv[1:] or parts:
        parts[name]()


if __name__ == "__main__":
    main()
