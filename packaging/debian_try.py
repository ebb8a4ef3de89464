"""The packages of Debian as their users meet them: installed, used, removed. Needs root."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from shell import output, run, say, version
from stand import certificate

PROGRAM = "#include <zerossl.h>\n#include <stdio.h>\nint main(void) { return puts(zerossl_version()) < 0; }\n"


def attempt(built: list[Path]) -> None:
    names = [path.name.split("_")[0] for path in built]
    ours = subprocess.run(["dpkg-query", "-W", *names], capture_output=True, text=True, check=False)
    if ours.stdout.strip():
        sys.exit(f"packaging: nothing is tried, these are installed already: {ours.stdout.split()}")
    run("apt-get", "install", "--yes", "-qq", "--no-install-recommends", *built, quiet=True)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            library(Path(scratch) / "program")
            command(Path(scratch))
        files = [Path(line) for name in names for line in output("dpkg", "-L", name).splitlines()]
    finally:
        run("apt-get", "purge", "--yes", "-qq", *names, quiet=True)
    # A folder may be a link, as /lib is.
    left = [path for path in files if os.path.lexists(path) and not path.is_dir()]
    if left:
        sys.exit(f"packaging: {left[0]} is still there after the removal")
    say(f"installed, used and removed: {', '.join(names)}")


def library(program: Path) -> None:
    """A program in C, compiled as pkg-config says."""
    source = program.with_suffix(".c")
    source.write_text(PROGRAM, encoding="utf-8")
    flags = output("pkg-config", "--cflags", "--libs", "zerossl").split()
    run("cc", source, *flags, "-o", program)
    if (said := output(program)) != version():
        sys.exit(f"packaging: a program with the installed library said {said!r}")


def command(place: Path) -> None:
    """A certificate from the sandbox, with the example of a configuration; then what belongs to the shell."""
    example = Path("/usr/share/doc/zerossl/examples/zerossl.toml").read_text(encoding="utf-8")
    key = place / "key"
    key.write_text("sandbox-key\n", encoding="utf-8")
    configuration = place / "zerossl.toml"
    configuration.write_text(example.replace("/etc/zerossl.key", str(key)), encoding="utf-8")
    certificate(["zerossl"], place, ["--config", str(configuration)])
    run("bash", "-c", ". /usr/share/bash-completion/completions/zerossl && complete -p zerossl", quiet=True)
    for page in ("zerossl", "zerossl-obtain", "zerossl-renew"):
        if not Path(f"/usr/share/man/man1/{page}.1.gz").exists():
            sys.exit(f"packaging: there is no manual page {page}")
    if Path("/run/systemd/system").is_dir():
        run("systemctl", "cat", "zerossl-renew.timer", quiet=True)
