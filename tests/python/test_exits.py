"""The end of an interpreter, and children of fork, while threads are inside the library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("program", ["exits.py", "forks.py"])
def test_no_thread_of_the_library_does_harm(program: str) -> None:
    """As separate programs, since they are also run with other Python versions."""
    command = [sys.executable, "-B", str(HERE / program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
