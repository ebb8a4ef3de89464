"""Renewal every day: the program, the line for cron, and the units for systemd."""

import configparser
import re
import shutil
from pathlib import Path

from harness import Failed, Skipped, run

from page import Page
from stage import KEY, PYTHON, Stage


def daily(page: Page) -> None:
    with Stage() as stage:
        stage.use_website()
        commands = page.sections["The program"]
        commands.is_played = True
        program, nothing_due, due = commands.steps
        stage.do([program, nothing_due])
        stage.advance(days=65)
        stage.do([due])
        if stage.served() != stage.leaf():
            raise Failed("the post hook has not reloaded nginx")
        renewed_by(page, stage)


def renewed_by(page: Page, stage: Stage) -> None:
    stage.play(page, "cron")
    check_renewed(stage, cron_command(stage))

    goes_wrong(page, stage)
    if not (shutil.which("systemctl") and shutil.which("systemd-analyze")):
        raise Skipped("systemd is not installed, so its units are not checked")
    target = stage.root / "usr/lib/systemd/system/timers.target"
    target.parent.mkdir(parents=True)
    target.touch()
    stage.play(page, "systemd")
    unit = configparser.ConfigParser()
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(stage.root / "etc/systemd/system/zerossl-renew.service")
    check_renewed(stage, unit["Service"]["ExecStart"])


def cron_command(stage: Stage) -> str:
    """The command of the one job in the file, which has the form of cron.d."""
    lines = (stage.root / "etc/cron.d/zerossl").read_text().splitlines()
    settings = [line for line in lines if re.fullmatch(r"[A-Z]+=\S+", line)]
    (job,) = [line for line in lines if line not in settings]
    number = r"(?:\*|[0-9]+)"
    match = re.fullmatch(rf"([0-9]+) ([0-9]+) {number} {number} {number} root (\S.*)", job)
    if match is None or int(match[1]) > 59 or int(match[2]) > 23 or "%" in job:
        raise Failed(f"cron would not take: {job}")
    return match[3]


def check_renewed(stage: Stage, command: str) -> None:
    """A scheduler runs the command, with little in the environment."""
    stage.advance(days=65)
    before = stage.leaf()
    keep = ("ZEROSSL_BASE_URL", "PYTHONPATH", "STAGE_RESOLVER", "STAGE_CONNECT_TO", "STAGE_CLOCK_OFFSET")
    environment = {name: stage.environment[name] for name in keep}
    environment["PATH"] = f"{stage.root}/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    run(["/bin/sh", "-c", command], env=environment, cwd=Path("/"), timeout=60)
    if stage.leaf() == before or stage.served() != stage.leaf():
        raise Failed(f"not renewed by {command}")


def goes_wrong(page: Page, stage: Stage) -> None:
    renew = f"{PYTHON} /opt/zerossl/renew.py"
    stage.run("echo another-key > /etc/zerossl.key")
    page.check_quotes(stage.error(renew))
    stage.run(f"echo {KEY} > /etc/zerossl.key; chmod -R g+w /etc/zerossl")
    stage.advance(days=65)
    page.check_quotes(stage.error(renew))
    stage.run("chmod -R go-w /etc/zerossl")
    stage.run(renew)


PLAYS = {"cron-and-systemd": daily}
