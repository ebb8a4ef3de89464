"""Hosts that share a store, each a process of the command: killed, paused, cut off. One order for each entry."""

import contextlib
import json
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from harness import TARGET, TOP, Failed, run
from hosted_sandbox import sandbox_with_website
from servers import Sandbox

from engines import Engine

COMMAND = TARGET / "debug/zerossl"
HOSTS = 8
FEWEST_KILLS = 3
# In seconds. A run of `renew` of an entry takes less; a host is stopped for longer.
LEASE = 3
STOP = 5
DAYS = 61
SEAL = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
# How long all may take.
PATIENCE = 600


class Middleman:
    """Passes connections on to an engine, until it is cut."""

    def __init__(self, port: int) -> None:
        """Listen on a port that the system chooses."""
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.is_cut = threading.Event()
        self.open: list[socket.socket] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        """Take connections as long as there is a listener."""
        with contextlib.suppress(OSError):
            while True:
                guest, _ = self.listener.accept()
                if self.is_cut.is_set():
                    guest.close()
                    continue
                with contextlib.suppress(OSError):
                    host = socket.create_connection(("127.0.0.1", self.target))
                    self.open += [guest, host]
                    for one, other in ((guest, host), (host, guest)):
                        threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    def carry(self, one: socket.socket, other: socket.socket) -> None:
        """Pass on what one side says."""
        with contextlib.suppress(OSError):
            while said := one.recv(65536):
                other.sendall(said)
        for side in (one, other):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def cut(self, seconds: float) -> None:
        """Break all connections, and let no new one through for a time."""
        self.is_cut.set()
        for side in self.open:
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
        self.open.clear()
        time.sleep(seconds)
        self.is_cut.clear()


class Host:
    """A host: its folder, and the process that works on it."""

    def __init__(self, folder: Path, sandbox: Sandbox, environment: dict[str, str], settings: list[str]) -> None:
        """Make its folder."""
        self.folder = folder
        folder.mkdir()
        self.environment = sandbox.environment() | environment | {"ZEROSSL_SEAL_KEY": SEAL}
        self.settings = [*settings, "--store-lease", str(LEASE), "--requests-per-second", "0"]
        self.process: subprocess.Popen[str] | None = None
        self.is_over = False
        self.killed = 0

    def command(self, *words: str) -> list[str]:
        """A call of the command on this host."""
        return [str(COMMAND), *words, "--directory", str(self.folder), *self.settings]

    def ask(self, *words: str) -> str:
        """Run it, and give what it prints."""
        return run(self.command(*words), env=self.environment, timeout=PATIENCE)

    def renew(self, days: int) -> dict[str, str]:
        """One run through the store: the outcome of each entry. Nothing if it was killed."""
        ahead = str(days * 24 * 3600)
        command = self.command("renew", "--json", "--clock-offset", ahead)
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        said, complaint = self.process.communicate(timeout=PATIENCE)
        if self.process.returncode < 0:
            self.killed += 1
            return {}
        try:
            # An error goes where progress goes.
            answer = json.loads(said or complaint.splitlines()[-1])
        except (ValueError, IndexError):
            answer = None
        if self.is_cut_off(answer):
            return {}
        if not isinstance(answer, dict):
            raise Failed(
                f"{self.folder.name} ends with {self.process.returncode}:\n{said[-2000:]}\n{complaint[-3000:]}"
            )
        results = answer.get("results") or answer["details"]["results"]
        return {result["name"]: result["outcome"] or json.dumps(result["error"]) for result in results}

    def is_cut_off(self, answer: object) -> bool:
        """Whether the run could not begin, since the engine was out of reach."""
        return isinstance(answer, dict) and answer.get("kind") == "storage" and answer["details"] is None

    def work(self, days: int, names: list[str], end: float) -> int:
        """Run again until nothing is left to do here. Gives the number of runs."""
        runs = 0
        while time.monotonic() < end:
            runs += 1
            outcomes = self.renew(days)
            if set(outcomes) == set(names) and set(outcomes.values()) == {"unchanged"}:
                self.is_over = True
                return runs
        raise Failed(f"{self.folder.name} is not done after {runs} runs: {outcomes}")

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)


