"""A server with the answers for the programs of this folder.

It keeps connections open. The answer to /certificates/{id}, and to a POST, is
one certificate, to /certificates a full page of 100, or of 1,000 with that
limit. Of a server with a total, it is a page of that many certificates. Run it
by itself to look into a client by hand; it prints its address and serves until
it is ended.
"""

import socketserver
from urllib.parse import parse_qsl, urlsplit

import answers

HEAD = (
    "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Tue, 11 Nov 2025 20:10:46 GMT\r\n"
    "Content-Type: application/json; charset=UTF-8\r\nContent-Length: {}\r\n"
    "Connection: keep-alive\r\nCache-Control: no-cache, private\r\n\r\n"
)


def response(body: bytes) -> bytes:
    """The whole answer, ready to be sent at once."""
    return HEAD.format(len(body)).encode() + body


ONE = response(answers.ONE)
PAGES = {limit: response(answers.page(limit)) for limit in (100, 1000)}


class Handler(socketserver.StreamRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        while request := self.rfile.readline():
            length = 0
            while header := self.rfile.readline().strip():
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            self.rfile.read(length)
            method, target, _ = request.decode().split()
            url = urlsplit(target)
            self.request.sendall(self.answer(method, url.path, dict(parse_qsl(url.query))))

    def answer(self, method: str, path: str, query: dict) -> bytes:
        """The response to a request."""
        if method != "GET" or path != "/certificates":
            return ONE
        limit, total = int(query.get("limit", 100)), self.server.total
        if total is None:
            return PAGES[limit]
        return response(answers.page(limit, page=int(query.get("page", 1)), total=total))


class Server(socketserver.ThreadingTCPServer):
    """Listens on a free port of the loopback interface."""

    daemon_threads = True

    def __init__(self, total: int | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.total = total

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


if __name__ == "__main__":
    with Server() as server:
        print(server.url, flush=True)
        server.serve_forever()
