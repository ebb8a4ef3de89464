"""A real DNS server: a hook changes it with nsupdate; the library and the service query it."""

import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Self

from harness import Command, Failed, Tests, need

from stand import FRESH, NAME, Answer, Stand, finish, until

CONFIG = """\
server:
    rundir: {folder}
    listen: 127.0.0.1@{port}
    tcp-workers: 1
    udp-workers: 1
    background-workers: 1
database:
    storage: {folder}/database
log:
  - target: stderr
    any: warning
acl:
  - id: here
    address: 127.0.0.1
    action: update
template:
  - id: default
    storage: {folder}
    zonefile-sync: -1
    journal-content: all
zone:
  - domain: {name}
    file: zone
    acl: here
  - domain: com
    file: com
"""
ZONE = """\
@ 3600 SOA ns hostmaster 1 3600 600 86400 5
@ 3600 NS ns
ns 3600 A 127.0.0.1
"""
HOOK = Path(__file__).resolve().parent / "nsupdate.sh"


class Knot:
    """A running knotd that answers for example.com, and takes changes."""

    def __init__(self, folder: Path) -> None:
        """Start it on a free port; if that is taken meanwhile, on another one."""
        (folder / "database").mkdir(parents=True)
        self.folder = folder
        for name in ("zone", "com"):
            (folder / name).write_text(ZONE, encoding="ascii")
        for _ in range(5):
            self.port = free_port()
            settings = {"folder": folder, "port": self.port, "name": NAME}
            (folder / "knot.conf").write_text(CONFIG.format(**settings), encoding="ascii")
            with (folder / "log").open("wb") as log:
                command = ["knotd", "-c", str(folder / "knot.conf")]
                self.process = subprocess.Popen(command, stderr=log)
            until("knotd answers or ends", lambda: self.process.poll() is not None or self.answers())
            if self.process.poll() is None:
                return
        raise Failed(f"knotd does not start: {(folder / 'log').read_text(encoding='utf-8')}")

    def ask(self, *question: str) -> str:
        """The output of dig."""
        command = ["dig", "@127.0.0.1", "-p", str(self.port), "+short", "+time=1", "+tries=1", *question]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    def answers(self) -> bool:
        """Whether it serves the zone."""
        return self.ask(NAME, "SOA").startswith("ns.")

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


def test_all(test: Tests, driver: Path) -> None:
    test("knotd: validated by records that nsupdate makes and removes", lambda: records([driver]))


def records(driver: Command) -> None:
    need("knotd", "dig", "nsupdate", "openssl")
    with tempfile.TemporaryDirectory() as folder, Knot(Path(folder) / "knot") as server:
        address = f"127.0.0.1:{server.port}"
        with Stand(driver, "--dns", address, http_port=1) as stand:
            played(stand, server, {"preflight": "strict", "resolver": address})


def played(stand: Stand, server: Knot, preflight: dict[str, Any]) -> None:
    stand.environment = {"ZONE": NAME, "DNS_SERVER": "127.0.0.1", "DNS_PORT": str(server.port)}
    names = [NAME, f"www.{NAME}"]
    validation = {"method": "CNAME_CSR_HASH", "hook": [str(HOOK)]}
    before = server.ask(NAME, "SOA")
    for more in ({}, {"force": True}):
        said = stand.obtain(domains=names, validation=validation, **preflight, **more)
        if said.answer["outcome"] not in FRESH or said.warnings():
            raise Failed(f"it ended with {said.answer}, and warned: {said.warnings()}")
    published = {event["location"] for event in said.events if event.get("stage") == "publish" and "location" in event}
    if len(published) != len(names):
        raise Failed(f"published: {published}")
    if left := [name for name in published if server.ask(name, "CNAME")]:
        raise Failed(f"left in the zone: {left}")
    if server.ask(NAME, "SOA") == before:
        raise Failed("the zone was never changed")
    refused(stand, validation, preflight)


def refused(stand: Stand, validation: dict[str, Any], preflight: dict[str, Any]) -> None:
    """A server that refuses the hook's change: its message is in the error."""
    stand.environment["ZONE"] = "com"
    wanted = stand.wanted(domains=["other.example.com"], validation=validation, **preflight)
    with stand.start(wanted) as program:
        error = Answer(finish(program)[0]).error
    if error is None or error["kind"] != "validation" or "update failed" not in error["details"]["output"]:
        raise Failed(f"without the right to change the zone: {error}")
