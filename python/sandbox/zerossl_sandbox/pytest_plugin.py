"""Makes the fixtures of `libzerossl.sandbox.pytest_plugin` known to pytest, wherever this package is installed."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Load them, unless the sandbox is used without `libzerossl`."""
    if find_spec("libzerossl"):
        config.pluginmanager.import_plugin("libzerossl.sandbox.pytest_plugin")
