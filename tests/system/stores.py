"""Stores on file systems that lack features, are read-only, or full: no order is made that could not be stored."""

import contextlib
import errno
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from harness import Failed, Forbidden, Tests, need, run

from stand import FRESH, Answer, Stand, finish, until

HERE = Path(__file__).resolve().parent
UNSUPPORTED = [errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS]
NOBODY = 65534
# A separate file system at the path of the store, for one program.
NAMESPACE = ["unshare", "--mount", "sh", "-c"]
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
SMALL = 'mount -t tmpfs -o size=48k none "$0" && exec "$@"'
ENOUGH = 'mount -t tmpfs -o size=4m none "$0" && exec "$@"'


def test_all(test: Tests, driver: Path, scratch: Path) -> None:
    library = scratch / "faults.so"

    def faulty(work: Any) -> Any:
        def tested() -> Any:
            if not library.exists():
                need("cc")
                run(["cc", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", HERE / "faults.c", "-o", library])
            with Stand([driver]) as stand:
                return work(stand, library)

        return tested

    test("a store whose folders cannot be synced", faulty(unsynced))
    test("a store without links, locks, or modes of its own", faulty(limited))
    test("a clock that is off", faulty(wrong_clock))
    test("a store whose files have one owner", faulty(keeps_its_readers))
    test("a store on NFS, where a flock is a record lock", faulty(on_nfs))
    test("there, a child of fork does not keep the lock", faulty(forked_on_nfs))
    test("a store that is mounted read-only", lambda: with_stand(driver, read_only))
    test("a store that is full", lambda: with_stand(driver, full))
    test("what a user may not do is seen before an order", lambda: with_stand(driver, as_nobody))


def with_stand(driver: Path, work: Any) -> Any:
    with Stand([driver]) as stand:
        return work(stand)


@contextlib.contextmanager
def having(stand: Stand, library: Path, faults: str) -> Iterator[None]:
    """Inject these faults into programs that are started meanwhile."""
    stand.environment = {"LD_PRELOAD": str(library), "FAULTS": faults}
    try:
        yield
    finally:
        stand.environment = {}


def outcome(stand: Stand, before: Sequence[str | Path] = (), **more: Any) -> Answer:
    """The output of a run, whether it succeeds or not."""
    with stand.start(stand.wanted(**more), before) as program:
        said, complaints = finish(program)
    answer = Answer(said)
    if complaints or (answer.answer is None) == (answer.error is None):
        raise Failed(f"it ended with {program.returncode}: {said}\n{complaints}")
    return answer


def refused(stand: Stand, what: str, said: Answer, *, kind: str = "storage", orders: int = 0) -> None:
    """There was one clear error, and no order."""
    if said.error is None or said.error["kind"] != kind or what not in said.error["message"]:
        raise Failed(f"expected a word of {what!r}: {said.error or said.answer}")
    if (sent := stand.count("create_certificate")) != orders:
        raise Failed(f"{sent} orders were sent: {said.error}")


def unsynced(stand: Stand, library: Path) -> None:
    for number in UNSUPPORTED:
        stand.begin_anew()
        with having(stand, library, f"sync={number}"):
            said = stand.obtain()
            told = [warning for warning in said.warnings() if "cannot sync folders" in warning]
            if said.answer["outcome"] not in FRESH or len(told) != 1 or said.warnings() != told:
                raise Failed(f"error {number}: {said.answer}, warnings: {said.warnings()}")
            stand.inspect(1)
            again = stand.obtain()
            if again.answer["outcome"] != "unchanged" or again.warnings():
                raise Failed(f"error {number}: {again.answer}, warnings: {again.warnings()}")
    for number in (errno.EIO, errno.ENOSPC):
        stand.begin_anew()
        with having(stand, library, f"sync={number}"):
            refused(stand, os.strerror(number), outcome(stand))


def limited(stand: Stand, library: Path) -> None:
    for faults, word in [
        *((f"symlink={number}", "symbolic link") for number in (errno.EPERM, errno.EOPNOTSUPP)),
        *((f"record={number}", "locks") for number in (errno.ENOLCK, *UNSUPPORTED)),
        (f"record={errno.ENOLCK} flock={errno.ENOLCK}", "locks"),
        ("mode=755", "umask=077"),
        ("mode=640", "umask=077"),
    ]:
        stand.begin_anew()
        with having(stand, library, faults):
            refused(stand, word, outcome(stand))
        if "journal.json" in (left := [path.name for path in stand.entry.glob("*")]):
            raise Failed(f"{faults}: {left}")
        if stand.obtain().answer["outcome"] not in FRESH:
            raise Failed(f"{faults}: then it does not work")
    missing = (f"flock={errno.EOPNOTSUPP}", f"flock={errno.ENOLCK}", f"flock={errno.ENOSYS}")
    for faults in (*missing, f"link={errno.EPERM}", f"link={errno.EOPNOTSUPP}", "short", "mode=700"):
        stand.begin_anew()
        with having(stand, library, faults):
            if stand.obtain().answer["outcome"] not in FRESH:
                raise Failed(f"{faults}: it does not work")
            stand.inspect(1)
            one_at_a_time(stand)


def wrong_clock(stand: Stand, library: Path) -> None:
    """Nothing is ordered by it, and nothing that is good is renewed for it."""
    for seconds in (86400, -86400, 400 * 86400, -400 * 86400):
        stand.begin_anew()
        with having(stand, library, f"clock={seconds}"):
            refused(stand, "set the clock", outcome(stand), kind="response")
        stand.obtain()
        with having(stand, library, f"clock={seconds}"):
            said = outcome(stand)
            if said.answer is None:
                refused(stand, "set the clock", said, kind="response", orders=1)
        if stand.obtain().answer["outcome"] != "unchanged" or stand.count("create_certificate") != 1:
            raise Failed(f"{seconds}: it was ordered again")
        stand.inspect(1)


def keeps_its_readers(stand: Stand, library: Path) -> None:
    """Users who could read the old key can read the new one, also where no owner can be set."""
    stand.obtain()
    (stand.entry / "current/privkey.pem").chmod(0o640)
    with having(stand, library, f"owner={errno.EPERM}"):
        said = stand.obtain(force=True)
    modes = {name: (stand.entry / f"current/{name}.pem").stat().st_mode & 0o777 for name in ("privkey", "combined")}
    if said.warnings() or modes != {"privkey": 0o640, "combined": 0o600}:
        raise Failed(f"{modes}, warnings: {said.warnings()}")


def one_at_a_time(stand: Stand) -> None:
    """A second process gets an error that the entry is busy, and the first one succeeds."""
    gate = stand.folder / "gate"
    started = stand.folder / "started"
    wait = 'echo > "$0"; while [ ! -e "$1" ]; do sleep 0.05; done'
    hook = ["/bin/sh", "-c", wait, str(started), str(gate)]
    for path in (gate, started):
        path.unlink(missing_ok=True)
    with stand.start(stand.wanted(force=True, deploy_hook=hook)) as first:
        until("the hook runs", started.exists)
        second = outcome(stand, deadline=0.5)
        gate.touch()
        said, complaints = finish(first)
    if second.error is None or second.error["kind"] != "busy":
        raise Failed(f"two worked at the same time: {second.answer or second.error}")
    if Answer(said).answer is None:
        raise Failed(f"the first one ended with {said}{complaints}")


def on_nfs(stand: Stand, library: Path) -> None:
    with having(stand, library, "nfs"):
        if stand.obtain().answer["outcome"] not in FRESH:
            raise Failed("it does not work")
        stand.inspect(1)
        one_at_a_time(stand)
        if stand.obtain().answer["outcome"] != "unchanged":
            raise Failed("then it is not left alone")


def forked_on_nfs(stand: Stand, library: Path) -> None:
    """As on other file systems: the parent dies, and its child survives."""
    stand.sandbox.manage("PATCH", "/settings", {"issue_delay_seconds": 3600})
    with having(stand, library, "nfs"):
        stand.environment["FORK_AT"] = "wait"
        with stand.start(stand.wanted(poll_interval=30)) as program:
            lines = iter(program.stdout.readline, "") if program.stdout else iter(())
            child = next((line.split()[1] for line in lines if line.startswith("child ")), None)
            del stand.environment["FORK_AT"]
            if child is None:
                raise Failed("it never came to wait")
            try:
                busy = outcome(stand, deadline=0.5)
                program.kill()
                program.wait(timeout=30)
                os.kill(int(child), 0)
                stand.sandbox.manage("POST", "/clock", {"advance_seconds": 3600})
                answer = stand.obtain(deadline=20).answer
            finally:
                os.kill(int(child), signal.SIGKILL)
    if busy.error is None or busy.error["kind"] != "busy":
        raise Failed(f"two worked at the same time: {busy.answer or busy.error}")
    if answer["outcome"] != "resumed":
        raise Failed(f"it ended with {answer}")
    stand.inspect(1)


def mounted(stand: Stand, script: str) -> list[str | Path]:
    """The command prefix for a program that should see the store so."""
    need("unshare")
    stand.store.mkdir(exist_ok=True)
    before: list[str | Path] = [*NAMESPACE, script, stand.store]
    tried = subprocess.run([*before, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise Forbidden(f"nothing may be mounted here: {tried.stderr.strip()}")
    return before


def changes(stand: Stand) -> int:
    """The number of requests to the service, without polls of a certificate's state."""
    return sum(asked["operation"] != "get_certificate" for asked in stand.sandbox.manage("GET", "/requests"))


def read_only(stand: Stand) -> None:
    closed = mounted(stand, READ_ONLY)
    refused(stand, "Read-only file system", outcome(stand, closed))
    stand.obtain()
    sent = changes(stand)
    said = outcome(stand, closed)
    if said.answer is None or said.answer["outcome"] != "unchanged" or said.warnings():
        raise Failed(f"a good certificate: {said.answer or said.error}, warnings: {said.warnings()}")
    for other in ({"renew_at": 0.2}, {"layout": "files"}):
        said = outcome(stand, closed, **other)
        if said.answer is None or said.answer["outcome"] != "unchanged" or len(said.warnings()) != 1:
            raise Failed(f"another request: {said.answer or said.error}, warnings: {said.warnings()}")
    for more in ({"force": True}, {"validity_days": 30}, {"abandon": True}):
        refused(stand, "nothing can be written there", outcome(stand, closed, **more), orders=1)
    if changes(stand) != sent:
        raise Failed("the service was asked for more than whether the certificate was revoked")
    waits_its_turn(stand, closed)
    (stand.entry / "lock").unlink()
    if (said := outcome(stand, closed)).answer is None:
        raise Failed(f"without a lock file: {said.error}")


def waits_its_turn(stand: Stand, closed: Sequence[str | Path]) -> None:
    """A user who may only read does not read while another one writes."""
    started, gate = stand.folder / "started", stand.folder / "gate"
    wait = 'echo > "$0"; while [ ! -e "$1" ]; do sleep 0.05; done'
    hook = ["/bin/sh", "-c", wait, str(started), str(gate)]
    with stand.start(stand.wanted(force=True, deploy_hook=hook)) as writer:
        until("the hook runs", started.exists)
        said = outcome(stand, closed, deadline=0.5)
        gate.touch()
        finish(writer)
    if said.error is None or said.error["kind"] != "busy":
        raise Failed(f"it did not wait: {said.answer or said.error}")


def full(stand: Stand) -> None:
    refused(stand, "No space left", outcome(stand, mounted(stand, SMALL)))
    said = outcome(stand, mounted(stand, ENOUGH))
    if said.answer is None or said.answer["outcome"] not in FRESH:
        raise Failed(f"with enough room: {said.answer or said.error}")


def as_nobody(stand: Stand) -> None:
    """Root may do everything, so another user tries."""
    before: list[str | Path] = []
    driver = stand.driver[0]
    if os.geteuid() == 0:
        need("setpriv")
        before = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        copy = stand.folder / "driver"
        copy.write_bytes(Path(driver).read_bytes())
        copy.chmod(0o755)
        stand.driver = [copy]
        stand.folder.chmod(0o755)
        os.chown(stand.webroot, NOBODY, NOBODY)
    stand.store.mkdir(exist_ok=True)
    if before:
        os.chown(stand.store, NOBODY, NOBODY)
    unprivileged = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    place = stand.webroot / ".well-known/pki-validation"
    if not unprivileged.exists() or int(unprivileged.read_text(encoding="ascii")) > 80:
        validation = {"method": "HTTP_CSR_HASH", "listen": "127.0.0.1:80"}
        said = outcome(stand, before, validation=validation)
        refused(stand, "CAP_NET_BIND_SERVICE", said, kind="invalid_argument")
    for mode in (0o555, 0o311):
        stand.webroot.chmod(mode)
        refused(stand, "let this user write there", outcome(stand, before), kind="invalid_argument")
    stand.webroot.chmod(0o755)
    place.mkdir(parents=True)
    place.chmod(0o555)
    if before:
        refused(stand, "let this user write there", outcome(stand, before), kind="invalid_argument")
        os.chown(place, NOBODY, NOBODY)
    place.chmod(0o755)
    stand.entry.chmod(0o555)
    refused(stand, "Permission denied", outcome(stand, before))
    stand.entry.chmod(0o755)
    said = outcome(stand, before)
    if said.answer is None or said.answer["outcome"] not in FRESH:
        raise Failed(f"put right, it ended with {said.answer or said.error}")
    others_hook(stand, before)


def others_hook(stand: Stand, before: Sequence[str | Path]) -> None:
    """A hook that its owner may run, but this process may not."""
    hook = stand.folder / "hook"
    hook.write_text("#!/bin/sh\n", encoding="ascii")
    hook.chmod(0o744 if before else 0o644)
    for more in ({"deploy_hook": [str(hook)]}, {"validation": {"method": "CNAME_CSR_HASH", "hook": [str(hook)]}}):
        said = outcome(stand, before, force=True, **more)
        refused(stand, "chmod +x", said, kind="invalid_argument", orders=1)
