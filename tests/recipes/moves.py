"""A store is moved, restored from a backup, and taken to another account."""

from harness import Failed

from page import Page
from stage import PYTHON, Stage

EXAMPLE = f"{PYTHON} /opt/zerossl/example.py"
RENEW = f"{PYTHON} /opt/zerossl/renew.py"


def moved(page: Page) -> None:
    with Stage() as stage:
        stage.use_website()
        before = stage.leaf()
        stage.play(page, "On the old machine")
        stage.run("mv /etc/zerossl /etc/zerossl.old")
        stage.play(page, "On the new machine")
        if stage.leaf() != before or stage.run("ls -l /etc/zerossl/example.com/current").count("->") != 1:
            raise Failed("the move has changed the store")
        badly_copied(page, stage)


def badly_copied(page: Page, stage: Stage) -> None:
    """Without its links, and with files of somebody else."""
    stage.run("cp -RL /etc/zerossl /etc/copy; rm -r /etc/zerossl; mv /etc/copy /etc/zerossl")
    page.check_quotes(stage.error(EXAMPLE))
    stage.run("rm -r /etc/zerossl/example.com/current")
    page.check_quotes(stage.run(EXAMPLE))
    # Only root may give a file away.
    stage.run("chmod -R g+w /etc/zerossl")
    stage.advance(days=65)
    stage.write_files(Page("cron-and-systemd"))
    page.check_quotes(stage.error(RENEW))


def restored(page: Page) -> None:
    with Stage() as stage:
        stage.use_website()
        stage.play(page, "Make backups", "Restore")
        stage.run("echo nonsense > /etc/zerossl/example.com/journal.json")
        stage.play(page, "One file is damaged")
        stage.advance(days=65)
        stage.run(EXAMPLE)
        stage.run("rm -r /etc/zerossl; tar -xzpf /var/backups/zerossl.tar.gz -C /etc")
        stage.play(page, "The backup is older than the last renewal", "There is no backup")
        # The first, the renewal whose key was lost, its successor, and the one of the store without a backup.
        if len(stage.certificates()) != 4:
            raise Failed(f"on the account are {stage.sandbox.manage('GET', '/certificates')}")


def left(page: Page) -> None:
    with Stage() as stage:
        stage.use_website()
        stage.write_files(page)
        old = stage.certificates()
        stage.run("echo not-a-key > /etc/zerossl-new.key")
        page.check_quotes(stage.error(f"{PYTHON} /opt/zerossl/change.py"))
        stage.sandbox.manage("POST", "/accounts", {"access_key": "another-access-key", "quota": 3})
        stage.run("echo another-access-key > /etc/zerossl-new.key")
        stage.run("cp /opt/zerossl/change.py rash.py; sed -i '/revoke_certificate/d' rash.py")
        page.check_quotes(stage.error(f"{PYTHON} rash.py --now"))
        stage.run(f"sed 's/on_event=print/abandon=True/' /opt/zerossl/example.py > give_up.py; {PYTHON} give_up.py")
        stage.play(page, "Prepare", "Change")
        if stage.certificates("revoked") != old or stage.served() != stage.leaf():
            raise Failed(f"on the accounts are {stage.sandbox.manage('GET', '/certificates')}")
    pending(page)
    rash(page)


def pending(page: Page) -> None:
    """An order of the old account is under way."""
    with Stage() as stage:
        stage.use_website()
        stage.write_files(page)
        stage.settings(issue_delay_seconds=[900, 900])
        stage.run(
            f"sed 's/on_event=print/force=True, deadline=3/' /opt/zerossl/example.py > again.py; {PYTHON} again.py"
        )
        stage.run("echo another-access-key > /etc/zerossl-new.key")
        page.check_quotes(stage.error(f"{PYTHON} /opt/zerossl/change.py"))


def rash(page: Page) -> None:
    """The key alone is changed."""
    with Stage() as stage:
        stage.use_website()
        stage.sandbox.manage("POST", "/accounts", {"access_key": "another-access-key", "quota": 3})
        stage.run("echo another-access-key > /etc/zerossl.key")
        if "unchanged" not in stage.run(EXAMPLE):
            raise Failed("a new key has changed something")
        stage.advance(days=65)
        page.check_quotes(stage.error(EXAMPLE))


PLAYS = {"move-a-store": moved, "restore-a-backup": restored, "another-account": left}
