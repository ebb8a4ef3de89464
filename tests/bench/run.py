"""Counts the instructions of each client's calls and prints them as a table.

Only the client runs under callgrind. Each client runs twice, with few calls and
with more; the difference leaves start-up, connecting and ending out.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from server import Server

CALLS = {"one": (20, 120), "page": (4, 14)}
OURS = "libzerossl, `Client::call`"
CLIENTS = {
    OURS: "call",
    "libzerossl, `Client::send`": "send",
    "ureq, body only": "ureq",
    "ureq and `serde_json::Value`": "ureq-value",
}
IN_C = "libcurl and cJSON"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("client", type=Path, help="the program zerossl-bench")
    parser.add_argument("c_client", type=Path, help="the program curl_cjson")
    options = parser.parse_args()

    commands = {name: [options.client, word] for name, word in CLIENTS.items()}
    if shutil.which("valgrind") is None:
        skip("everything: valgrind is not installed")
        return
    if options.c_client.exists():
        commands[IN_C] = [options.c_client]
    else:
        skip(f"{IN_C}: {options.c_client} was not built")

    with Server() as server, ThreadPoolExecutor(os.cpu_count()) as pool:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        counting = {
            (name, wanted): pool.submit(per_call, command, server.url, wanted)
            for name, command in commands.items()
            for wanted in CALLS
        }
        counts = {case: count.result() for case, count in counting.items()}
        server.shutdown()
    print_table(list(commands), counts)


def skip(what: str) -> None:
    """Reports a skipped part; in CI nothing may be skipped."""
    print(f"bench: SKIPPED {what}", flush=True)
    if os.environ.get("CI") == "true":
        sys.exit(1)


def per_call(command: list, url: str, wanted: str) -> float:
    """Instructions of one call."""
    few, many = CALLS[wanted]
    more = instructions([*command, url, wanted, str(many)])
    return (more - instructions([*command, url, wanted, str(few)])) / (many - few)


def instructions(command: list) -> int:
    """Instructions of one run."""
    with tempfile.NamedTemporaryFile() as profile:
        tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile.name}"]
        done = subprocess.run(
            [*tool, *command], capture_output=True, text=True, check=False
        )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or found is None:
        sys.exit(f"bench: {' '.join(map(str, command))} failed:\n{done.stderr}")
    return int(found[1])


def print_table(names: list, counts: dict) -> None:
    ours = [counts[OURS, wanted] for wanted in CALLS]
    print("| client | one certificate | ratio | page of 100 | ratio |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name in names:
        theirs = [counts[name, wanted] for wanted in CALLS]
        cells = (f"{n:,.0f} | {n / m:.2f}" for n, m in zip(theirs, ours, strict=True))
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
