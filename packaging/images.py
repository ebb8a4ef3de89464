"""The images of containers, as far as they can be tried without docker.

Their steps are done one by one, each Dockerfile's last stage in a root of its own: `COPY` copies, `RUN` runs, and what
the image would start is started as the user that it names.

Alpine cannot be had here either. Its user land is busybox, which is the base of that root, and the compiler for its C
library is the one with which the static program is made.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import apt
import build_context
import other_target
from dockerfile import Stage, stages
from shell import WORK, output, run, say, version
from stand import certificate
from tools import tool

FOLDER = Path(__file__).with_name("docker")
PINNED = re.compile(r"[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}")
# cargo, with the linker for musl.
SHIM = '#!/bin/sh\nshift\nexec {zigbuild} zigbuild "$@"\n'


def attempt() -> None:
    context = build_context.lay()
    for name, check in (("zerossl", check_command), ("sandbox", check_sandbox)):
        build, image = stages(FOLDER / f"{name}.Dockerfile")
        for stage in (build, image):
            if not PINNED.fullmatch(stage.base):
                sys.exit(f"packaging: {name}.Dockerfile: {stage.base} is not pinned")
        compile_in(context, build)
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch)
            lay_base(root)
            assemble(root, image, context)
            check(root, image)
        say(f"{name}.Dockerfile: its steps were done, and what it starts works")


def compile_in(context: Path, stage: Stage) -> None:
    environment = other_target.environment(other_target.MUSL, *other_target.STATIC)
    shim = WORK / "shim/cargo"
    shim.parent.mkdir(exist_ok=True)
    shim.write_text(SHIM.format(zigbuild=tool("cargo-zigbuild")), encoding="utf-8")
    shim.chmod(0o755)
    environment["PATH"] = f"{shim.parent}:{environment['PATH']}"
    # zigbuild needs the real one.
    environment["CARGO"] = shutil.which("cargo") or "cargo"
    for word, rest in stage.steps:
        if word == "RUN":
            run("sh", "-e", "-c", rest, env=environment, cwd=context)
        elif (word, rest) not in {("WORKDIR", "/source"), ("COPY", ". .")}:
            sys.exit(f"packaging: nobody has thought of {word} {rest} here")


def lay_base(root: Path) -> None:
    """busybox, and the folders that every system has."""
    for folder in ("bin", "dev", "etc", "usr/local/bin", "run", "proc"):
        (root / folder).mkdir(parents=True)
    run("mknod", "--mode=666", root / "dev/null", "c", "1", "3")
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)
    # A folder of tempfile is its maker's alone.
    root.chmod(0o755)
    shutil.copy(apt.tree("busybox", "amd64", ["busybox-static"]) / "bin/busybox", root / "bin/busybox")
    run("chroot", root, "/bin/busybox", "--install", "-s", "/bin")


def assemble(root: Path, stage: Stage, context: Path) -> None:
    for word, rest in stage.steps:
        if word == "COPY":
            source, target = rest.removeprefix("--from=build /source/").split()
            shutil.copy(context / source, root / target.lstrip("/"))
        elif word == "RUN":
            run("chroot", root, "/bin/sh", "-e", "-c", rest)


def check_command(root: Path, image: Stage) -> None:
    """Obtains a certificate in its volume, with the key where it is looked for."""
    name, _, path = image.last("ENV").partition("=")
    key = root / path.lstrip("/")
    key.parent.mkdir(parents=True, exist_ok=True)
    key.write_text("sandbox-key\n", encoding="utf-8")
    key.chmod(0o444)
    zerossl = ["env", f"{name}={path}", *as_user(root, image)]
    volume = root / image.last("VOLUME").lstrip("/")
    certificate(zerossl, volume, [], lambda inside: f"/{inside.relative_to(root)}")
    if not output(*zerossl, *image.command("CMD")).startswith("Certificates of ZeroSSL"):
        sys.exit("packaging: the image does not show its help")


def check_sandbox(root: Path, image: Stage) -> None:
    """Alone in a network, as a container is, it is found healthy; where there is no sandbox, nothing is."""
    alone = ["unshare", "--net", "sh", "-e", "-c", 'ip link set lo up; exec "$@"', "sh"]
    healthcheck = image.command("HEALTHCHECK")
    with subprocess.Popen([*alone, *as_user(root, image)], stdout=subprocess.PIPE, text=True) as process:
        inside = ["nsenter", "--net", f"--target={process.pid}", "chroot", str(root)]
        try:
            lines = [process.stdout.readline() for _ in ("API", "management")] if process.stdout else []
            is_healthy = not subprocess.run([*inside, *healthcheck], check=False).returncode
        finally:
            process.terminate()
    elsewhere = ["unshare", "--net", "chroot", str(root), *healthcheck]
    without = not subprocess.run(elsewhere, capture_output=True, check=False).returncode
    if not is_healthy or without:
        sys.exit(f"packaging: healthy: {is_healthy} with a sandbox, {without} without; it said {lines}")
    said = output("chroot", root, image.command("ENTRYPOINT")[0], "--version")
    if version() not in said:
        sys.exit(f"packaging: the sandbox of the image said {said!r}")


def as_user(root: Path, image: Stage) -> list[str]:
    return ["chroot", f"--userspec={image.last('USER')}", str(root), *image.command("ENTRYPOINT")]
