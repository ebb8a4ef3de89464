"""In a network namespace: the hook of the arguments, with a DNS server that is the system's resolver."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "c"))

from harness import Failed, run

from knot import ZONE, Knot
from stand import NAME


def main() -> None:
    """The record is there after `present`, and gone after `cleanup`."""
    hook, record, target = sys.argv[1:]
    run(["ip", "link", "set", "lo", "up"])
    with tempfile.TemporaryDirectory() as folder:
        resolver = Path(folder) / "resolv.conf"
        resolver.write_text("nameserver 127.0.0.1\n", encoding="ascii")
        run(["mount", "--bind", resolver, "/etc/resolv.conf"])
        with Knot(Path(folder) / "knot", {NAME: ZONE}, {"com": ZONE}, port=53) as server:
            is_bind = os.environ["NSUPDATE_PROGRAM"] == "nsupdate"
            key = {"NSUPDATE_KEY_FILE": str(server.bind_key if is_bind else server.knot_key)}
            for action, expected in (("present", target), ("cleanup", "")):
                said = run([hook, action, record, target], env={**os.environ, **key})
                if said or server.ask(record, "CNAME") != expected:
                    raise Failed(f"{action}: {said}; the record is {server.ask(record, 'CNAME')!r}")


if __name__ == "__main__":
    try:
        main()
    except (Failed, subprocess.SubprocessError) as why:
        sys.exit(str(why))
