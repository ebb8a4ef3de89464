"""Tools from PyPI, beside those with which the Python package is tested."""

import functools
from pathlib import Path

from shell import TOP, run

TOOLS = TOP / "target/python/tools"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")


@functools.cache
def tool(name: str) -> Path:
    """The path of a tool, which is installed if need be."""
    run("python3", "-B", "tests/python/run.py", "tools")
    stamp = TOOLS / "packaging"
    required = REQUIREMENTS.read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != required:
        run(TOOLS / "bin/python", "-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS)
        stamp.write_text(required, encoding="utf-8")
    return TOOLS / "bin" / name
