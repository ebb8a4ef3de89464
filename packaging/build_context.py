"""What docker would build from: the files of the last commit without those that .dockerignore names.

The static program is built there as well, so that the image's is the same one.
"""

import shutil
from pathlib import Path

import other_target
from shell import TOP, WORK, run


def lay() -> Path:
    context = WORK / "context"
    shutil.rmtree(context, ignore_errors=True)
    context.mkdir(parents=True)
    archive = WORK / "context.tar"
    run("git", "archive", f"--output={archive}", "HEAD")
    run("tar", "--extract", f"--file={archive}", f"--directory={context}")
    archive.unlink()
    for line in (TOP / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            shutil.rmtree(context / line, ignore_errors=True)
    # Where cargo is told to compile to, at the place at which the steps expect it.
    (context / "target").mkdir()
    (context / "target/release").symlink_to(other_target.compiled(other_target.MUSL))
    return context
