"""Fixtures for pytest: say ``pytest_plugins = ["libzerossl.sandbox.pytest_plugin"]`` in your ``conftest.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from libzerossl.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from libzerossl import Client

__all__ = ["zerossl_client", "zerossl_sandbox"]


@pytest.fixture
def zerossl_sandbox() -> Iterator[Sandbox]:
    """Give a test its own sandbox."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def zerossl_client(zerossl_sandbox: Sandbox) -> Iterator[Client]:
    """Give a client of the test's sandbox."""
    with zerossl_sandbox.client() as client:
        yield client
