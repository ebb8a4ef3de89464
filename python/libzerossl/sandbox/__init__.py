"""The service, offline, for tests: starts the program ``zerossl-sandbox``.

It comes with ``pip install libzerossl-sandbox``. ``libzerossl.sandbox.pytest_plugin`` has fixtures for pytest.

>>> from libzerossl.sandbox import Sandbox
>>> with Sandbox() as sandbox, sandbox.client() as client:
...     client.list_certificates().total_count
0
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sysconfig
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from libzerossl.client import Client

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from typing_extensions import Self

    from libzerossl.async_client import AsyncClient
    from libzerossl.base import Base

__all__ = ["Sandbox", "find_program"]

_PROGRAM = "zerossl-sandbox"
_TIMEOUT = 10.0


class Sandbox:
    """A sandbox on a free port of the loopback interface. It stops at the end of the block, or with this process.

    >>> with Sandbox(access_key="some-key", quota=5) as sandbox:
    ...     sandbox.base_url
    'http://127.0.0.1:...'
    """

    access_key: Final[str]
    """The access key that it accepts."""

    base_url: Final[str]
    """Its URL, for the client's setting of the same name."""

    management_url: Final[str]
    """The URL of its management interface, see `manage`."""

    root_pem: Final[str]
    """The root certificate of its CA, PEM. It is created at the start, and trusted nowhere."""

    def __init__(
        self,
        *,
        access_key: str = "sandbox-key",
        tls: bool = False,
        tls_names: Sequence[str] = (),
        http_port: int = 80,
        https_port: int = 443,
        quota: int = 3,
        issue_delay: float = 0,
        seed: int | None = None,
        as_of: str | None = None,
        require_country: bool | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Start a sandbox.

        Args:
            access_key: The access key that it accepts.
            tls: Whether it serves over HTTPS, with a certificate from its own CA, which `client` trusts.
            tls_names: More names for that certificate, such as ``api.zerossl.com``; any name turns HTTPS on.
            http_port: The port for validation files over HTTP, on 127.0.0.1 for every name.
            https_port: The port for validation files over HTTPS.
            quota: How many certificates the account may hold.
            issue_delay: How long a validated order stays pending, in seconds.
            seed: Makes ids and serial numbers repeatable.
            as_of: The day whose API is served, such as ``2026-08-01``; the newest if absent.
            require_country: Whether a request whose subject has no country is refused (2844); by date if absent.
            settings: Other settings by name, such as ``{"list_lag_seconds": 5}``; docs/sandbox.md has the
                list.

        Raises:
            FileNotFoundError: There is no program ``zerossl-sandbox``.
            RuntimeError: It did not start; the text says why.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="zerossl-sandbox-")
        self._root = Path(self._folder.name, "root.pem")
        command = [
            find_program(),
            "--exit-with-stdin",
            "--management=127.0.0.1:0",
            f"--access-key={access_key}",
            f"--http-port={http_port}",
            f"--https-port={https_port}",
            f"--quota={quota}",
            f"--issue-delay={issue_delay}",
            f"--root={self._root}",
        ]
        if tls:
            command.append("--tls")
        command += [f"--tls-name={name}" for name in tls_names]
        if seed is not None:
            command.append(f"--seed={seed}")
        if as_of is not None:
            command.append(f"--as-of={as_of}")
        chosen = dict(settings or {})
        if require_country is not None:
            chosen["require_country"] = require_country
        command += [f"--set={name}={json.dumps(value)}" for name, value in chosen.items()]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        management = self._process.stdout.readline()
        if not line.startswith("listening on "):
            _, why = self._process.communicate()
            self._folder.cleanup()
            message = f"the sandbox did not start: {why.strip()}"
            raise RuntimeError(message)
        self.access_key = access_key
        self.base_url = line.removeprefix("listening on ").strip()
        self.management_url = management.removeprefix("management on ").strip()
        self.root_pem = self._root.read_text()
        self._tls = tls or bool(tls_names)

    def client(self, **settings: Any) -> Client:
        """Make a client of this sandbox, without a rate limit; settings are those of `Client`."""
        return Client(**self._client_settings(settings))

    def async_client(self, **settings: Any) -> AsyncClient:
        """Make a client of this sandbox for asyncio; settings are those of `AsyncClient`."""
        from libzerossl.async_client import AsyncClient  # noqa: PLC0415

        return AsyncClient(**self._client_settings(settings))

    def _client_settings(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "access_key": self.access_key,
            "base_url": self.base_url,
            "requests_per_second": 0,
            **({"ca_file": self._root} if self._tls else {}),
            **chosen,
        }

    def manage(self, path: str, body: Mapping[str, Any] | None = None, *, method: str | None = None) -> Any:
        """Call the management interface: DNS records, mails, faults, the clock; docs/sandbox.md has the list.

        Args:
            path: Such as ``/records``.
            body: The JSON body. The default method is ``POST`` with a body, ``GET`` without.
            method: The HTTP method.

        Returns:
            The answer, as JSON, or as text if it is not JSON.

        Raises:
            RuntimeError: It refused; the text says why.

        >>> with Sandbox() as sandbox:
        ...     sandbox.manage("/addresses", {"name": "example.com", "address": "127.0.0.1:8080"})
        ...     sandbox.manage("/accounts")[0]["quota"]
        {...}
        3
        """
        connection = http.client.HTTPConnection(self.management_url.removeprefix("http://"), timeout=_TIMEOUT)
        try:
            headers = {"Content-Type": "application/json"}
            chosen = method or ("GET" if body is None else "POST")
            connection.request(chosen, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status != http.client.OK:
            message = f"{chosen} {path}: {text}"
            raise RuntimeError(message)
        try:
            return json.loads(text)
        except ValueError:
            return text

    def advance(self, *clients: Base, days: float = 0, seconds: float = 0) -> None:
        """Move the clocks of the sandbox and of these clients forwards, to rehearse what happens later.

        Args:
            clients: The clients whose calendar moves, with all clients that share their connections.
            days: How far, in days of 24 hours.
            seconds: How far in addition.

        >>> with Sandbox() as sandbox, sandbox.client() as client:
        ...     sandbox.advance(client, days=60)
        """
        by = timedelta(days=days, seconds=seconds).total_seconds()
        for client in clients:
            client._inner.advance_clock(by)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        self.manage("/clock", {"advance_seconds": by})

    def reset(self) -> None:
        """Reset everything to how it was at the start, except the CA: orders, records, faults, settings."""
        self.manage("/reset", {})

    def close(self) -> None:
        """Stop the sandbox; its data is gone."""
        self._process.terminate()
        try:
            self._process.communicate(timeout=_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        """Return the sandbox; it stops at the end of the block."""
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the sandbox."""
        self.close()

    def __repr__(self) -> str:
        """Show its URL."""
        return f"<Sandbox at {self.base_url}>"


def find_program() -> str:
    """Return the path of ``zerossl-sandbox``.

    The environment's ``ZEROSSL_SANDBOX`` comes first, then the program that pip installed with this package, then
    ``PATH``.

    Raises:
        FileNotFoundError: It was not found.
    """
    if chosen := os.environ.get("ZEROSSL_SANDBOX"):
        return chosen
    for scheme in (sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user")):
        program = Path(sysconfig.get_path("scripts", scheme), _PROGRAM)
        if program.is_file():
            return str(program)
    if found := shutil.which(_PROGRAM):
        return found
    message = "no program zerossl-sandbox; `pip install libzerossl-sandbox`, or set ZEROSSL_SANDBOX to its path"
    raise FileNotFoundError(message)
