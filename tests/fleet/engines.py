"""The engines of shared stores, as real servers on loopback: S3 (versitygw) and PostgreSQL."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, Self

from harness import TARGET, Failed, need, run

VERSITYGW = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"
GO_TOOLS = TARGET / "go-tools"
BUCKET = "certificates"
REGION = "us-east-1"
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

    def __init__(self, command: Callable[[int], list[str]], log: Path, env: Mapping[str, str] | None = None) -> None:
        """Start it; on another port, if somebody else has taken the first one meanwhile."""
        for _ in range(3):
            self.port = free_port()
            with log.open("wb") as output:
                self.process = subprocess.Popen(
                    command(self.port), env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
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
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class S3:
    """A versitygw. It has one bucket, a user who may do everything, and a guest who may do nothing."""

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
        run([*admin, "create-user", "--access", "AKIAGUEST", "--secret", WORD, "--role", "user"])

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
            "ZEROSSL_TEST_S3_SECRET": WORD,
        }

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.server.stop()


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
