"""Prints what the library costs beside its peers, as a table in Markdown.

Only the client is counted, not the server. Each ratio is of two figures of this run.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import counting
from counting import (
    BENCH,
    BUILD,
    PACKAGE,
    PEERS,
    PYTHON,
    WANTED,
    abi,
    in_c,
    in_python,
    instructions,
    per_call,
)
from rebuild import rebuilt
from server import Server
from servers import SERVERS, served
from service import free_port, obtaining, sandbox

CERTIFICATES = 100_000


def row(
    what: str,
    ours: float,
    unit: str,
    peer: str = "",
    theirs: float | None = None,
    mark: str = "",
) -> None:
    """Prints a row, so that one sees how far it is."""
    show = "{:,.0f}".format if ours > 100 else "{:,.2f}".format
    compared = [peer, show(theirs), f"{ours / theirs:.3f}"] if theirs else ["", "", ""]
    print(
        "|",
        " | ".join([what, f"{show(ours)} {unit}", *compared, mark]),
        "|",
        flush=True,
    )


def of_c(url: str) -> None:
    """The C library beside what is common in C."""
    program = BENCH / "curl_cjson"
    marks = {"one": "0.45", "page": "0.35", "thousand": "0.35"}
    names = {
        "one": "one certificate",
        "page": "a page of 100",
        "thousand": "a page of 1,000",
    }
    for wanted, mark in marks.items():
        theirs = per_call(wanted, lambda calls, wanted=wanted: [program, url, wanted, calls])
        row(
            f"C: {names[wanted]}",
            in_c(url, wanted),
            "Ir",
            "libcurl and cJSON",
            theirs,
            mark,
        )
    ours = instructions(abi({"base_url": url}, 0, *WANTED["one"]))
    row(
        "C: a process that makes a client",
        ours,
        "Ir",
        "libcurl",
        instructions([program, url, "one", 0]),
    )


def of_rust(url: str) -> None:
    """The crate beside what it is built on."""
    program = counting.TOP / "target/release/zerossl-bench"
    for wanted, name in {"one": "one certificate", "page": "a page of 100"}.items():
        count = {
            client: per_call(
                wanted,
                lambda calls, client=client, wanted=wanted: [
                    program,
                    client,
                    url,
                    wanted,
                    calls,
                ],
            )
            for client in ("call", "send", "ureq", "ureq-value")
        }
        row(
            f"Rust, `Client::call`: {name}",
            count["call"],
            "Ir",
            "ureq, body only",
            count["ureq"],
        )
        row(
            f"Rust, `Client::send`: {name}",
            count["send"],
            "Ir",
            "ureq and `serde_json::Value`",
            count["ureq-value"],
        )


def of_python(url: str) -> None:
    """The package beside what is common in Python."""
    for wanted, name in {
        "one": "one certificate",
        "thousand": "a page of 1,000",
    }.items():
        ours = in_python("libzerossl", url, wanted)
        marks = {
            "one": {"pycurl_json": "0.5"},
            "thousand": {"pycurl_json": "0.35", "pycurl_orjson": "0.6"},
        }
        for peer in ("pycurl_json", "pycurl_orjson", "requests", "httpx"):
            mark = marks[wanted].get(peer, "0.04" if (peer, wanted) == ("requests", "one") else "")
            theirs = in_python(peer, url, wanted)
            row(f"Python: {name}", ours, "Ir", peer.replace("_", " and "), theirs, mark)
    start = {
        library: instructions([*PYTHON, library, url, "one", 0], PYTHONPATH=f"{PACKAGE}:{PEERS}")
        for library in ("nothing", "libzerossl", "pycurl_json")
    }
    ours, theirs = (start[library] - start["nothing"] for library in ("libzerossl", "pycurl_json"))
    row(
        "Python: import and the first client",
        ours,
        "Ir",
        "pycurl and json",
        theirs,
        "15 M Ir",
    )


def of_start(url: str) -> None:
    """What is cold in a new process."""
    nothing = instructions(abi({"base_url": url}, 0, *WANTED["key"]))
    key = instructions(abi({"base_url": url}, 1, *WANTED["key"]))
    request = [
        "openssl",
        "req",
        "-new",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
    ]
    with tempfile.TemporaryDirectory() as folder:
        output = [
            "-keyout",
            f"{folder}/key",
            "-out",
            f"{folder}/csr",
            "-subj",
            "/CN=example.com",
        ]
        row(
            "a process's first key with its CSR",
            key,
            "Ir",
            "`openssl req`",
            instructions([*request, *output]),
            "1.0",
        )
        row("of it without loading the library", key - nothing, "Ir")
        with sandbox("--tls", "--root", f"{folder}/root.pem") as address:
            config = {"base_url": address, "ca_file": f"{folder}/root.pem"}
            ours = instructions(abi(config, 1, "list_certificates", {"limit": 1}, 10))
            query = f"{address}/certificates?access_key=bench&limit=1"
            theirs = instructions(["curl", "--silent", "--cacert", f"{folder}/root.pem", query])
        row("a process with one TLS call", ours, "Ir", "`curl`", theirs, "1.0")


def of_memory() -> None:
    """All certificates of a large account: each page is read twice, to see that nothing was missed."""
    with Server(CERTIFICATES) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        config, environment = {"base_url": server.url}, {"PYTHONPATH": str(PACKAGE)}
        in_c = [*abi(config, 0, "", {}, 0)[:2], "sweep", CERTIFICATES]
        in_python = [*PYTHON, "libzerossl", server.url, "sweep", CERTIFICATES]
        for name, command in {"C": in_c, "Python": in_python}.items():
            kilobytes = int(said(command, **environment))
            row(
                f"{name}: memory of {CERTIFICATES:,} certificates at most",
                kilobytes / 1000,
                "MB",
                mark="12 MB",
            )
        server.shutdown()


def of_obtain() -> None:
    """An order that the service issues at once."""
    port = free_port()
    with sandbox("--http-port", port) as url, tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        said(abi({"base_url": url}, 1, *obtaining(port, Path(folder), 1)))
        row("obtain, issued at once", time.monotonic() - start, "s", mark="0.4 s")


def of_sandbox() -> None:
    """The sandbox beside what people write for their tests: a server in Python that knows one answer."""
    (start, each), (their_start, their_each) = (served(SERVERS[whose]) for whose in ("ours", "theirs"))
    peer = "a server in Python, one answer"
    row("the sandbox: until it listens", 1e3 * start, "ms of CPU", peer, 1e3 * their_start)
    row("the sandbox: an answer to `get_certificate`", 1e6 * each, "us of CPU", peer, 1e6 * their_each)


def said(command: list, **environment: str) -> str:
    """What a program prints."""
    words = [str(word) for word in command]
    return subprocess.run(words, check=True, capture_output=True, text=True, env=os.environ | environment).stdout


def machine() -> str:
    """Where the figures come from."""
    lines = Path("/proc/cpuinfo").read_text()
    processor = re.search(r"model name\s*: (.*)", lines)
    versions = [said([*command]).splitlines()[0] for command in (["rustc", "--version"], ["cc", "--version"])]
    curl = " ".join(said(["curl", "--version"]).split()[:2])
    openssl = " ".join(said(["openssl", "version"]).split()[:2])
    named = [
        processor[1] if processor else platform.machine(),
        *versions,
        " ".join(platform.libc_ver()),
    ]
    return ", ".join([*named, f"Python {platform.python_version()}", curl, openssl])


def main() -> None:
    missing = [tool for tool in ("valgrind", "openssl", "curl") if shutil.which(tool) is None]
    if missing or not (BENCH / "curl_cjson").exists():
        sys.exit(f"bench: not installed: {', '.join(missing) or 'libcurl or cJSON'}")
    counting.build_c()
    wheel = counting.unpack_wheel()
    print(f"{machine()}\n\n| what | ours | peer | theirs | ratio | mark |\n| --- | ---: | --- | ---: | ---: | --- |")
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        of_c(server.url)
        of_rust(server.url)
        of_python(server.url)
        of_start(server.url)
        server.shutdown()
    of_memory()
    of_obtain()
    of_sandbox()
    row(
        "the shared library, stripped",
        counting.stripped(BUILD / "lib/libzerossl.so") / 1e6,
        "MB",
        mark="6.0 MB",
    )
    row("the wheel, with the command, a sandbox and shared stores", wheel.stat().st_size / 1e6, "MB", mark="2.7 MB")
    row("`make build QUICK=1` after a change of one endpoint", rebuilt(), "s of CPU", mark="15 s")


if __name__ == "__main__":
    main()
