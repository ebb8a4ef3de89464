"""A child that is forked while `obtain` works, and outlives it, must not keep the entry's lock."""

import os
import signal
import subprocess
from pathlib import Path

from harness import Failed

from stand import Stand

# Forks once the order waits, as an unrelated host program may do; the child then only waits.
PROGRAM = """
import json, os, sys
import libzerossl

def on_event(event):
    if event.stage == "wait":
        child = os.fork()
        if child == 0:
            sys.stdin.read()
            os._exit(0)
        print(child, flush=True)

parameters = json.loads(sys.argv[1]) | {"poll_interval": 30}
client = libzerossl.Client(requests_per_second=0)
client.obtain(parameters.pop("domains"), on_event=on_event, **parameters)
"""


def forked(python: Path, driver: Path) -> None:
    """Kill the parent in its wait; the next call continues, while the child still runs."""
    with Stand([driver]) as stand:
        stand.sandbox.manage("PATCH", "/settings", {"issue_delay_seconds": 3600})
        command = [python, "-B", "-c", PROGRAM, stand.wanted()]
        pipe, environment = subprocess.PIPE, stand.sandbox.environment()
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as program:
            if program.stdin is None or program.stdout is None:
                raise Failed("there are no pipes")
            child = program.stdout.readline().strip()
            if not child:
                raise Failed("it never came to wait")
            if stand.start(stand.wanted(deadline=0.5)).wait(timeout=30) != 1:
                raise Failed("two worked at the same time")
            program.send_signal(signal.SIGKILL)
            program.wait(timeout=30)
            os.kill(int(child), 0)
            stand.sandbox.manage("POST", "/clock", {"advance_seconds": 3600})
            outcome = stand.obtain(deadline=20).answer["outcome"]
            os.kill(int(child), signal.SIGKILL)
        if outcome != "resumed":
            raise Failed(f"it ended with {outcome}")
        stand.inspect(1)
