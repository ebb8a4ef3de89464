"""HAProxy in the place of a web server."""

from pathlib import Path

from harness import Failed, need

from page import Page
from stage import PYTHON, Stage

PROGRAM = f"{PYTHON} /opt/zerossl/haproxy.py"
# What is wrong in the configuration: the challenge is redirected, or led to a port where nobody listens.
MISTAKES = (("unless is_challenge", ""), (":18081", ":18082"))


def haproxy(page: Page) -> None:
    need("haproxy")
    for right, wrong in MISTAKES:
        with Stage() as stage:
            config = begin(stage, page)
            stage.write_files(page)
            (stage.root / "etc/haproxy/https.cfg").unlink()
            config.write_text(config.read_text().replace(right, wrong))
            stage.run("systemctl reload haproxy")
            page.check_quotes(stage.error(PROGRAM))
    with Stage() as stage:
        config = begin(stage, page)
        stage.play(page, "Order", "Let HAProxy use it")
        if stage.served() != stage.leaf():
            raise Failed("HAProxy serves another certificate")
        stage.advance(days=65)
        stage.run(PROGRAM)
        if stage.served() != stage.leaf():
            raise Failed("HAProxy serves the old certificate after a renewal")
        config.write_text("what is this")
        stage.advance(days=65)
        page.check_quotes(stage.error(PROGRAM))


def begin(stage: Stage, page: Page) -> Path:
    """HAProxy as the page sets it up; its configuration."""
    stage.prepare()
    stage.play(page, "Send the challenge to the library")
    return stage.root / "etc/haproxy/haproxy.cfg"


PLAYS = {"haproxy": haproxy}
