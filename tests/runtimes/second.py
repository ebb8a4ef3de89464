"""The tours of examples/runtimes/, one in each language, against a sandbox of its own."""

import os
import re
import shutil
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from harness import LEAKS, SHARED, TARGET, TOP, VALGRIND, Failed, Skipped, Tests, need, run
from hosted_sandbox import sandbox_with_website
from servers import Sandbox

from go import order

# What npm has installed stays for the next run.
PROGRAMS = TARGET / "runtimes/programs"
DRAFTS = 12


class Tour(NamedTuple):
    """Commands in the folder of the tours."""

    command: str
    build: str | None = None
    # What has to succeed if everything is installed that the program needs.
    probe: str | None = None
    npm: str | None = None


TOURS = {
    "C by dlopen": Tour(
        "./tour", "cc -std=c99 -Wall -Wextra -pedantic -Werror -g -I ../../include tour.c -ldl -o tour"
    ),
    "Python by ctypes": Tour("python3 -B -X dev -W error tour.py"),
    "Ruby by ffi": Tour("ruby -w tour.rb", probe="ruby -rffi -e 0"),
    "PHP by FFI": Tour("php -d error_reporting=-1 -d display_errors=1 tour.php", probe="php -r FFI::cdef();"),
    "LuaJIT": Tour("luajit tour.lua"),
    "Perl by FFI::Platypus": Tour("perl tour.pl", probe="perl -MFFI::Platypus -e 0"),
    "C# by Mono": Tour("mono Tour.exe", "mcs -warnaserror Tour.cs"),
    "Deno": Tour("deno run -A tour.deno.ts", "deno check tour.deno.ts", npm="deno@2.9.6"),
    "Bun": Tour("bun tour.bun.ts", npm="bun@1.4.5"),
}


def take(name: str, tour: Tour, scratch: Path) -> str:
    """Build it and run it: with a library that is too old for it, and all the way."""
    start = time.monotonic()
    folder, ours = prepare(tour, scratch)
    refused(tour, scratch, os.environ | ours)
    webroot = scratch / "www"
    challenges = webroot / ".well-known/pki-validation"
    challenges.mkdir(parents=True)
    domain, store = f"{scratch.name}.example.com", scratch / "Schlüssel"
    command = tour.command.split()
    note = ""
    if name.startswith("C by") and shutil.which("valgrind"):
        # A thread of an op may still be ending, with its storage in use.
        certain = [f"--{what}-leak-kinds=definite,indirect" for what in ("show", "errors-for")]
        command, note = [*VALGRIND, *LEAKS, *certain, *command], ", nothing is left in memory"
    with sandbox_with_website(webroot) as sandbox:
        order(sandbox, scratch, DRAFTS)
        drafts = {entry["id"] for entry in sandbox.manage("GET", "/certificates")}
        sandbox.manage("DELETE", "/requests")
        arguments = [domain, str(challenges), str(store), "off"]
        said = run([*command, *arguments], sandbox.environment() | ours, folder, timeout=60)
        printed(said, drafts, store / domain / "current/fullchain.pem")
        asked(sandbox, domain)
        installed(sandbox, domain, store / domain / "current", scratch)
    if left := list(challenges.iterdir()):
        raise Failed(f"it was not asked to remove {left}")
    return f"{time.monotonic() - start:.1f} s{note}"


def prepare(tour: Tour, scratch: Path) -> tuple[Path, dict[str, str]]:
    """Copy it to a place where it can be built, and find its tools."""
    ours = {
        "ZEROSSL_LIBRARY": str(SHARED),
        # From the folder of the program, so that each copy has its own.
        "ZEROSSL_HEADER": "../../include/zerossl.ffi.h",
        "LC_ALL": "C.UTF-8",
        "DENO_NO_UPDATE_CHECK": "1",
    }
    for part in ("examples/runtimes", "include"):
        shutil.copytree(TOP / part, scratch / "new" / part)
    folder = scratch / "new/examples/runtimes"
    if tour.npm:
        need("npm")
        place = PROGRAMS / tour.npm
        if not (place / "node_modules/.bin").exists():
            run(["npm", "install", "--no-audit", "--no-fund", "--prefix", place, tour.npm])
        ours["PATH"] = f"{place}/node_modules/.bin:{os.environ['PATH']}"
    else:
        need(*[line.split()[0] for line in (tour.build, tour.command) if line and not line.startswith("./")])
    if tour.probe:
        try:
            run(tour.probe.split())
        except Failed as why:
            raise Skipped(f"`{tour.probe}` fails") from why
    if tour.build:
        run(tour.build.split(), os.environ | ours, folder)
    return folder, ours


