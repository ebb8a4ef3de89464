"""A server with the answers for the programs of this folder.

It keeps connections open and knows two answers: one certificate for
/certificates/{id}, a page of a hundred for /certificates. Run it by itself to
look into a client by hand; it prints its address and serves until it is ended.
"""

import socketserver

import answers

HEAD = (
    "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Tue, 11 Nov 2025 20:10:46 GMT\r\n"
    "Content-Type: application/json; charset=UTF-8\r\nContent-Length: {}\r\n"
    "Connection: keep-alive\r\nCache-Control: no-cache, private\r\n\r\n"
)


def response(body: bytes) -> bytes:
    """The whole answer, ready to be sent at once."""
    return HEAD.format(len(body)).encode() + body


ONE, PAGE = response(answers.ONE), response(answers.PAGE)


class Handler(socketserver.StreamRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        while request := self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            path = request.split()[1].partition(b"?")[0]
            self.request.sendall(PAGE if path == b"/certificates" else ONE)


class Server(socketserver.ThreadingTCPServer):
    """Listens on a free port of the loopback interface."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


if __name__ == "__main__":
    with Server() as server:
        print(server.url, flush=True)
        server.serve_forever()
