"""The hook that publishes by dynamic update, with a real DNS server that the service and the library ask as well."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness import TOP, Failed, Forbidden, Tests, need, run

from knot import ZONE, Knot, free_port
from stand import FRESH, NAME, Answer, Stand, finish, until

HOOK = TOP / "hooks/zerossl-nsupdate"
RECORD = f"_0123456789ABCDEF0123456789ABCDEF.www.{NAME}"
# In the case that knotd keeps names in.
TARGET = "a1b2.c3d4.0123456789.comodoca.com."
PROGRAMS = {"nsupdate": "dig", "knsupdate": "kdig"}


def test_all(test: Tests, driver: Path) -> None:
    for program in PROGRAMS:
        with_it = {"NSUPDATE_PROGRAM": program}
        test(f"knotd: validated by records that {program} makes and removes", lambda more=with_it: played(driver, more))
        test(f"the hook with {program}, by itself", lambda more=with_it: with_knot(alone, more))
        test(f"the hook with {program} waits for all servers", lambda more=with_it: with_knot(lagging, more))
        test(f"the hook with {program} finds zone and server", lambda more=with_it: found_by_the_system(more))


# One of its servers is down, and a part of it is somebody else's.
HALF = ZONE + "@ 3600 NS ns2\nns2 3600 A 127.0.0.2\nsub 3600 NS ns.example.org.\n"


def with_knot(play: Callable[[Knot, dict[str, str]], None], more: dict[str, str]) -> None:
    need(more["NSUPDATE_PROGRAM"], PROGRAMS[more["NSUPDATE_PROGRAM"]])
    zones = {NAME: ZONE, "example.net": HALF}
    with tempfile.TemporaryDirectory() as folder, Knot(Path(folder) / "knot", zones, {"com": ZONE}) as server:
        key = server.bind_key if more["NSUPDATE_PROGRAM"] == "nsupdate" else server.knot_key
        place = {"NSUPDATE_SERVER": "127.0.0.1", "NSUPDATE_PORT": str(server.port)}
        play(server, {**place, "NSUPDATE_KEY_FILE": str(key), **more})


def played(driver: Path, more: dict[str, str]) -> None:
    need("openssl")

    def play(server: Knot, environment: dict[str, str]) -> None:
        address = f"127.0.0.1:{server.port}"
        with Stand([driver], "--dns", address, http_port=1) as stand:
            stand.environment = environment
            obtained(stand, server, {"preflight": "strict", "resolver": address})

    with_knot(play, more)


def obtained(stand: Stand, server: Knot, preflight: dict[str, Any]) -> None:
    """Ordered and renewed: the zone is found, the records are made and taken away."""
    names = [NAME, f"www.{NAME}"]
    # The place of the key may stand in the stored hook.
    key = f"NSUPDATE_KEY_FILE={stand.environment.pop('NSUPDATE_KEY_FILE')}"
    validation = {"method": "CNAME_CSR_HASH", "hook": ["env", key, str(HOOK)]}
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
    stand.environment["NSUPDATE_ZONE"] = "com"
    with stand.start(stand.wanted(domains=["other.example.com"], validation=validation, **preflight)) as program:
        error = Answer(finish(program)[0]).error
    if error is None or error["kind"] != "validation" or "the change of com" not in error["details"]["output"]:
        raise Failed(f"without the right to change the zone: {error}")


def found_by_the_system(more: dict[str, str]) -> None:
    """With nothing but the key: in a network of its own, where the DNS server is the system's resolver at port 53."""
    need("unshare", "ip", more["NSUPDATE_PROGRAM"], PROGRAMS[more["NSUPDATE_PROGRAM"]])
    inside = ["unshare", "--map-root-user", "--net", "--mount"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        raise Forbidden("a network namespace")
    program = [sys.executable, "-B", str(Path(__file__).parent / "resolver.py")]
    run([*inside, *program, str(HOOK), RECORD, TARGET], env={**os.environ, **more}, timeout=60)


def alone(server: Knot, environment: dict[str, str]) -> None:
    """What it does to the zone, and what it says when it cannot."""

    def hook(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [str(HOOK), *arguments]
        there = {**os.environ, **environment, **more}
        return subprocess.run(command, env=there, capture_output=True, text=True, timeout=60, check=False)

    def expect(record: str, *arguments: str, **more: str) -> None:
        done = hook(*arguments, **more)
        if done.returncode or done.stdout or done.stderr or server.ask(RECORD, "CNAME") != record:
            raise Failed(f"{arguments}: {done}; the record is {server.ask(RECORD, 'CNAME')!r}")

    def refused(why: str, *arguments: str, **more: str) -> None:
        done = hook(*(arguments or ("present", RECORD, TARGET)), **more)
        if done.returncode != 1 or why not in done.stderr:
            raise Failed(f"expected `{why}`: {done}")

    other = "other.example.net."
    expect(other, "present", RECORD, other)
    expect(TARGET, "present", RECORD, TARGET, NSUPDATE_TTL="7")
    if " 7 IN CNAME " not in server.ask("+noshort", "+noall", "+answer", RECORD, "CNAME").replace("\t", " "):
        raise Failed("the record does not have the TTL")
    expect(TARGET, "present", RECORD, TARGET.upper(), NSUPDATE_ZONE=NAME)
    expect(TARGET, "cleanup", RECORD, other)
    expect("", "cleanup", RECORD, TARGET)
    expect("", "cleanup", RECORD, TARGET)

    names = [f"_{number}.{NAME}" for number in range(8)]
    for action, records in (("present", [TARGET] * 8), ("cleanup", [""] * 8)):
        command = [str(HOOK), action]
        there = {**os.environ, **environment}
        started = [subprocess.Popen([*command, name, TARGET], env=there) for name in names]
        ends = [one.wait() for one in started]
        if any(ends) or [server.ask(name, "CNAME") for name in names] != records:
            raise Failed(f"{action} for several names at once")

    wrong = server.folder / "wrong.key"
    wrong.write_text(Path(environment["NSUPDATE_KEY_FILE"]).read_text(encoding="ascii").replace("updater", "nobody"))
    refused("the change of example.com at 127.0.0.1 failed", NSUPDATE_KEY_FILE=str(wrong))
    change = f"server 127.0.0.1 {server.port}\nzone {NAME}\nupdate add {RECORD} 60 TXT x\nsend\n"
    signed = [environment["NSUPDATE_PROGRAM"], "-k", environment["NSUPDATE_KEY_FILE"]]
    if subprocess.run(signed, input=change, text=True, capture_output=True, check=False).returncode == 0:
        raise Failed("the key is for CNAME records alone")
    refused("cannot be read", NSUPDATE_KEY_FILE="/nonexistent")
    refused("knows no zone", "present", "_0.example.org", TARGET)
    refused("the change of example.org at 127.0.0.1 failed", NSUPDATE_ZONE="example.org")
    refused("has delegated sub.example.net to other servers", "present", "_0.www.sub.example.net", TARGET)
    refused("127.0.0.1 does not answer", NSUPDATE_PORT=str(free_port()))
    refused("are numbers", NSUPDATE_TTL="1h")
    refused("no name of a record", "present", f"{RECORD}\nsend", TARGET)
    refused("neither present nor cleanup", "list", RECORD, TARGET)
    refused("not installed: nothing", NSUPDATE_PROGRAM="nothing")


def lagging(server: Knot, environment: dict[str, str]) -> None:
    """One of two servers gets the record later, or never."""
    command, there = [str(HOOK), "present", "_0.example.net", TARGET], {**os.environ, **environment}
    hasty = {**there, "NSUPDATE_WAIT": "1"}
    done = subprocess.run(command, env=hasty, capture_output=True, text=True, timeout=60, check=False)
    why = "after 1 s not all servers of example.net have it; ns2.example.net: no answer"
    if done.returncode != 1 or why not in done.stderr:
        raise Failed(f"expected `{why}`: {done}")
    run(command, env={**there, "NSUPDATE_WAIT": "0"})
    run([*command[:1], "cleanup", *command[2:]], env=there)
    with subprocess.Popen(command, env=there) as waiting:
        until("the first server has it", lambda: server.ask("_0.example.net", "CNAME"))
        if waiting.poll() is not None:
            raise Failed("it did not wait")
        zones = {"example.net": f"{HALF}_0 60 CNAME {TARGET}\n"}
        with Knot(server.folder / "second", zones, address="127.0.0.2", port=server.port):
            until("the hook ends", lambda: waiting.poll() is not None)
    if waiting.returncode:
        raise Failed("it did not notice the record")
