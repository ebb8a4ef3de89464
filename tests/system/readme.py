"""What the README says under "Try it", word for word: in a copy of the repository, with an empty home."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from harness import TARGET, TOP, Failed, run

from newcomer import copied

# Always the same place, so that what was built for it is of use to the next run.
WORK = TARGET / "readme"
# The toolchain is there before; it is named, since an empty home does not lead to it.
RUSTUP = Path(os.environ.get("RUSTUP_HOME", Path.home() / ".rustup"))


def block() -> str:
    """The lines for a shell."""
    page = (TOP / "README.md").read_text(encoding="utf-8")
    section = page.split("## Try it")[1].split("\n## ")[0]
    found = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    if len(found) != 1:
        raise Failed("the README has no block for a shell under `Try it`, or several")
    return found[0]


def word_for_word() -> str:
    """A certificate of the sandbox, by the command."""
    home = WORK / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    copy = copied(WORK)
    keep = {name: os.environ[name] for name in ("PATH", "TERM") if name in os.environ}
    env = keep | {"HOME": str(home), "RUSTUP_HOME": str(RUSTUP), "CARGO_TARGET_DIR": str(WORK / "build")}
    done = subprocess.run(
        ["sh", "-eu", "-c", block()], cwd=copy, env=env, capture_output=True, text=True, timeout=3600, check=False
    )
    if done.returncode:
        raise Failed(f"it ends with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    current = copy / "certificates/example.com/current"
    run(["openssl", "x509", "-in", str(current / "cert.pem"), "-noout", "-checkhost", "example.com"])
    return "a certificate in an empty home"
