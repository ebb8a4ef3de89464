"""What a page is played on: a sandbox as the service, a folder as the machine, nginx or HAProxy, and DNS on loopback.

The page's code is not changed, but for two things, both here: absolute paths lie below the machine's folder (`PLACES`),
and a few words are others, such as the ports of nginx (`OTHERS`). What comes from outside comes in the environment.
"""

import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from harness import LIB, SANDBOX, TOP, Failed, need
from servers import Sandbox

from page import Command, File, Page

HERE = Path(__file__).resolve().parent
# The environment of tests/python/run.py, in which the package is installed.
TOOLS = TOP / "target/python/tools"
WHEELS = TOP / "target/python/wheels"
# Where the pages keep things. Programs, as in /usr/bin, are the real ones.
PLACES = re.compile(r"(?<![\w./-])/(?=(?:etc|opt|root|var|usr/local)\b)")
HTTP, HTTPS, LISTENER = 18080, 18443, 18081
OTHERS = {
    "listen 80;": "listen {address}:18080;",
    "listen 443 ssl;": "listen {address}:18443 ssl;",
    "bind :80": "bind {address}:18080",
    "bind :443 ": "bind {address}:18443 ",
    "0.0.0.0:80": "{address}:18080",
    "127.0.0.1:8080": "{address}:18081",
    "chgrp tomcat": "chgrp {group}",
}
PYTHON = "/opt/zerossl/bin/python"
KEY = "your-access-key"
NAMES = ("example.com", "www.example.com", "shop.example.com", "203.0.113.10")
NGINX = """\
{user}
worker_processes 1;
pid {root}/nginx.pid;
error_log {root}/error.log notice;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {root}/temp; proxy_temp_path {root}/temp; fastcgi_temp_path {root}/temp;
    uwsgi_temp_path {root}/temp; scgi_temp_path {root}/temp;
    include {root}/etc/nginx/conf.d/*.conf;
}}
"""
# Programs with other settings, and those that a container lacks.
PROGRAMS = {
    "nginx": 'exec {nginx} -e {root}/error.log -c {root}/etc/nginx/nginx.conf "$@"',
    # Ends when the processes with the old settings have ended.
    "systemctl": """
case "$*" in
"enable --now "*) shift 2; exec {systemctl} --root={root} enable "$@" ;;
"reload nginx") ;;
"reload haproxy")
    old=$(cat {root}/haproxy.pid 2> /dev/null)
    haproxy -D -f {root}/etc/haproxy -p {root}/haproxy.pid ${{old:+-sf $old}} || exit 1
    while [ -n "$old" ] && kill -0 "$old" 2> /dev/null; do sleep 0.02; done
    exit ;;
*) echo "not on the stage: $*"; exit 1 ;;
esac
ended() {{ grep -c "exited with code 0" {root}/error.log; }}
before=$(ended)
nginx -s reload || exit 1
until [ "$(ended)" -gt "$before" ]; do sleep 0.02; done
""",
}


