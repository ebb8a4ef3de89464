"""Servers for the test programs: the sandbox, and relays that hang up."""

import itertools
import json
import os
import select
import socket
import subprocess
import threading
import urllib.request
from pathlib import Path
from typing import Any, Self


class Sandbox:
    """A running `zerossl-sandbox`."""

    def __init__(self, program: Path, *options: str) -> None:
        command = [str(program), "--exit-with-stdin", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.told("listening on ")
        self.management = self.told("management on ") if "--management" in options else None

    def told(self, what: str) -> str:
        """The text after this prefix on the next line of its output."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        if not line.startswith(what):
            raise RuntimeError(f"the sandbox does not start: {line!r}")
        return line.removeprefix(what)

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def environment(self) -> dict[str, str]:
        """The environment for a program that uses this sandbox."""
        ours = {"ZEROSSL_BASE_URL": self.url, "ZEROSSL_ACCESS_KEY": "sandbox-key"}
        return os.environ | ours | ({"SANDBOX_MANAGEMENT": self.management} if self.management else {})

    def manage(self, method: str, path: str, body: Any = None) -> Any:
        """Calls the management interface; returns JSON, or the text of a file."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.management}{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text: str = answer.read().decode()
        return text if text.startswith("-----BEGIN ") else json.loads(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()


class HangUp:
    """Takes connections and hangs up after some bytes from the client: fewer or more with each connection.

    With an upstream, what goes through until then is relayed: so much of a TLS handshake, say.
    """

    AFTER = (0, 1, 60, 300, 450, 700, 1500, 5_000, 70_000, 500_000, 2_000_000)

    def __init__(self, upstream: int | None = None) -> None:
        self.upstream = upstream
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        for after in itertools.cycle(self.AFTER):
            client, _ = self.listener.accept()
            threading.Thread(target=self.attend, args=(client, after), daemon=True).start()

    def attend(self, client: socket.socket, after: int) -> None:
        with client:
            if self.upstream is None:
                while after > 0 and (data := client.recv(min(after, 65536))):
                    after -= len(data)
                return
            with socket.create_connection(("127.0.0.1", self.upstream)) as server:
                relay(client, server, after)


def relay(client: socket.socket, server: socket.socket, after: int) -> None:
    while after > 0:
        ready, _, _ = select.select([client, server], [], [])
        try:
            if client in ready:
                data = client.recv(min(after, 65536))
                after -= len(data)
                server.sendall(data)
            else:
                data = server.recv(65536)
                client.sendall(data)
        except OSError:
            return
        if not data:
            return
