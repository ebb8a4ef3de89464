"""Certificates of other kinds: a wildcard by DNS, and an IP address."""

import shutil
import socket
import ssl
import tempfile
from pathlib import Path

from harness import TOP, Failed, need
from knot import ZONE, Knot

from page import Page
from stage import HTTP, PYTHON, Stage


def wildcard(page: Page) -> None:
    need("knotd", "dig", "nsupdate")
    with (
        tempfile.TemporaryDirectory() as folder,
        Knot(Path(folder) / "knot", {"example.com": ZONE}, {"com": ZONE}) as server,
        Stage("--dns", f"127.0.0.1:{server.port}") as stage,
    ):
        stage.environment["STAGE_RESOLVER"] = f"127.0.0.1:{server.port}"
        stage.words = {"192.0.2.53": "127.0.0.1"}
        stage.environment["NSUPDATE_PORT"] = str(server.port)
        stage.prepare()
        stage.start_nginx()
        shutil.copy(TOP / "hooks/zerossl-nsupdate", stage.root / "usr/local/bin")
        shutil.copy(server.bind_key, stage.root / "etc/zerossl-dns.key")
        stage.play(page, "Prepare", "Order the wildcard")
        if is_served(stage, "example.com") or not is_served(stage, "mail.example.com"):
            raise Failed("the wildcard is not for the names that the page says")
        stage.play(page, "The apex")
        if not (is_served(stage, "example.com") and is_served(stage, "mail.example.com")):
            raise Failed("apex and wildcard are not both served")

        program = f"{PYTHON} /opt/zerossl/wildcard.py"
        page.check_quotes(stage.error(f"{program} '*.example.com' example.com"))
        stage.run("sed -i 's/zerossl-nsupdate/zerossl-nothing/' /opt/zerossl/wildcard.py")
        page.check_quotes(stage.error(f"{program} mail.example.com"))
        stage.run("sed -i 's/zerossl-nothing/zerossl-nsupdate/' /opt/zerossl/wildcard.py")
        key = stage.root / "etc/zerossl-dns.key"
        key.write_text(key.read_text().replace("updater", "somebody"))
        page.check_quotes(stage.error(f"{program} mail.example.com"))


def is_served(stage: Stage, name: str) -> bool:
    try:
        stage.served(name)
    except ssl.SSLCertVerificationError:
        return False
    return True


def address(page: Page) -> None:
    with Stage() as stage:
        stage.prepare()
        stage.start_nginx()
        stage.play(page, "Order", "Look", "Use it")
        if not is_served(stage, "203.0.113.10"):
            raise Failed("the address is not in the certificate")
        program = "/opt/zerossl/address.py"
        for other in ("192.168.1.10", "2001:db8::1"):
            stage.run(f"sed 's/203.0.113.10/{other}/' {program} > other.py")
            page.check_quotes(stage.error(f"{PYTHON} other.py"))
        stage.advance(days=65)
        with socket.create_server((stage.address, HTTP)):
            page.check_quotes(stage.error(f"{PYTHON} {program}"))
        stage.run(f"sed 's/listen=.*,/hook=[\"true\"],/' {program} > other.py")
        page.check_quotes(stage.error(f"{PYTHON} other.py"))


PLAYS = {"wildcard": wildcard, "ip-address": address}