class Stage:
    """The machine of an operator, whose folder is `root`."""

    def __init__(self, *options: str, quota: int = 3) -> None:
        """Make it, with the sandbox's options."""
        self.root = Path(tempfile.mkdtemp(prefix="recipes-"))
        # Nobody else listens here, and the system never chooses these ports by itself.
        self.address = "127." + ".".join(str(1 + secrets.randbelow(254)) for _ in range(3))
        for folder in (
            "etc/nginx/conf.d",
            "usr/local/bin",
            "var/www/html",
            "var/backups",
            "opt/zerossl",
            "root",
            "bin",
            "temp",
        ):
            (self.root / folder).mkdir(parents=True)
        managed = ["--management", "127.0.0.1:0", "--quota", str(quota), "--access-key", KEY]
        self.sandbox = Sandbox(SANDBOX, *managed, *options)
        for name in NAMES:
            self.sandbox.manage("POST", "/addresses", {"name": name, "address": f"{self.address}:{HTTP}"})
        self.roots = self.root / "sandbox.pem"
        self.roots.write_text(self.sandbox.manage("GET", "/roots"), encoding="ascii")
        # What the page shows, and what it is here: ids of orders.
        self.words: dict[str, str] = {}
        self.environment = self.clean_environment()
        self.write_programs()

    def clean_environment(self) -> dict[str, str]:
        """What programs of the page get."""
        dns = self.sandbox.manage("GET", "/")["dns"]
        # Where the library's preflight checks find the machine; network/sitecustomize.py hands it over.
        ports = [f"{name}:80:{self.address}:{HTTP}" for name in NAMES]
        (self.root / ".curlrc").write_text(
            f'cacert = "{self.roots}"\n'
            + "".join(
                f'connect-to = "{name}:{port}:{self.address}:{here}"\n'
                for name in NAMES
                for port, here in ((80, HTTP), (443, HTTPS))
            ),
            encoding="ascii",
        )
        service = {"STAGE_CA": str(self.roots)} if self.sandbox.url.startswith("https:") else {}
        inherited = {name: os.environ[name] for name in ("LANG",) if name in os.environ}
        return (
            inherited
            | service
            | {
                "HOME": str(self.root / "root"),
                "CURL_HOME": str(self.root),
                "PATH": f"{self.root}/bin:{self.root}/usr/local/bin:{os.environ['PATH']}",
                "PYTHONPATH": str(HERE / "network"),
                "PYTHONDONTWRITEBYTECODE": "1",
                "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": str(WHEELS),
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                "PKG_CONFIG_PATH": str(LIB / "pkgconfig"),
                "LD_LIBRARY_PATH": str(LIB),
                "ZEROSSL_BASE_URL": self.sandbox.url,
                "STAGE_RESOLVER": dns,
                "STAGE_CONNECT_TO": " ".join(ports),
            }
        )

    def write_programs(self) -> None:
        """Put the machine's programs into its PATH."""
        for name, text in PROGRAMS.items():
            path = self.root / "bin" / name
            real = {program: shutil.which(program) for program in ("nginx", "systemctl")}
            path.write_text(f"#!/bin/sh\n{text.format(root=self.root, **real)}\n")
            path.chmod(0o755)

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything and remove the folder."""
        self.sandbox.process.communicate()
        for server in ("nginx", "haproxy"):
            pid = self.root / f"{server}.pid"
            if pid.exists():
                os.kill(int(pid.read_text()), signal.SIGTERM)
        shutil.rmtree(self.root, ignore_errors=True)

    def prepare(self, *, key: bool = True) -> None:
        """What the first page has done on every other: the package and the key."""
        for part in ("bin", "lib", "pyvenv.cfg"):
            (self.root / "opt/zerossl" / part).symlink_to(TOOLS / part)
        if key:
            path = self.root / "etc/zerossl.key"
            path.write_text(KEY)
            path.chmod(0o600)

    def start_nginx(self) -> None:
        """As on a machine where it is installed."""
        need("nginx")
        user = "user root;" if os.getuid() == 0 else ""
        (self.root / "etc/nginx/nginx.conf").write_text(NGINX.format(user=user, root=self.root))
        self.run("nginx")

    def use_website(self) -> None:
        """The machine after the first page: nginx serves the webroot, and a certificate once there is one."""
        self.prepare()
        self.start_nginx()
        self.write_files(Page("first-certificate"))
        tls = self.root / "etc/nginx/conf.d/example.com-tls.conf"
        later = tls.rename(self.root / "tls.conf")
        self.run("systemctl reload nginx")
        self.run(f"{PYTHON} /opt/zerossl/example.py")
        later.rename(tls)
        self.run("systemctl reload nginx")

    def here(self, text: str) -> str:
        """The text of a page, with the places of this machine."""
        # Some group that this user is in.
        group = os.getgroups()[-1] if os.getgroups() else os.getgid()
        for shown, real in (OTHERS | self.words).items():
            text = text.replace(shown, real.format(address=self.address, group=group))
        return PLACES.sub(f"{self.root}/", text)

    def shown(self, text: str) -> str:
        """What was printed, as the page's machine would have printed it."""
        text = text.replace(str(self.root), "").replace(f"{self.address}:{HTTP}", "0.0.0.0:80")
        text = text.replace(f"{self.address}:{LISTENER}", "127.0.0.1:8080")
        for shown, real in self.words.items():
            text = text.replace(real, shown)
        return text

    def play(self, page: Page, *headings: str) -> None:
        """Do what the page says under these headings."""
        for heading in headings:
            section = page.sections.get(heading)
            if section is None:
                raise Failed(f"{page.name} has no steps under {heading!r}, but under {list(page.sections)}")
            section.is_played = True
            self.do(section.steps)

    def do(self, steps: Iterable[File | Command]) -> None:
        """Do the steps."""
        for step in steps:
            if isinstance(step, File):
                self.write(step)
            else:
                step.compare(self.run(step.line, fails=step.fails))

    def write(self, file: File) -> None:
        """Write a file of the page."""
        path = self.root / "root" / self.here(file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.here(file.text), encoding="utf-8")

    def write_files(self, page: Page) -> None:
        """Write all files of a page, without its commands."""
        for section in page.sections.values():
            for step in section.steps:
                if isinstance(step, File):
                    self.write(step)

    def error(self, line: str) -> str:
        """The error that the command ends with."""
        printed = self.run(line, fails=True)
        if "error: " not in printed:
            raise Failed(f"$ {line}\nended without an error of the library:\n{printed}")
        return printed.rpartition("error: ")[2].strip()

    def run(self, line: str, *, fails: bool = False) -> str:
        """What the command prints. The folder and the environment stay for the next one."""
        state = shlex.quote(str(self.root / "state"))
        keep = f'{{ export -p; printf "cd %q\\n" "$PWD"; }} > {state}'
        script = f"[ ! -e {state} ] || . {state}\n{self.here(line)}\nstatus=$?\n{keep}\nexit $status"
        done = subprocess.run(
            ["bash", "--norc", "-c", script],
            env=self.environment,
            cwd=self.root / "root",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        printed = self.shown(done.stdout)
        if (done.returncode != 0) != fails:
            raise Failed(f"$ {line}\nended with {done.returncode}\n{printed}")
        return printed

    def certificates(self, status: str = "issued") -> list[str]:
        """The ids on the account with this status."""
        return [one["id"] for one in self.sandbox.manage("GET", "/certificates") if one["status"] == status]

    def count(self, operation: str) -> int:
        """How often the service was asked for this."""
        return sum(asked["operation"] == operation for asked in self.sandbox.manage("GET", "/requests"))

    def served(self, name: str = "example.com") -> bytes:
        """The leaf that nginx serves, after a handshake that trusts the sandbox's root and checks the name."""
        context = ssl.create_default_context(cafile=str(self.roots))
        # X509_V_FLAG_NO_CHECK_TIME: the stage has days of its own.
        context.verify_flags |= 0x200000
        with (
            socket.create_connection((self.address, HTTPS), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname=name) as connection,
        ):
            return connection.getpeercert(binary_form=True) or b""

    def leaf(self, entry: str = "example.com") -> bytes:
        """The leaf that is installed."""
        return ssl.PEM_cert_to_DER_cert((self.root / f"etc/zerossl/{entry}/current/cert.pem").read_text())

    def fault(self, operation: str, effect: Any, times: int = 1) -> None:
        """Let the service fail."""
        self.sandbox.manage("POST", "/faults", {"operation": operation, "effect": effect, "times": times})

    def settings(self, **changed: Any) -> None:
        """Change settings of the sandbox."""
        self.sandbox.manage("PATCH", "/settings", changed)

    def advance(self, days: float) -> None:
        """Move the service's clock, and that of the programs that start from now on."""
        seconds = int(days * 86400)
        self.sandbox.manage("POST", "/clock", {"advance_seconds": seconds})
        offset = int(self.environment.get("STAGE_CLOCK_OFFSET", "0")) + seconds
        self.environment["STAGE_CLOCK_OFFSET"] = str(offset)
        (self.root / "state").unlink(missing_ok=True)
