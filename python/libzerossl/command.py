"""The command `zerossl`: the console script of this package. docs/command.md describes it."""

from __future__ import annotations

import signal
import sys

from libzerossl import _native

__all__ = ["main"]


def main() -> int:
    """Run the command with the arguments of this process, and return its exit status."""
    # It handles the signal itself; Python's handler would only note it, and raise at the end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.run_command(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
