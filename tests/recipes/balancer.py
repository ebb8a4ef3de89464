"""HAProxy in the place of a web server."""

from harness import Failed, need

from page import Page
from stage import PYTHON, Stage


def haproxy(page: Page) -> None:
    need("haproxy")
    program = f"{PYTHON} /opt/zerossl/haproxy.py"
    with Stage() as stage:
        stage.prepare()
        stage.play(page, "Send the challenge to the library")
        config = stage.root / "etc/haproxy/haproxy.cfg"
        good = config.read_text()
        for bad in (good.replace("unless is_challenge", ""), good.replace(":18081", ":18082")):
            stage.write_files(page)
            (stage.root / "etc/haproxy/https.cfg").unlink()
            config.write_text(bad)
            stage.run("systemctl reload haproxy")
            page.check_quotes(stage.error(program))
            stage.run("rm -r /etc/zerossl")
        config.write_text(good)
        stage.run("systemctl reload haproxy")
        stage.play(page, "Order", "Let HAProxy use it")
        if stage.served() != stage.leaf():
            raise Failed("HAProxy serves another certificate")
        stage.advance(days=65)
        stage.run(program)
        if stage.served() != stage.leaf():
            raise Failed("HAProxy serves the old certificate after a renewal")
        config.write_text("what is this")
        stage.advance(days=65)
        page.check_quotes(stage.error(program))


PLAYS = {"haproxy": haproxy}
