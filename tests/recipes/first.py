"""The first certificate."""

from harness import Failed

from page import Page
from stage import KEY, PYTHON, Stage


def first_certificate(page: Page) -> None:
    with Stage() as stage:
        stage.start_nginx()
        stage.play(page, "Install the library", "Let nginx serve the challenge", "Order", "Let nginx use it")
        if stage.served() != stage.leaf():
            raise Failed("nginx serves another certificate")
        stage.play(page, "Run it again")
    goes_wrong(page)


def goes_wrong(page: Page) -> None:
    """What the page says of failures, each made in turn."""
    program = f"{PYTHON} /opt/zerossl/example.py"
    with Stage(quota=2) as stage:
        stage.prepare()
        stage.start_nginx()
        stage.write_files(page)
        tls = stage.root / "etc/nginx/conf.d/example.com-tls.conf"
        tls.unlink()
        config = stage.root / "etc/nginx/conf.d/example.com.conf"
        good = config.read_text()
        stage.run("systemctl reload nginx")

        stage.sandbox.manage("POST", "/records", {"name": "example.com", "type": "CAA", "value": '0 issue "other.org"'})
        page.check_quotes(stage.error(program))
        stage.sandbox.manage("DELETE", "/records")

        for bad in (
            good.replace(str(stage.root / "var/www/html"), "/nowhere"),
            good.replace("location /.well-known/pki-validation/ {", "location /other/ {"),
        ):
            config.write_text(bad)
            stage.run("systemctl reload nginx")
            page.check_quotes(stage.error(program))
        config.write_text(good)
        stage.run("systemctl reload nginx")

        stage.run("echo another-key > /etc/zerossl.key")
        page.check_quotes(stage.error(program))
        stage.run(f"echo {KEY} > /etc/zerossl.key")
        stage.run(program)

        stage.sandbox.manage("POST", "/accounts", {"access_key": "another-key", "quota": 3})
        stage.run("rm -r /etc/zerossl; echo another-key > /etc/zerossl.key")
        page.check_quotes(stage.error(program))
        stage.run(f"echo {KEY} > /etc/zerossl.key")

        stage.sandbox.manage("PATCH", "/accounts/0", {"quota": 1})
        stage.run("sed -i 's/example.com/example.org/g' /opt/zerossl/example.py")
        page.check_quotes(stage.error(program))


PLAYS = {"first-certificate": first_certificate}
