"""The way to the service: through a proxy, and with the key in a header."""

import base64
import socket
import socketserver
import threading

from harness import SHARED, Failed, Skipped, need
from servers import relay

from page import Page
from stage import KEY, PYTHON, Stage

USER = base64.b64encode(b"alice:open-sesame").decode()


class Proxy(socketserver.ThreadingTCPServer):
    """An HTTP proxy that takes CONNECT, with a password."""

    daemon_threads = True

    def __init__(self, address: str) -> None:
        """Serve on a free port."""
        super().__init__((address, 0), Tunnel)
        self.opened: list[str] = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class Tunnel(socketserver.StreamRequestHandler):
    """One connection of a client."""

    server: Proxy

    def handle(self) -> None:
        """Open the tunnel, if the password is right."""
        method, target, _ = self.rfile.readline().decode().split()
        headers = {}
        while (line := self.rfile.readline().decode().strip()) != "":
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        if headers.get("proxy-authorization") != f"Basic {USER}":
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n")
            return
        host, _, port = target.rpartition(":")
        with socket.create_connection((host, int(port))) as upstream:
            self.server.opened.append(f"{method} {target}")
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            relay(self.connection, upstream, 1_000_000)


def proxy(page: Page) -> None:
    with Stage("--tls") as stage, Proxy(stage.address) as server:
        here = f"{stage.address}:{server.server_address[1]}"
        stage.words = {"proxy.example.net:3128": here}
        stage.prepare()
        stage.play(page, "By the environment", "In the program")
        if len(server.opened) != 2:
            raise Failed(f"through the proxy went {server.opened}")
        program = f"{PYTHON} /opt/zerossl/list.py"
        stage.run(f"https_proxy=http://alice:open%2Dsesame@{here} {program}")
        page.check_quotes(stage.error(f"https_proxy=http://alice:wrong@{here} {program}"))
        with socket.create_server((stage.address, 0)) as closed:
            port = closed.getsockname()[1]
        page.check_quotes(stage.error(f"https_proxy=http://{stage.address}:{port} {program}"))
        stage.run("export STAGE_CA=")
        page.check_quotes(stage.error(program))
        server.shutdown()


RELAY = """
log_format whole '$request';
server {{
    listen {address}:18081;
    access_log {root}/relay.log whole;
    location / {{ proxy_pass {url}; {more} }}
}}
"""


def header(page: Page) -> None:
    """A gateway that logs what it forwards is between the library and the service."""
    need("pkg-config", "cc")
    if not SHARED.exists():
        raise Skipped("build/ is empty; run `make build`")
    with Stage() as stage:
        stage.prepare()
        stage.start_nginx()
        gateway(stage, "")
        stage.run(f"export ZEROSSL_BASE_URL=http://{stage.address}:18081")
        log = stage.root / "relay.log"
        stage.play(page, "Python", "C")
        if log.read_text().count("GET /certificates") != 2 or KEY in log.read_text():
            raise Failed(f"the log of the gateway:\n{log.read_text()}")
        stage.run("sed 's/, auth=.header.//' /opt/zerossl/header.py > query.py")
        stage.run(f"{PYTHON} query.py")
        if KEY not in log.read_text():
            raise Failed("the log would not have shown the key")
        gateway(stage, 'proxy_set_header Authorization "";')
        page.check_quotes(stage.error(f"{PYTHON} /opt/zerossl/header.py"))


def gateway(stage: Stage, more: str) -> None:
    config = RELAY.format(address=stage.address, root=stage.root, url=stage.sandbox.url, more=more)
    (stage.root / "etc/nginx/conf.d/relay.conf").write_text(config)
    stage.run("systemctl reload nginx")


PLAYS = {"proxy": proxy, "header-auth": header}
