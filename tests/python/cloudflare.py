"""A stand-in for Cloudflare's API, which checks what a client sends; and the DNS that finds a zone."""

from __future__ import annotations

import http.server
import itertools
import json
import socket
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

TOKEN = "s3cr3t-t0k3n"  # noqa: S105
ZONE = "023e105f4ecef8ad9ca31a8372d0c353"
BASE = "/client/v4"
# In a process of its own, the provider's address is a constant, and the system's resolver is not for tests.
DIRECTED = """\
import os
import dns.resolver
from lexicon._private.providers.cloudflare import Provider

begin = Provider.__init__

def directed(self, config):
    begin(self, config)
    self.api_endpoint = os.environ["STAND_IN_API"]

Provider.__init__ = directed
resolver = dns.resolver.default_resolver = dns.resolver.Resolver(configure=False)
resolver.nameservers, resolver.port = ["127.0.0.1"], int(os.environ["STAND_IN_DNS"])
"""


class RefusedError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: int, message: str) -> None:
        """With a status of HTTP and a code of Cloudflare's."""
        self.status = status
        self.errors = [{"code": code, "message": message}]


class Cloudflare:
    """The API on a port of this machine. `published` and `removed` are called with the name and target of a CNAME."""

    def __init__(self, published: Callable[[str, str], None], removed: Callable[[str, str], None]) -> None:
        """Start it; it has two zones and no records."""
        self.records: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str, Any]] = []
        # What a list can be narrowed by.
        self.filters = ["type", "name", "content"]
        self.fault: tuple[str, RefusedError] | None = None
        self.published, self.removed = published, removed
        self.numbers = itertools.count(1)
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, answer = stand_in.answer(self.command, self.path, dict(self.headers), body)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = handle_any  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}{BASE}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def add(self, kind: str, name: str, content: str) -> None:
        """Add a record as its owner would."""
        number = f"{next(self.numbers):032x}"
        self.records[number] = {"id": number, "type": kind, "name": name, "content": content, "ttl": 1}

    def close(self) -> None:
        """End it."""
        self.server.shutdown()
        self.server.server_close()

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        """Answer a request, in Cloudflare's envelope."""
        path, query = urlsplit(target).path, dict(parse_qsl(urlsplit(target).query))
        said = json.loads(body or b"{}")
        self.asked.append((method, path.removeprefix(BASE), said or query))
        try:
            self.check(method, headers)
            result = self.result(method, path.removeprefix(BASE), query, said)
        except RefusedError as refused:
            return refused.status, {"success": False, "errors": refused.errors, "messages": [], "result": None}
        count = len(result) if isinstance(result, list) else 1
        info = {"page": 1, "per_page": 100, "total_pages": 1, "count": count, "total_count": count}
        return 200, {"success": True, "errors": [], "messages": [], "result": result, "result_info": info}

    def check(self, method: str, headers: dict[str, str]) -> None:
        """Refuse what is not allowed, or what a test wants to be refused."""
        if self.fault and self.fault[0] == method:
            raise self.fault[1]
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            raise RefusedError(401, 10000, "Authentication error")
        if headers.get("Content-Type") != "application/json":
            raise RefusedError(400, 6002, "Invalid format for Content-Type header")

    def result(self, method: str, path: str, query: dict[str, str], said: dict[str, Any]) -> Any:
        """Do what is asked."""
        here = f"/zones/{ZONE}/dns_records"
        if (method, path) == ("GET", "/zones"):
            return [{"id": "0" * 32, "name": "example.org"}, {"id": ZONE, "name": "example.com"}]
        if (method, path) == ("GET", here):
            wanted = {name: value for name, value in query.items() if name in self.filters}
            return [one for one in self.records.values() if wanted.items() <= one.items()]
        if (method, path) == ("POST", here):
            return self.create(said)
        if method == "DELETE" and (record := self.records.pop(path.removeprefix(f"{here}/"), None)):
            self.removed(record["name"], record["content"])
            return {"id": record["id"]}
        raise RefusedError(404, 7003, f"Could not route to {path}, perhaps your object identifier is invalid?")

    def create(self, said: dict[str, Any]) -> dict[str, Any]:
        """Make a record; a CNAME record is alone at its name."""
        kind, name, content = said["type"], said["name"], said["content"].rstrip(".")
        if kind != "CNAME" or not name.endswith(".example.com") or not isinstance(said["ttl"], int):
            raise RefusedError(400, 9005, f"Content for {kind} record is invalid")
        there = [one for one in self.records.values() if one["name"] == name]
        if there:
            raise RefusedError(400, 81053, "An A, AAAA, or CNAME record with that host already exists.")
        self.add(kind, name, content)
        self.published(name, content)
        return list(self.records.values())[-1]


class ZoneFinder:
    """A DNS server that knows one zone and no records in it."""

    def __init__(self, zone: str) -> None:
        """Answer on a port of this machine."""
        self.zone = dns.name.from_text(zone)
        self.socket = socket.socket(type=socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        """Answer until an empty datagram comes."""
        soa = dns.rrset.from_text(self.zone, 60, "IN", "SOA", "ns. hostmaster. 1 3600 600 86400 60")
        while True:
            data, address = self.socket.recvfrom(512)
            if not data:
                return
            question = dns.message.from_wire(data)
            answer = dns.message.make_response(question)
            answer.flags |= dns.flags.RA
            if question.question[0].name == self.zone:
                answer.answer.append(soa)
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
                answer.authority.append(soa)
            self.socket.sendto(answer.to_wire(), address)

    def close(self) -> None:
        """End it."""
        with socket.socket(type=socket.SOCK_DGRAM) as end:
            end.sendto(b"", ("127.0.0.1", self.port))
