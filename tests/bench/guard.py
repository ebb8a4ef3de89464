"""Fails if the library got slower or larger than the committed figures say: guard.py [--renew]

Instructions may grow by 5 %, sizes too. The figures hold for one toolchain: with another one, it only says so. After a
change that is worth its cost, or with a new toolchain, `make bench-renew` writes figures.json.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import counting
from counting import BUILD, HERE, WANTED, abi, in_c, in_python, instructions
from server import Server
from service import free_port, obtaining, sandbox

FIGURES = HERE / "figures.json"
MAY_GROW = 1.05


def toolchain() -> dict[str, str]:
    """What the figures depend on, besides the code."""
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    libc = " ".join(platform.libc_ver())
    return {
        "rustc": rustc,
        "libc": libc,
        "python": platform.python_version(),
        "processor": processor(),
    }


def processor() -> str:
    """The C library copies in another way without AVX2."""
    flags = Path("/proc/cpuinfo").read_text().split()
    return platform.machine() + (" with AVX2" if "avx2" in flags else "")


def measured(wheel: Path) -> dict[str, int]:
    """All figures."""
    with Server() as server, tempfile.TemporaryDirectory() as folder:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        config = {"base_url": server.url}
        start = instructions(abi(config, 0, *WANTED["key"]))
        figures = {
            "one certificate, through C": in_c(server.url, "one"),
            "a page of 100, through C": in_c(server.url, "page"),
            "a page of 1,000, through Python": in_python("libzerossl", server.url, "thousand"),
            "a process that makes a client": start,
            "a process's first key": instructions(abi(config, 1, *WANTED["key"])) - start,
        }
        server.shutdown()
        port = free_port()
        with sandbox("--http-port", port) as url:
            obtained = instructions(abi({"base_url": url}, 1, *obtaining(port, Path(folder), 1)))
            figures["obtain"] = obtained - start
    sizes = {
        "bytes of the stripped shared library": counting.stripped(BUILD / "lib/libzerossl.so"),
        "bytes of the wheel": wheel.stat().st_size,
    }
    return {name: round(figure) for name, figure in (figures | sizes).items()}


def main() -> None:
    options = sys.argv[1:]
    known, here = json.loads(FIGURES.read_text()), toolchain()
    if options != ["--renew"] and known["toolchain"] != here:
        print(f"bench: not compared, the figures are for {known['toolchain']}, and this is {here}")
        return
    if missing := [program for program in ("valgrind", "cc", "strip") if shutil.which(program) is None]:
        print(f"bench: SKIPPED, there is no {', no '.join(missing)} (Debian: valgrind build-essential)")
        sys.exit(1 if os.environ.get("CI") == "true" else 0)
    counting.build_c()
    figures = measured(counting.unpack_wheel())
    if options == ["--renew"]:
        FIGURES.write_text(json.dumps({"toolchain": here, "figures": figures}, indent=2) + "\n")
    too_much = []
    for name, figure in figures.items():
        before = known["figures"].get(name, figure)
        print(f"bench: {name}: {figure:,}, {figure / before:.3f} of what is committed")
        if figure > before * MAY_GROW:
            too_much.append(name)
    if too_much and options != ["--renew"]:
        sys.exit(f"bench: more than 5 % above tests/bench/figures.json: {', '.join(too_much)}")


if __name__ == "__main__":
    main()
