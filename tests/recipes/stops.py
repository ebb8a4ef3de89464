"""What a person does when a call stops: held, ambiguous, busy, lost."""

import json
from concurrent.futures import ThreadPoolExecutor

from harness import Failed, need
from stand import until

from page import Page
from stage import KEY, PYTHON, Stage

# Of another validity, so that the test can tell it from ours; the library does not look at that.
NAMES = "example.com,www.example.com"
# An id on the page.
SHOWN = "f843fcdb8c9efafb81ada2b20896a2d8"
OTHER_REQUEST = (
    "openssl req -new -newkey rsa:2048 -nodes -keyout other.key -out other.csr -subj /C=US/CN=example.com 2>&1"
)
OTHER_ORDER = f"""
curl --fail --silent "$ZEROSSL_BASE_URL/certificates?access_key={KEY}" --data-urlencode certificate_csr@other.csr \\
    --data certificate_domains={NAMES} --data strict_domains=1 --data certificate_validity_days=365
"""
EXAMPLE = f"{PYTHON} /opt/zerossl/example.py"


def stops(page: Page) -> None:
    held(page)
    ambiguous(page)
    busy(page)
    lost(page)


def held(page: Page) -> None:
    with Stage() as stage:
        ready(page, stage)
        # What the service gives out is another certificate.
        stage.run('sed \'s/"example.com", //; s#/etc/zerossl"#/var/other"#\' /opt/zerossl/example.py > other.py')
        stage.run(f"{PYTHON} other.py")
        names = {"certificate.crt": "cert", "ca_bundle.crt": "chain"}
        folder = stage.root / "var/other/www.example.com/current"
        wrong = {name: (folder / f"{file}.pem").read_text() for name, file in names.items()}
        stage.fault("download_certificate", {"reply": {"status": 200, "json": wrong}}, times=3)
        stage.play(page, "Held", "Look at it", "Give it up")


def ambiguous(page: Page) -> None:
    for way in ("You know which one is yours", "You cannot tell"):
        with Stage() as stage:
            ready(page, stage)
            two_orders(page, stage)
            orders = json.loads(stage.run(f'curl --fail --silent "$ZEROSSL_BASE_URL/certificates?access_key={KEY}"'))
            (ours,) = [order["id"] for order in orders["results"] if order["type"] == "3"]
            stage.words = {SHOWN: ours}
            stage.play(page, way)
            cancelled = 0 if way.startswith("You know") else 2
            if len(stage.certificates("cancelled")) != cancelled or len(stage.certificates()) != 1:
                raise Failed(f"on the account are {stage.sandbox.manage('GET', '/certificates')}")


def two_orders(page: Page, stage: Stage) -> None:
    """The answer to a create is lost, and somebody else orders the same names in that moment."""
    stage.run(OTHER_REQUEST)
    # Otherwise the order is known by its hash.
    for _ in range(2):
        stage.fault("create_certificate", "foreign_hashes")
        stage.fault("create_certificate", {"late": {"seconds": 60, "status": 504}})
    with ThreadPoolExecutor() as threads:
        playing = threads.submit(stage.play, page, "Ambiguous")
        until("the create was sent", lambda: playing.done() or stage.count("create_certificate") == 1)
        stage.run(OTHER_ORDER, fails=True)
        stage.sandbox.manage("POST", "/clock", {"advance_seconds": 60})
        playing.result()


def busy(page: Page) -> None:
    need("lslocks")
    with Stage() as stage:
        ready(page, stage)
        stage.settings(issue_delay_seconds=[900, 900])
        with ThreadPoolExecutor() as threads:
            other = threads.submit(stage.run, EXAMPLE, fails=True)
            until("the other one waits", lambda: other.done() or stage.count("verify_domains"))
            section = page.sections["Busy"]
            section.is_played = True
            *looking, last = section.steps
            stage.do(looking)
            other.result()
        stage.sandbox.manage("POST", "/clock", {"advance_seconds": 900})
        stage.do([last])


def lost(page: Page) -> None:
    with Stage() as stage:
        stage.environment["STAGE_SETTLE"] = "1"
        ready(page, stage)
        stage.fault("create_certificate", "reset")
        stage.play(page, "Lost")
    with Stage() as stage:
        stage.environment["STAGE_SETTLE"] = "1"
        ready(page, stage)
        stage.fault("create_certificate", "reset", times=3)
        for _ in range(3):
            stage.error(EXAMPLE)
        page.check_quotes(stage.error(EXAMPLE))


def ready(page: Page, stage: Stage) -> None:
    stage.prepare()
    stage.start_nginx()
    for shown in (Page("first-certificate"), Page("move-a-store"), page):
        stage.write_files(shown)
    (stage.root / "etc/nginx/conf.d/example.com-tls.conf").unlink()
    stage.run("systemctl reload nginx")


PLAYS = {"when-it-stops": stops}
