"""A real DNS server on loopback, whose zones take changes that a key has signed."""

import base64
import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from harness import Failed, need

from stand import until

CONFIG = """\
server:
    rundir: {folder}
    listen: {listen}
    tcp-workers: 1
    udp-workers: 1
    background-workers: 1
database:
    storage: {folder}/database
log:
  - target: stderr
    any: warning
key:
  - id: updater
    algorithm: hmac-sha256
    secret: {secret}
acl:
  - id: signed
    key: updater
    action: update
    update-type: [CNAME]
template:
  - id: default
    storage: {folder}
    zonefile-sync: -1
    journal-content: all
zone:
"""
ZONE = """\
@ 3600 SOA ns hostmaster 1 3600 600 86400 5
@ 3600 NS ns
ns 3600 A 127.0.0.1
"""


class Knot:
    """A running knotd with these zones. Those in `fixed` take no changes."""

    def __init__(
        self,
        folder: Path,
        zones: Mapping[str, str],
        fixed: Mapping[str, str] | None = None,
        address: str = "127.0.0.1",
        port: int | None = None,
    ) -> None:
        """Start it on this port, or on a free one; if that is taken meanwhile, on another one."""
        need("knotd", "dig")
        (folder / "database").mkdir(parents=True)
        self.folder, self.address = folder, address
        self.zones = list(zones)
        fixed = fixed or {}
        secret = base64.b64encode(os.urandom(32)).decode()
        described = ""
        for name, text in {**zones, **fixed}.items():
            (folder / name).write_text(text, encoding="ascii")
            described += f"  - domain: {name}\n    file: {name}\n" + ("    acl: signed\n" if name in zones else "")
        self.bind_key, self.knot_key = folder / "bind.key", folder / "knot.key"
        bind_key = f'key "updater" {{ algorithm hmac-sha256; secret "{secret}"; }};\n'
        self.bind_key.write_text(bind_key, encoding="ascii")
        self.knot_key.write_text(f"hmac-sha256:updater:{secret}\n", encoding="ascii")
        for _ in range(5):
            self.port = port or free_port()
            settings = CONFIG.format(folder=folder, listen=f"{address}@{self.port}", secret=secret)
            (folder / "knot.conf").write_text(settings + described, encoding="ascii")
            with (folder / "log").open("wb") as log:
                self.process = subprocess.Popen(["knotd", "-c", str(folder / "knot.conf")], stderr=log)
            until("knotd answers or ends", lambda: self.process.poll() is not None or self.answers())
            if self.process.poll() is None:
                return
        raise Failed(f"knotd does not start: {(folder / 'log').read_text(encoding='utf-8')}")

    def ask(self, *question: str) -> str:
        """The output of dig."""
        command = ["dig", f"@{self.address}", "-p", str(self.port), "+short", "+time=1", "+tries=1", *question]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return "" if done.returncode else done.stdout.strip()

    def answers(self) -> bool:
        """Whether it serves its zones."""
        return all(self.ask(zone, "SOA") for zone in self.zones)

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.wait()


def free_port() -> int:
    """A port that is free for both UDP and TCP."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            port: int = tcp.getsockname()[1]
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
