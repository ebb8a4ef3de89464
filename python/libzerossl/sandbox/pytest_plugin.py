"""Fixtures for pytest. With ``pip install libzerossl-sandbox``, pytest finds them by itself.

Without that package, say ``pytest_plugins = ["libzerossl.sandbox.pytest_plugin"]`` in your ``conftest.py``.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

import pytest

from libzerossl.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Generator

    from libzerossl import AsyncClient, Client

    _Scope = Literal["session", "package", "module", "class", "function"]

__all__ = [
    "zerossl_advance",
    "zerossl_async_client",
    "zerossl_client",
    "zerossl_client_settings",
    "zerossl_sandbox",
    "zerossl_sandbox_factory",
    "zerossl_sandbox_settings",
]

_SCOPE = "zerossl_sandbox_scope"


class Factory(Protocol):
    """Makes sandboxes, which stop after the test."""

    def __call__(self, **settings: Any) -> Sandbox:  # noqa: ANN401
        """Start one; the settings are the arguments of `Sandbox`."""
        ...


class Advance(Protocol):
    """Moves the clocks of the sandbox and of the client."""

    def __call__(self, *, days: float = 0, seconds: float = 0) -> None:
        """Move them forwards."""
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for the scope."""
    parser.addini(_SCOPE, "how long a sandbox is used: function, class, module, package or session", default="function")


def pytest_configure(config: pytest.Config) -> None:
    """Describe the marker."""
    config.addinivalue_line(
        "markers", "zerossl_sandbox(**settings): starts the sandbox of the test with these arguments"
    )


def _scope(fixture_name: str, config: pytest.Config) -> _Scope:  # noqa: ARG001
    return cast("_Scope", config.getini(_SCOPE))


@pytest.fixture(scope=_scope)
def zerossl_sandbox_settings() -> dict[str, Any]:
    """Give the arguments of each test's `Sandbox`; define a fixture of this name to choose them."""
    return {}


@pytest.fixture(scope=_scope)
def zerossl_sandbox(
    request: pytest.FixtureRequest, zerossl_sandbox_settings: dict[str, Any]
) -> Generator[Sandbox, None, None]:
    """Give a test its own sandbox; tests share it if the option ``zerossl_sandbox_scope`` says so."""
    marker = cast("pytest.Mark | None", request.node.get_closest_marker("zerossl_sandbox"))
    marked: dict[str, Any] = dict(marker.kwargs) if marker else {}
    with Sandbox(**{**zerossl_sandbox_settings, **marked}) as sandbox:
        yield sandbox


@pytest.fixture
def zerossl_sandbox_factory() -> Generator[Factory, None, None]:
    """Give a function that starts sandboxes, for a test with several of them."""
    with ExitStack() as started:

        def start(**settings: Any) -> Sandbox:  # noqa: ANN401
            return started.enter_context(Sandbox(**settings))

        yield start


@pytest.fixture
def zerossl_client_settings() -> dict[str, Any]:
    """Give the settings of each test's client; define a fixture of this name to choose them."""
    return {}


@pytest.fixture
def zerossl_client(zerossl_sandbox: Sandbox, zerossl_client_settings: dict[str, Any]) -> Generator[Client, None, None]:
    """Give a client of the test's sandbox."""
    with zerossl_sandbox.client(**zerossl_client_settings) as client:
        yield client


@pytest.fixture
def zerossl_async_client(zerossl_sandbox: Sandbox, zerossl_client_settings: dict[str, Any]) -> AsyncClient:
    """Give a client of the test's sandbox for asyncio."""
    return zerossl_sandbox.async_client(**zerossl_client_settings)


@pytest.fixture
def zerossl_advance(zerossl_sandbox: Sandbox, zerossl_client: Client, zerossl_async_client: AsyncClient) -> Advance:
    """Give a function that moves the clocks of the sandbox and of the test's clients."""

    def advance(*, days: float = 0, seconds: float = 0) -> None:
        zerossl_sandbox.advance(zerossl_client, zerossl_async_client, days=days, seconds=seconds)

    return advance
