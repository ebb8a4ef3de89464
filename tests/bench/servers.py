"""CPU time of servers for tests: of the sandbox, and of the one of this folder.

Not instructions: the sandbox makes an RSA key in the background, which takes a random number of them.
"""

import json
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from counting import HERE, TARGET

SERVERS = {
    "ours": [TARGET / "release/zerossl-sandbox", "--access-key", "bench"],
    "theirs": [sys.executable, "-S", "-B", HERE / "server.py"],
}
REQUESTS = 500
# The cheapest of these counts: by then the key is made.
TIMES = 10


def served(command: list) -> tuple[float, float]:
    """Seconds of CPU time until a server prints its address, and then for an answer to `get_certificate`."""
    words = [str(word) for word in command]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        url = urlsplit(process.stdout.readline().split()[-1])
        start = taken(process.pid)
        connection = HTTPConnection(url.hostname, url.port)
        made = ask(connection, "POST", "/certificates", certificate_domains="example.com", certificate_csr=csr())
        each = []
        for _ in range(TIMES):
            before = taken(process.pid)
            for _ in range(REQUESTS):
                if ask(connection, "GET", f"/certificates/{made['id']}")["status"] != "draft":
                    sys.exit(f"bench: {command[0]} has another certificate now")
            each.append((taken(process.pid) - before) / REQUESTS)
        connection.close()
        process.terminate()
    return start, min(each)


def taken(pid: int) -> float:
    """What the threads of a process have taken (proc(5): the first number of `schedstat`, in nanoseconds)."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


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
