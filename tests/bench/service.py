"""The sandbox as another process, with orders that are issued at once."""

import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path

from counting import SANDBOX


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextmanager
def sandbox(*options):
    """Its address, while it runs."""
    command = [SANDBOX, "--exit-with-stdin", "--access-key", "bench", *options]
    words = [str(word) for word in command]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().split()[-1]
        process.stdin.close()


def obtaining(port: int, folder: Path, number: int) -> tuple:
    """The operation, its parameters and the least bytes of its answer, for a new entry whose files are served here."""
    params = {
        "domains": [f"{number}.example.com"],
        "directory": str(folder),
        "validation": {"method": "HTTP_CSR_HASH", "listen": f"127.0.0.1:{port}"},
        "preflight": "off",
    }
    return "obtain", params, 100
