"""A website for tests, and helpers to obtain a certificate for it."""

from __future__ import annotations

import http.server
import threading
from functools import partial
from pathlib import Path
from typing import Any

import libzerossl as zerossl
from libzerossl.sandbox import Sandbox


class Website:
    """The website of an order's names: a folder, served on a port of this machine."""

    def __init__(self, folder: Path) -> None:
        """Serve the folder."""
        folder.mkdir()
        handler = partial(QuietHandler, directory=str(folder))
        self.folder = folder
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End it."""
        self.server.shutdown()
        self.server.server_close()

    def put(self, url: str, content: str) -> None:
        """Serve a text at a URL."""
        path = self.folder / url.split("/", 3)[3]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def issue(self, client: zerossl.Client, name: str) -> zerossl.Certificate:
        """Order a certificate for a name and validate it."""
        csr = client.generate_csr(domains=[name]).csr
        order = client.create_certificate(domains=[name], csr=csr, strict_domains=True)
        file = order.validation.other_methods[name]
        self.put(str(file.file_validation_url_http), "\n".join(file.file_validation_content))
        client.verify_domains(order.id, validation_method="HTTP_CSR_HASH")
        return client.get_certificate(order.id)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Prints nothing on stderr."""

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


class Stand:
    """A sandbox that validates at a website, a client of it, and a folder for certificates."""

    def __init__(self, sandbox: Sandbox, website: Website, directory: Path) -> None:
        """Store the parts."""
        self.sandbox = sandbox
        self.client = sandbox.client()
        self.website = website
        self.directory = directory

    def obtain(self, *domains: str, **given: Any) -> zerossl.Obtained:
        """Call `obtain` without the preflight check, since the names exist only here."""
        usual = {"directory": self.directory, "preflight": "off", "poll_interval": 0.1, "deadline": 30}
        return self.client.obtain(list(domains) or ["example.com"], **{**usual, **given})

    def count(self, operation: str) -> int:
        """The number of calls of an operation."""
        return sum(asked["operation"] == operation for asked in self.sandbox.manage("/requests"))

    def publish(self, challenge: zerossl.RecordChallenge) -> None:
        """Add the record to the sandbox's DNS."""
        self.sandbox.manage("/records", {"name": challenge.name, "type": "CNAME", "value": challenge.target})

    def cleanup(self, challenge: zerossl.RecordChallenge) -> None:
        """Remove it."""
        self.sandbox.manage(f"/records?name={challenge.name}", method="DELETE")

    def issue_what_waits(self) -> None:
        """Move the sandbox's clock beyond its delay."""
        self.sandbox.manage("/clock", {"advance_seconds": 1000})

    def hold_back(self) -> None:
        """Let orders wait until `issue_what_waits`."""
        self.sandbox.manage("/settings", {"issue_delay_seconds": 900}, method="PATCH")
