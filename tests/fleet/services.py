"""Hosts without an access key: `zerossl install --every`, and `zerossl serve-challenges` behind a balancer."""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from harness import SANDBOX, TARGET, TOP, Failed, run
from servers import Sandbox

from engines import Engine
from hosts import SEAL

COMMAND = str(TARGET / "debug/zerossl")
# In seconds.
PATIENCE = 60
HOOK = """#!/bin/sh
echo "$ZEROSSL_ENTRY" >> "$1"
"""


@contextlib.contextmanager
def service(*words: str, env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A command that runs until it is told to stop, and then says that all went well."""
    process = subprocess.Popen([COMMAND, *words], env=env, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    except BaseException:
        process.kill()
        raise
    process.send_signal(signal.SIGTERM)
    _, complaint = process.communicate(timeout=PATIENCE)
    if process.returncode != 0:
        raise Failed(f"{words[0]} ends with {process.returncode}: {complaint}")


def port_of(process: subprocess.Popen[str]) -> int:
    """The port that it says it listens on."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"listening on \S+:(\d+)$", line.strip()):
            return int(found.group(1))
    raise Failed("it does not say where it listens")


def wait_for(path: Path, text: str) -> None:
    """Until a file has this content."""
    end = time.monotonic() + PATIENCE
    while not (path.exists() and path.read_text(encoding="utf-8") == text):
        if time.monotonic() > end:
            raise Failed(f"{path.name} never says {text!r}")
        time.sleep(0.05)


def services(folder: Path, engine: Engine) -> str:
    """The CA asks one host for the file that another one has published; a third one installs what was issued."""
    run(
        ["cargo", "build", "--quiet", "--package", "zerossl-cli", "--package", "zerossl-sandbox"], cwd=TOP, timeout=1800
    )
    environment, settings = engine.settings(engine.port)
    # No access key.
    env = {name: value for name, value in os.environ.items() if not name.startswith("ZEROSSL_")}
    env |= environment | {"ZEROSSL_SEAL_KEY": SEAL}
    hook, log = folder / "hook", folder / "log"
    hook.write_text(HOOK, encoding="utf-8")
    hook.chmod(0o755)
    installed = ["--directory", str(folder / "installed"), "--every", "1", "--deploy-hook", f"{hook} {log}"]
    with (
        service("serve-challenges", "--listen", "127.0.0.1:0", *settings, env=env) as answering,
        service("install", *installed, *settings, env=env),
        Sandbox(SANDBOX, "--management", "127.0.0.1:0", "--http-port", str(port_of(answering))) as sandbox,
    ):
        ordering = ["--directory", str(folder / "ordering"), "--listen", "127.0.0.1:0", "--preflight", "off"]
        run([COMMAND, "obtain", "example.com", *ordering, *settings], env=env | sandbox.environment(), timeout=PATIENCE)
        wait_for(log, "example.com\n")
        keys = {(folder / host / "example.com/current/privkey.pem").read_bytes() for host in ("ordering", "installed")}
        if len(keys) != 1:
            raise Failed("the hosts have different keys")
        # What was published is taken away again.
        if b'"kind":"challenge"' in engine.dump():
            raise Failed("a challenge was left behind")
    return "a host answers for another, and a third one installs"
