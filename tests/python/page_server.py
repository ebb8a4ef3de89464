"""A server that only knows a page of 1000 certificates: `python page_server.py`, until its standard input ends."""

from __future__ import annotations

import socketserver
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

import answers

LIST = {
    "total_count": 1000,
    "result_count": 1000,
    "page": 1,
    "limit": 1000,
    "acmeUsageLevel": "LOW",
    "isAcmeLocked": False,
    "results": [answers.certificate(index) for index in range(1000)],
}
BODY = answers.encoded(LIST)
HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
RESPONSE = HEAD.encode() + BODY


class Handler(socketserver.StreamRequestHandler):
    """One connection, kept open."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answer every request with the page."""
        while self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            self.request.sendall(RESPONSE)


class Server(socketserver.ThreadingTCPServer):
    """Listens on a free port of the loopback interface."""

    daemon_threads = True


if __name__ == "__main__":
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        sys.stdin.read()
