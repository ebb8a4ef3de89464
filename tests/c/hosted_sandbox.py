"""A sandbox whose names have a website: a folder, served on a port of this machine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness import SANDBOX
from servers import Sandbox


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder and logs nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def sandbox_with_website(folder: Path, quota: int = 50) -> Iterator[Sandbox]:
    """The sandbox has room for many certificates, and its management interface."""
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as website:
        threading.Thread(target=website.serve_forever, daemon=True).start()
        options = ["--quota", str(quota), "--management", "127.0.0.1:0", "--http-port", str(website.server_address[1])]
        with Sandbox(SANDBOX, *options) as sandbox:
            yield sandbox
        website.shutdown()
