"""A key is compromised: the certificate is revoked, and another one with another key is in place."""

from harness import Failed, run

from page import Page
from stage import PYTHON, Stage


def compromise(page: Page) -> None:
    with Stage() as stage:
        stage.use_website()
        old, key = stage.certificates(), public_key(stage)
        stage.play(page, "1. See that there is a free place", "2. Revoke, and order at once", "3. Look")
        if stage.certificates("revoked") != old or stage.served() != stage.leaf() or public_key(stage) == key:
            raise Failed(f"in place of {old} there is {stage.sandbox.manage('GET', '/certificates')}")
    with Stage(quota=1) as stage:
        stage.use_website()
        key = public_key(stage)
        stage.play(page, "No place is free")
        if stage.served() != stage.leaf() or public_key(stage) == key:
            raise Failed("the compromised key is still in place")
    with Stage(quota=1) as stage:
        stage.use_website()
        stage.write_files(page)
        for code in (2908, 2909):
            stage.fault("revoke_certificate", {"refuse": {"code": code}})
            page.check_quotes(stage.error(f"{PYTHON} /opt/zerossl/compromised.py"))
        page.check_quotes(stage.error(f"{PYTHON} /opt/zerossl/compromised.py"))


def public_key(stage: Stage) -> str:
    return run(["openssl", "pkey", "-pubout", "-in", stage.root / "etc/zerossl/example.com/current/privkey.pem"])


PLAYS = {"key-compromise": compromise}
