"""SHA256SUMS: of everything in target/packages, for `sha256sum --check`."""

import hashlib

from shell import OUT, made, run

NAME = "SHA256SUMS"


def make() -> None:
    files = sorted(path for path in OUT.iterdir() if path.is_file() and path.name != NAME)
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (OUT / NAME).write_text("".join(lines), encoding="utf-8")
    run("sha256sum", "--check", "--quiet", "--strict", NAME, cwd=OUT)
    made(OUT / NAME)
