"""SIGKILL at random moments: the next call finishes the work."""

import collections
import json
import os
import random
import signal
import subprocess
import time
from typing import Any

from harness import Failed

from stand import FRESH, Stand

# Orders wait, so that most kills hit the stage in which a real call spends most of its time.
DELAYS = [0.0, 0.3]
# One that the kill lost, and one more.
MAX_CREATES = 2
# So many kills come in so many stages; of a few, most may by chance come where a run spends its time.
MANY = 50
FEWEST_STAGES = 3


def kills(stand: Stand, times: int, seed: int) -> str:
    """Kill this many times; return the stages in which the kills came."""
    chance = random.Random(seed)
    log = stand.folder / "deployed"
    hook = ["/bin/sh", "-c", 'echo "$ZEROSSL_ID" >> "$0"', str(log)]
    durations = {delay: full_run(stand, delay, hook) for delay in DELAYS}
    struck: collections.Counter[str] = collections.Counter()
    for number in range(times):
        delay = DELAYS[number % len(DELAYS)]
        begin(stand, delay)
        log.unlink(missing_ok=True)
        moment = chance.uniform(0, durations[delay] * 1.05)
        place = f"kill {number} of seed {seed}, after {moment * 1000:.0f} ms with a delay of {delay} s"
        with stand.start(stand.wanted(deploy_hook=hook)) as program:
            try:
                program.wait(timeout=moment)
            except subprocess.TimeoutExpired:
                os.killpg(program.pid, signal.SIGKILL)
        stage = stage_of(stand)
        struck[stage] += 1
        try:
            outcome = stand.obtain(deploy_hook=hook).answer
            stand.inspect(MAX_CREATES)
            check_hook(stand, outcome, log.read_text(encoding="ascii"))
            if stand.obtain(deploy_hook=hook).answer["outcome"] != "unchanged":
                raise Failed("then it is not left alone")
        except (Failed, OSError) as why:
            raise Failed(f"{place}, in stage {stage}: {why}\n{journal(stand)}") from why
    if times >= MANY and len(struck) < FEWEST_STAGES:
        raise Failed(f"the kills came in few stages: {struck}")
    return ", ".join(f"{stage} {count}" for stage, count in sorted(struck.items()))


def begin(stand: Stand, delay: float) -> None:
    stand.begin_anew()
    stand.sandbox.manage("PATCH", "/settings", {"issue_delay_seconds": delay})


def full_run(stand: Stand, delay: float, hook: list[str]) -> float:
    """The duration of a run without kills."""
    begin(stand, delay)
    start = time.monotonic()
    outcome = stand.obtain(deploy_hook=hook).answer["outcome"]
    duration = time.monotonic() - start
    if outcome != "issued":
        raise Failed(f"undisturbed it ended with {outcome}")
    stand.inspect(1)
    return duration


def check_hook(stand: Stand, answer: Any, log: str) -> None:
    if answer["outcome"] not in (*FRESH, "unchanged") or answer["deployed"] is not True:
        raise Failed(f"it ended with {answer}")
    ids = {certificate["id"] for certificate in stand.certificates()}
    if not log or set(log.split()) - ids:
        raise Failed(f"the deploy hook was run for {log!r}, and there is {ids}")


def journal(stand: Stand) -> Any:
    try:
        return json.loads((stand.entry / "journal.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def stage_of(stand: Stand) -> str:
    """The stage that the journal had reached."""
    if not (found := journal(stand)):
        return "0 begin"
    if found["installed"]:
        return "6 deployed" if found["installed"]["deployed"] else "5 installed"
    order = found["order"]
    if not order or not order["sent"]:
        return "1 key"
    if not order["id"]:
        return "2 sent"
    return "4 published" if order["published"] else "3 ordered"
