"""A keystore for Java, read by Java and by openssl."""

from harness import Failed, need

from page import Page
from stage import PYTHON, Stage


def keystore(page: Page) -> None:
    need("keytool")
    with Stage() as stage:
        stage.use_website()
        stage.play(page, "Make it", "Look into it", "Let a program use it")
        path = stage.root / "etc/zerossl/example.com/current/keystore.p12"
        before = path.stat()
        stage.advance(days=65)
        stage.run(f"{PYTHON} /opt/zerossl/keystore.py")
        after = path.stat()
        if (after.st_mode, after.st_gid) != (before.st_mode, before.st_gid) or before.st_mode & 0o777 != 0o640:
            raise Failed(f"the renewal has made it {after.st_mode:o} of group {after.st_gid}")
        stage.run("echo another > wrong.password")
        look = "keytool -list -keystore /etc/zerossl/example.com/current/keystore.p12 -storepass:file wrong.password"
        page.check_quotes(stage.run(look, fails=True))
        stage.play(page, "Another password")
        stage.advance(days=65)
        stage.run("rm /etc/zerossl-keystore.password")
        page.check_quotes(stage.error(f"{PYTHON} /opt/zerossl/keystore.py"))
        stage.run("echo short > /etc/zerossl-keystore.password")
        page.check_quotes(stage.error(f"{PYTHON} /opt/zerossl/keystore.py"))


PLAYS = {"java-keystore": keystore}
