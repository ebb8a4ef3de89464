"""nginx serves the webroot; the test checks what it serves after a deploy hook has reloaded or restarted it."""

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from harness import Command, Failed, Tests, need, run

from stand import NAME, Stand, until

CONFIG = """\
{user}
worker_processes 1;
pid {prefix}/nginx.pid;
error_log {prefix}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {prefix}/temp; proxy_temp_path {prefix}/temp; fastcgi_temp_path {prefix}/temp;
    uwsgi_temp_path {prefix}/temp; scgi_temp_path {prefix}/temp;
    server {{ listen 127.0.0.1:{port}; root {webroot}; }}
    server {{
        listen 127.0.0.1:{tls_port} ssl;
        ssl_certificate {current}/fullchain.pem;
        ssl_certificate_key {current}/privkey.pem;
    }}
}}
"""
# Stops the running nginx and starts another, as a restart in a deploy hook does. nginx and shells set their signals
# themselves, so there is also a program that keeps the signals that it inherits.
RESTART = """\
import os, subprocess, sys, time
prefix = sys.argv[1]
nginx = ["nginx", "-p", prefix, "-c", "nginx.conf"]
subprocess.run([*nginx, "-s", "stop"], check=True)
while os.path.exists(f"{prefix}/nginx.pid"):
    time.sleep(0.02)
subprocess.run(nginx, check=True)
sleeper = subprocess.Popen(["sleep", "300"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
open(f"{prefix}/sleep.pid", "w").write(str(sleeper.pid))
"""


class Nginx:
    """A running nginx on ports that the system chooses."""

    def __init__(self, prefix: Path, webroot: Path) -> None:
        """Start it, with a temporary certificate."""
        self.prefix, self.webroot = prefix, webroot
        # It inherits listening sockets, as in an upgrade from another version of nginx.
        listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        self.port, self.tls_port = (listener.getsockname()[1] for listener in listeners)
        self.command = ["nginx", "-p", str(prefix), "-c", "nginx.conf"]
        files = ["-keyout", f"{prefix}/privkey.pem", "-out", f"{prefix}/fullchain.pem"]
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        run(["openssl", "req", "-x509", *curve, "-nodes", "-subj", "/CN=example.com", *files])
        self.configure(prefix)
        numbers = [listener.fileno() for listener in listeners]
        environment = os.environ | {"NGINX": "".join(f"{number};" for number in numbers)}
        with (prefix / "said").open("wb") as said:
            self.process = subprocess.Popen(self.command, env=environment, pass_fds=numbers, stderr=said)
        for listener in listeners:
            listener.close()
        until("nginx runs", self.pid)

    def configure(self, current: Path) -> None:
        """Write the configuration, with the certificate in this folder."""
        settings = {
            "prefix": self.prefix,
            "port": self.port,
            "tls_port": self.tls_port,
            "webroot": self.webroot,
            "current": current,
            # Otherwise its workers run as a user who may not read the test's folder.
            "user": "user root;" if os.getuid() == 0 else "",
        }
        (self.prefix / "nginx.conf").write_text(CONFIG.format(**settings), encoding="utf-8")

    def pid(self) -> int | None:
        """The process id of its master process, while it runs."""
        try:
            return int((self.prefix / "nginx.pid").read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None

    def end(self, number: signal.Signals) -> None:
        """Ask it to end, as a service manager does, and wait."""
        pid = self.pid()
        if pid is None:
            raise Failed("nginx does not run")
        os.kill(pid, number)
        self.process.poll()
        until(f"nginx ends on {number.name}", lambda: self.pid() is None)

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it, also one that was restarted."""
        if pid := self.pid():
            os.kill(pid, signal.SIGTERM)
        self.process.kill()
        self.process.wait()


def test_all(test: Tests, driver: Path) -> None:
    test("nginx: validated, reloaded and restarted", lambda: nginx([driver]))


def nginx(driver: Command) -> None:
    need("nginx", "openssl")
    with Stand(driver, http_port=1) as stand:
        prefix = stand.folder / "nginx"
        prefix.mkdir()
        with Nginx(prefix, stand.webroot) as server:
            stand.sandbox.manage("POST", "/addresses", {"http_port": server.port})
            roots = prefix / "roots.pem"
            roots.write_text(stand.sandbox.manage("GET", "/roots"), encoding="ascii")
            played(stand, server, roots)


def played(stand: Stand, server: Nginx, roots: Path) -> None:
    reload = [*server.command, "-s", "reload"]
    dns = stand.sandbox.manage("GET", "/")["dns"]
    preflight = {"preflight": "strict", "resolver": dns, "connect_to": [f"{NAME}:80:127.0.0.1:{server.port}"]}

    def obtain(outcome: str, **more: Any) -> None:
        said = stand.obtain(**preflight, **more)
        if said.answer["outcome"] != outcome or said.warnings():
            raise Failed(f"it ended with {said.answer}, and warned: {said.warnings()}")
        if not any(event.get("stage") == "preflight" for event in said.events):
            raise Failed("there was no preflight check before the service was asked")

    obtain("issued", deploy_hook=reload)
    server.configure(stand.entry / "current")
    run(reload)
    until("the first certificate is served", lambda: is_served(stand, server, roots))
    first = leaf(stand)

    obtain("renewed", deploy_hook=reload, force=True)
    if leaf(stand) == first:
        raise Failed("the renewal has left the old certificate in place")
    until("the second certificate is served", lambda: is_served(stand, server, roots))

    obtain("renewed", deploy_hook=[sys.executable, "-c", RESTART, str(server.prefix)], force=True)
    until("the third certificate is served", lambda: is_served(stand, server, roots))
    # They were started by a hook, and still receive signals.
    server.end(signal.SIGTERM)
    sleeper = int((server.prefix / "sleep.pid").read_text(encoding="ascii"))
    os.kill(sleeper, signal.SIGTERM)
    try:
        until("what the hook has started ends on SIGTERM", lambda: is_over(sleeper), seconds=5)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(sleeper, signal.SIGKILL)


def is_over(pid: int) -> bool:
    """Whether it has ended, even if nobody has waited for it."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


def leaf(stand: Stand) -> bytes:
    return ssl.PEM_cert_to_DER_cert((stand.entry / "current/cert.pem").read_text(encoding="ascii"))


def is_served(stand: Stand, server: Nginx, roots: Path) -> bool:
    """Whether a client that trusts only the sandbox's root gets the current certificate."""
    context = ssl.create_default_context(cafile=str(roots))
    try:
        with (
            socket.create_connection(("127.0.0.1", server.tls_port), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname=NAME) as connection,
        ):
            return connection.getpeercert(binary_form=True) == leaf(stand)
    except (ConnectionError, ssl.SSLCertVerificationError):
        return False