@contextlib.contextmanager
def fleet(folder: Path, engine: Engine) -> Iterator[tuple[Sandbox, list[Host], Middleman]]:
    """The hosts. The last one has a network that can be cut."""
    run(
        ["cargo", "build", "--quiet", "--package", "zerossl-cli", "--package", "zerossl-sandbox"], cwd=TOP, timeout=1800
    )
    with ExitStack() as running:
        sandbox = running.enter_context(sandbox_with_website(folder / "www", quota=10_000))
        middleman = Middleman(engine.port)
        hosts = [Host(folder / f"host-{n}", sandbox, *engine.settings(engine.port)) for n in range(HOSTS - 1)]
        hosts.append(Host(folder / f"host-{HOSTS - 1}", sandbox, *engine.settings(middleman.port)))
        yield sandbox, hosts, middleman


def trouble(hosts: list[Host], middleman: Middleman, chance: random.Random) -> None:
    """Kill, stop and cut, until every host is done."""
    paused, rest = hosts[0], hosts[1:]
    threading.Thread(target=middleman.cut, args=(STOP,), daemon=True).start()
    kills, end = 0, time.monotonic() + 30
    while time.monotonic() < end and not all(host.is_over for host in hosts):
        time.sleep(chance.uniform(0.2, 1.5))
        chance.choice(rest).send(signal.SIGKILL)
        kills += 1
        if kills % 6 == 3:
            paused.send(signal.SIGSTOP)
            time.sleep(STOP)
            paused.send(signal.SIGCONT)


def check(sandbox: Sandbox, hosts: list[Host], names: list[str], orders: int) -> None:
    """So many certificates of each name, and the newest one installed on every host."""
    made: dict[str, list[dict[str, str]]] = {name: [] for name in names}
    for certificate in sandbox.manage("GET", "/certificates"):
        made[certificate["common_name"]].append(certificate)
    if wrong := {name: found for name, found in made.items() if len(found) != orders}:
        raise Failed(f"expected {orders} orders of each name: {wrong}")
    for name in names:
        found = {(host.folder / name / "current/fullchain.pem").read_bytes() for host in hosts}
        keys = {(host.folder / name / "current/privkey.pem").read_bytes() for host in hosts}
        if len(found) != 1 or len(keys) != 1:
            raise Failed(f"{name}: the hosts have {len(found)} certificates and {len(keys)} keys")


def one_order_for_each(folder: Path, engine: Engine, entries: int) -> str:
    """All entries are due at once, on all hosts at once, and nothing is spared to them."""
    chance = random.Random(entries)
    names = [f"{number}.example.com" for number in range(entries)]
    with fleet(folder, engine) as (sandbox, hosts, middleman):
        webroot = folder / "www"
        options = ["--preflight", "off", "--poll-interval", "0.1", "--settle", "1", "--webroot", str(webroot)]
        with ThreadPoolExecutor(HOSTS) as pool:
            orders = [
                pool.submit(hosts[number % HOSTS].ask, "obtain", name, *options) for number, name in enumerate(names)
            ]
            for order in orders:
                order.result()
        sandbox.manage("POST", "/clock", {"advance_seconds": DAYS * 24 * 3600})
        end = time.monotonic() + PATIENCE
        with ThreadPoolExecutor(HOSTS) as pool:
            works = [pool.submit(host.work, DAYS, names, end) for host in hosts]
            trouble(hosts, middleman, chance)
            runs = sum(work.result() for work in works)
        killed = sum(host.killed for host in hosts)
        if killed < FEWEST_KILLS:
            raise Failed(f"only {killed} runs were killed: that shows nothing")
        check(sandbox, hosts, names, orders=2)
        if b"PRIVATE KEY" in engine.dump():
            raise Failed("there is a key in clear in the engine")
    return f"{entries} entries on {HOSTS} hosts, {runs} runs, {killed} of them killed"
