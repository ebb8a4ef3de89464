"""A store of many entries, through the Python package: what a run costs, in requests and in time."""

import json
from pathlib import Path

from harness import Failed, run

HERE = Path(__file__).resolve().parent
DUE = 300
# A create, a verify, a look at the order, a download; and the account's list before the create.
CALLS = 5


def many(python: Path) -> str:
    """300 renewals take no more calls than they need, and not much longer than the pace allows."""
    took = json.loads(run([python, "-B", HERE / "many_entries.py"], timeout=600))
    if took["requests"] > CALLS * DUE + 5:
        raise Failed(f"{took['requests']} requests for {DUE} renewals")
    if took["renewal"] > 2 * took["allowed_by_the_pace"] + 10:
        raise Failed(f"slower than the pace allows: {took}")
    if max(took["listing"], took["nothing_due"]) > 10:
        raise Failed(f"too slow where nothing is due: {took}")
    reached = took["allowed_by_the_pace"] / took["renewal"]
    return (
        f"{DUE} renewals with {took['requests']} requests in {took['renewal']:.1f} s, {reached:.0%} of the pace; "
        f"1,000 entries listed in {took['listing']:.2f} s, renew_all with nothing due {took['nothing_due']:.2f} s"
    )
