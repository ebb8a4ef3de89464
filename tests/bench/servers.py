"""Counts instructions of servers for tests: of the sandbox, and of the one of this folder."""

import json
import signal
import subprocess
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

from counting import CALLGRIND, HERE, TARGET, collected

SERVERS = {
    "ours": [TARGET / "release/zerossl-sandbox", "--access-key", "bench"],
    "theirs": [sys.executable, "-S", "-B", HERE / "server.py"],
}
# Fewer and more requests: the difference leaves the start out.
REQUESTS = (20, 220)


def per_answer(command: list) -> float:
    """Instructions of one answer."""
    few, many = (served(command, requests) for requests in REQUESTS)
    return (many - few) / (REQUESTS[1] - REQUESTS[0])


def served(command: list, requests: int = 0) -> int:
    """Instructions of a server that prints its address, for so many requests over one connection."""
    words = [str(word) for word in CALLGRIND + command]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        url = urlsplit(process.stdout.readline().split()[-1])
        if requests:
            connection = HTTPConnection(url.hostname, url.port)
            made = ask(connection, "POST", "/certificates", certificate_domains="example.com", certificate_csr=csr())
            for _ in range(requests):
                if ask(connection, "GET", f"/certificates/{made['id']}")["status"] != "draft":
                    sys.exit(f"bench: {command[0]} has another certificate now")
            connection.close()
        process.send_signal(signal.SIGINT)
        said = process.communicate()[1]
    return collected(words, process.returncode, said)


def ask(connection: HTTPConnection, method: str, path: str, **fields: str) -> dict:
    """What the server answers."""
    body = json.dumps(fields) if fields else None
    connection.request(method, f"{path}?access_key=bench", body, {"Content-Type": "application/json"})
    return json.load(connection.getresponse())


def csr() -> str:
    """A request for a certificate, with a new key that nobody keeps."""
    words = ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null"]
    name = ["-subj", "/CN=example.com", "-addext", "subjectAltName=DNS:example.com"]
    return subprocess.run([*words, *name], check=True, capture_output=True, text=True).stdout
