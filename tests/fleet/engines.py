"""The engines of shared stores, as real servers on loopback: S3 (versitygw) and PostgreSQL."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, Self

from harness import TARGET, Failed, Skipped, need, run

VERSITYGW = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"
GO_TOOLS = TARGET / "go-tools"
BUCKET = "certificates"
REGION = "us-east-1"
DATABASE = "certificates"
# With characters that are written otherwise in URLs and in XML.
WORD = "s3cret+/word=&of<the>test"


class Engine(Protocol):
    """A running engine. Its folder is gone when it ends."""

    port: int

    def settings(self, port: int) -> tuple[dict[str, str], list[str]]:
        """The environment and the flags of a command that uses it as its store, by way of this port."""

    def dump(self) -> bytes:
        """All that it has stored."""

    def tests(self) -> dict[str, str]:
        """For the tests of the crate."""

    def __enter__(self) -> Self:
        """Use it."""

    def __exit__(self, *_: object) -> None:
        """Stop it."""


def free_port() -> int:
    """A port that was free a moment ago: no engine tells which one the system chose."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Server:
    """A program that runs until it is stopped, and is ready when it takes connections."""

    def __init__(
        self,
        command: Callable[[int], list[str]],
        log: Path,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        """Start it; on another port, if somebody else has taken the first one meanwhile."""
        for _ in range(3):
            self.port = free_port()
            with log.open("wb") as output:
                self.process = subprocess.Popen(
                    command(self.port), env=env, user=user, stdin=subprocess.DEVNULL, stdout=output, stderr=output
                )
            if self.is_ready():
                return
            self.stop()
        raise Failed(f"{command(0)[0]} does not start:\n{log.read_text(encoding='utf-8')}")

    def is_ready(self) -> bool:
        """Whether it takes connections. False if it has ended."""
        end = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return True
            time.sleep(0.05)
        return False

    def stop(self) -> None:
        """End it, and wait for its end."""
        # To PostgreSQL, SIGTERM would mean to wait for its clients.
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class S3:
    """A versitygw. It has one bucket, a user who may do everything, and guests who may do nothing."""

    def __init__(self, folder: Path) -> None:
        """Start it; what it holds is in the folder."""
        program = str(versitygw())
        self.buckets, users = folder / "buckets", folder / "users"
        (self.buckets / BUCKET).mkdir(parents=True)
        users.mkdir()
        env = os.environ | {"ROOT_ACCESS_KEY": "AKIAROOT", "ROOT_SECRET_KEY": WORD}
        options = ["--quiet", "--keep-alive", "--region", REGION, "--iam-dir", str(users)]
        self.server = Server(
            lambda port: [program, *options, "--port", f"127.0.0.1:{port}", "posix", str(self.buckets)],
            folder / "versitygw.log",
            env,
        )
        self.port = self.server.port
        self.url = f"http://127.0.0.1:{self.port}"
        admin = [program, "admin", "--access", "AKIAROOT", "--secret", WORD, "--endpoint-url", self.url]
        for guest in ("AKIAGUEST", "AKIAFEW"):
            run([*admin, "create-user", "--access", guest, "--secret", WORD, "--role", "user"])

    def settings(self, port: int) -> tuple[dict[str, str], list[str]]:
        """The environment and the flags of a command that uses it as its store, by way of this port."""
        flags = ["--store", f"s3://{BUCKET}/fleet", "--store-endpoint", f"http://127.0.0.1:{port}"]
        return {"AWS_ACCESS_KEY_ID": "AKIAROOT", "AWS_SECRET_ACCESS_KEY": WORD, "AWS_REGION": REGION}, flags

    def dump(self) -> bytes:
        """All that it has stored."""
        return b"".join(file.read_bytes() for file in self.buckets.rglob("*") if file.is_file())

    def tests(self) -> dict[str, str]:
        """For the tests of the crate."""
        return {
            "ZEROSSL_TEST_S3": f"127.0.0.1:{self.server.port}",
            "ZEROSSL_TEST_S3_BUCKET": BUCKET,
            "ZEROSSL_TEST_S3_KEY": "AKIAROOT",
            "ZEROSSL_TEST_S3_GUEST": "AKIAGUEST",
            "ZEROSSL_TEST_S3_FEW": "AKIAFEW",
            "ZEROSSL_TEST_S3_SECRET": WORD,
        }

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.server.stop()


class PostgreSQL:
    """A cluster of its own: with TLS, and a database whose owner makes the tables. A guest may do nothing there."""

    def __init__(self, folder: Path) -> None:
        """Start it; what it holds is in the folder."""
        self.folder, data = folder, folder / "data"
        # The server does not run as root.
        user = "postgres" if os.geteuid() == 0 else None
        programs = newest_programs()
        password = folder / "password"
        password.write_text(WORD, encoding="ascii")
        self.ca = make_certificates(folder)
        if user:
            folder.parent.chmod(0o755)
            for path in (*folder.iterdir(), folder):
                shutil.chown(path, user, user)
        accounts = ["--username", "postgres", "--pwfile", str(password), "--auth", "scram-sha-256"]
        runs_as = ["runuser", "-u", user, "--"] if user else []
        run([*runs_as, str(programs / "initdb"), "--pgdata", str(data), "--no-sync", *accounts])
        settings = {
            "unix_socket_directories": folder,
            "ssl": "on",
            "ssl_cert_file": folder / "server.pem",
            "ssl_key_file": folder / "server.key",
            "fsync": "off",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        postgres = [str(programs / "postgres"), "-D", str(data), "-h", "127.0.0.1", *options]
        self.server = Server(lambda port: [*postgres, "-p", str(port)], folder / "postgres.log", user=user)
        self.port = self.server.port
        for statement in (
            f"CREATE ROLE owner LOGIN PASSWORD '{WORD}'",
            f"CREATE ROLE guest LOGIN PASSWORD '{WORD}'",
            f"CREATE DATABASE {DATABASE} OWNER owner",
        ):
            run(["psql", "--no-psqlrc", "--quiet", "-c", statement], env=self.login("postgres", "postgres"))

    def login(self, user: str, database: str) -> dict[str, str]:
        """The environment of PostgreSQL's programs."""
        place = {"PGHOST": "127.0.0.1", "PGPORT": str(self.server.port), "PGDATABASE": database}
        return os.environ | place | {"PGUSER": user, "PGPASSWORD": WORD}

    def settings(self, port: int) -> tuple[dict[str, str], list[str]]:
        """The environment and the flags of a command that uses it as its store, by way of this port."""
        return {"PGUSER": "owner", "PGPASSWORD": WORD}, ["--store", f"postgresql://127.0.0.1:{port}/{DATABASE}"]

    def dump(self) -> bytes:
        """All that it has stored."""
        command = ["psql", "--no-psqlrc", "--quiet", "-At", "-c", "SELECT content FROM zerossl_records"]
        rows = run(command, env=self.login("owner", DATABASE)).split()
        return b"".join(bytes.fromhex(row.removeprefix("\\x")) for row in rows)

    def tests(self) -> dict[str, str]:
        """For the tests of the crate."""
        return {
            "ZEROSSL_TEST_PG": f"127.0.0.1:{self.server.port}",
            "ZEROSSL_TEST_PG_SOCKETS": str(self.folder),
            "ZEROSSL_TEST_PG_DATABASE": DATABASE,
            "ZEROSSL_TEST_PG_USER": "owner",
            "ZEROSSL_TEST_PG_GUEST": "guest",
            "ZEROSSL_TEST_PG_PASSWORD": WORD,
            "ZEROSSL_TEST_PG_CA": str(self.ca),
        }

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.server.stop()


def newest_programs() -> Path:
    """Where Debian has the programs of the newest server."""
    need("psql")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    if program := shutil.which("initdb"):
        return Path(program).parent
    raise Skipped("no PostgreSQL server is installed (apt: postgresql)")


def make_certificates(folder: Path) -> Path:
    """A CA, and a certificate of it for the name localhost alone. The CA's file."""
    need("openssl")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    ca, server = folder / "ca.pem", folder / "server.pem"
    made = ["req", "-x509", *key, "-subj", "/CN=test", "-keyout", str(folder / "ca.key"), "-out", str(ca)]
    run(["openssl", *made])
    names = folder / "names"
    names.write_text("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n", encoding="ascii")
    request = folder / "request.pem"
    wanted = ["req", *key, "-subj", "/CN=localhost", "-keyout", str(folder / "server.key"), "-out", str(request)]
    run(["openssl", *wanted])
    signed = ["x509", "-req", "-in", str(request), "-CA", str(ca), "-CAkey", str(folder / "ca.key")]
    run(["openssl", *signed, "-CAcreateserial", "-extfile", str(names), "-out", str(server)])
    (folder / "server.key").chmod(0o600)
    return ca


def versitygw() -> Path:
    """The program; built once, into target/."""
    if found := shutil.which("versitygw"):
        return Path(found)
    program = GO_TOOLS / "versitygw"
    if not program.exists():
        need("go")
        env = os.environ | {"GOBIN": str(GO_TOOLS), "GOFLAGS": "-buildvcs=false"}
        run(["go", "install", VERSITYGW], env=env, cwd=Path("/"), timeout=1800)
    return program