def refused(tour: Tour, scratch: Path, environment: dict[str, str]) -> None:
    """The same program, written for a later ABI, does not go on with this library."""
    shutil.copytree(scratch / "new", scratch / "later")
    folder = scratch / "later/examples/runtimes"
    for source in [*folder.iterdir(), *(scratch / "later/include").iterdir()]:
        if source.suffix in (".h", ".c", ".py", ".rb", ".pl", ".cs", ".ts"):
            text = source.read_text(encoding="utf-8")
            source.write_text(re.sub(r"(ABI_VERSION( =>?)?) 0\b", r"\1 99", text), encoding="utf-8")
    if tour.build:
        run(tour.build.split(), environment, folder)
    try:
        said = run([*tour.command.split(), "example.com", "a", "b"], environment, folder)
    except Failed as why:
        if "libzerossl is older than" not in str(why):
            raise Failed(f"with a library that is too old it said:\n{why}") from why
    else:
        raise Failed(f"it takes a library that is too old, and said:\n{said}")


def printed(said: str, drafts: set[str], fullchain: Path) -> None:
    """It tells of all certificates, of both errors, of events, and of the order that it resumed."""
    if (listed := set(re.findall(r"^([0-9a-f]{32}) draft example\.com$", said, re.MULTILINE))) != drafts:
        raise Failed(f"it listed {listed} and not {drafts}:\n{said}")
    for expected in (
        f"\n{DRAFTS} certificates\n",
        "\napi 2803 get_certificate: the service refused with certificate_not_found (2803)",
        "obtain: cancelled by the caller\n",
        "\nasking the service to validate\n",
    ):
        if said.count(expected) != 1:
            raise Failed(f"{expected!r} is there {said.count(expected)} times:\n{said}")
    if not said.endswith(f"\nresumed {fullchain}\n"):
        raise Failed(f"the order was not resumed:\n{said}")


def asked(sandbox: Sandbox, domain: str) -> None:
    """The service saw all pages, one order, and nothing of it but a look between the cancel and its validation."""
    requests = sandbox.manage("GET", "/requests")
    pages = {request["parameters"].get("page") for request in requests if request["operation"] == "list_certificates"}
    if "2" not in pages:
        raise Failed(f"it has read the pages {pages}")
    operations = [request["operation"] for request in requests]
    if operations.count("create_certificate") != 1:
        raise Failed(f"it ordered {operations.count('create_certificate')} times: {operations}")
    after = operations[operations.index("create_certificate") + 1 :]
    if after[:2] != ["get_certificate", "verify_domains"]:
        raise Failed(f"after the order the service saw {after}")
    ours = [entry["status"] for entry in sandbox.manage("GET", "/certificates") if domain in str(entry)]
    if ours != ["issued"]:
        raise Failed(f"the account has {ours} for {domain}")


def installed(sandbox: Sandbox, domain: str, current: Path, scratch: Path) -> None:
    """The certificate is for the name, matches its key, and leads to the sandbox's root."""
    key, chain, root = current / "privkey.pem", current / "fullchain.pem", scratch / "root.pem"
    root.write_text(sandbox.manage("GET", "/roots"), encoding="ascii")
    of_key = run(["openssl", "pkey", "-in", key, "-pubout"])
    if of_key != run(["openssl", "x509", "-in", chain, "-noout", "-pubkey"]):
        raise Failed(f"{key} and {chain} do not match")
    run(["openssl", "verify", "-CAfile", root, "-untrusted", chain, "-verify_hostname", domain, chain])
    if stat.S_IMODE(key.stat().st_mode) != 0o600:
        raise Failed(f"others can read {key}")


def test_all(test: Tests, scratch: Path) -> None:
    """They wait most of the time, so they run together."""
    with ThreadPoolExecutor(4) as pool:
        started = {}
        for number, (name, tour) in enumerate(TOURS.items()):
            place = scratch / f"tour{number}"
            place.mkdir()
            started[name] = pool.submit(take, name, tour, place)
        for name, future in started.items():
            test(f"tour: {name}", future.result)
