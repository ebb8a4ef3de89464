"""The examples, against the sandbox; and the C++ header."""

import functools
import http.server
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from harness import LEAKS, LIB, SANDBOX, TOP, VALGRIND, Failed, Tests, need, run, silent
from servers import Sandbox

LINK = ["-I", str(TOP / "build/include"), "-L", str(LIB), "-lzerossl", f"-Wl,-rpath,{LIB}"]
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror"]
NAMES = ["example.com", "www.example.com"]


def test_all(test: Tests, scratch: Path) -> None:
    for compiler in ("g++", "clang++"):
        test(f"zerossl.hpp, {compiler}, C++17 and C++20", functools.partial(hpp, scratch, compiler))
    test(
        "zerossl.hpp, address sanitizer",
        functools.partial(hpp, scratch, "g++", "-fsanitize=address,undefined"),
    )
    test("an exception out of a callback ends the process", lambda: throws(scratch))
    test("examples", lambda: examples(scratch))


def hpp(scratch: Path, compiler: str, *options: str) -> None:
    need(compiler)
    for standard in ("c++17", "c++20"):
        program = scratch / "whole"
        run(
            [
                compiler,
                f"-std={standard}",
                *STRICT,
                *options,
                "-g",
                TOP / "tests/cpp/whole.cpp",
                "-o",
                program,
                *LINK,
            ]
        )
        with Sandbox(SANDBOX, "--quota", "50") as sandbox, tempfile.TemporaryDirectory() as folder:
            silent([program], sandbox.environment() | {"SCRATCH": folder})


def throws(scratch: Path) -> None:
    program = scratch / "throws"
    run(["c++", "-std=c++17", *STRICT, TOP / "tests/cpp/throws.cpp", "-o", program, *LINK])
    with Sandbox(SANDBOX) as sandbox:
        for callback in ("event", "log"):
            ended = subprocess.run(
                [program, callback], env=sandbox.environment(), capture_output=True, text=True, check=False
            )
            if ended.returncode != -signal.SIGABRT or "an exception left a callback" not in ended.stderr:
                raise Failed(f"{callback}: it ended with {ended.returncode}: {ended.stderr!r}")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A web server without log output."""

    def log_message(self, *_: object) -> None:
        pass


def examples(scratch: Path) -> None:
    folder = scratch / "examples"
    webroot = folder / "webroot"
    webroot.mkdir(parents=True)
    for name in ("list", "obtain", "pull", "tour"):
        # Only `poll` needs more than standard C.
        options = ["-D_POSIX_C_SOURCE=200809L"] if name == "pull" else []
        options += ["-std=c99", *STRICT, "-Wstrict-prototypes", "-g"]
        run(["cc", *options, TOP / "examples/c" / f"{name}.c", "-o", folder / name, *LINK])
    for name in ("list", "obtain"):
        source = TOP / f"examples/cpp/{name}.cpp"
        run(["c++", "-std=c++17", *STRICT, source, "-o", folder / f"{name}-cpp", *LINK])
    handler = functools.partial(Quiet, directory=str(webroot))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        with Sandbox(SANDBOX, "--http-port", str(web.server_port)) as sandbox:
            by_file(folder, webroot, sandbox)
            for program in ("list", "pull", "list-cpp"):
                said = run([folder / program], sandbox.environment())
                expected = "1 certificates" if program == "pull" else "issued  example.com"
                if expected not in said:
                    raise Failed(f"{program} said {said!r}")
        with Sandbox(SANDBOX, "--http-port", str(web.server_port), "--management", "127.0.0.1:0") as sandbox:
            tour(folder, webroot, sandbox)
        web.shutdown()
    interrupted(folder)
    with Sandbox(SANDBOX, "--management", "127.0.0.1:0") as sandbox:
        by_record(folder, sandbox)


def by_file(folder: Path, webroot: Path, sandbox: Sandbox) -> None:
    options: list[str | Path] = ["--webroot", webroot, "--directory", folder / "store", "--preflight", "off"]
    obtain = [folder / "obtain", *options, *NAMES]
    checked = [*VALGRIND, *LEAKS, *obtain] if shutil.which("valgrind") else obtain
    first = run(checked, sandbox.environment())
    again = run(obtain, sandbox.environment())
    path = folder / "store/example.com/current/fullchain.pem"
    if not first.endswith(f"issued\n{path}\n") or again != f"progress: unchanged\n{path}\n":
        raise Failed(f"obtain said {first!r}, then {again!r}")
    if not path.read_text(encoding="ascii").startswith("-----BEGIN CERTIFICATE-----"):
        raise Failed(f"{path} holds no certificate")
    if stat.S_IMODE((path.parent / "privkey.pem").stat().st_mode) != 0o600:
        raise Failed("the key can be read by others")
    if any(webroot.iterdir()):
        raise Failed("validation files were left behind")
    wrong = subprocess.run([folder / "obtain", *options], capture_output=True, text=True, check=False)
    if wrong.returncode != 1 or not wrong.stderr.startswith("error: obtain: "):
        raise Failed(f"without a name it said {wrong.stderr!r}")


def tour(folder: Path, webroot: Path, sandbox: Sandbox) -> None:
    """The program of docs/c.md: the same text, less than 80 lines, and it goes all the way."""
    source = (TOP / "examples/c/tour.c").read_text(encoding="utf-8")
    if source not in (TOP / "docs/c.md").read_text(encoding="utf-8") or len(source.splitlines()) >= 80:
        raise Failed("docs/c.md has another program than examples/c/tour.c, or it is too long")
    said = []
    with subprocess.Popen(
        [folder / "tour", "one.example.com", "two.example.com", webroot, folder / "toured"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=sandbox.environment(),
    ) as program:
        assert program.stdin is not None and program.stdout is not None
        for line in program.stdout:
            said.append(line)
            if " CNAME " in line:
                *_, name, _, target = line.split()
                record = {"name": name.rstrip("."), "type": "CNAME", "value": target.rstrip(".")}
                sandbox.manage("POST", "/records", record)
                program.stdin.write("\n")
                program.stdin.flush()
    if program.returncode or "-----BEGIN CERTIFICATE-----\n" not in said:
        raise Failed(f"tour.c said {said}")
    if not (folder / "toured/two.example.com/current/fullchain.pem").exists():
        raise Failed(f"tour.c installed nothing: {said}")


def interrupted(folder: Path) -> None:
    """Ctrl-C during a call."""
    with socket.create_server(("127.0.0.1", 0)) as silent_server:
        url = f"http://127.0.0.1:{silent_server.getsockname()[1]}"
        environment = os.environ | {"ZEROSSL_BASE_URL": url, "ZEROSSL_ACCESS_KEY": "k"}
        with subprocess.Popen(
            [folder / "tour", "a.example", "b.example", folder, folder], stderr=subprocess.PIPE, text=True, env=environment
        ) as program:
            connection, _ = silent_server.accept()
            connection.recv(10)
            start = time.monotonic()
            program.send_signal(signal.SIGINT)
            _, said = program.communicate(timeout=30)
            took = time.monotonic() - start
            connection.close()
    if program.returncode != 1 or "cancelled by the caller" not in said or took > 1:
        raise Failed(f"after {took:.2f} s: {program.returncode}, {said!r}")


def by_record(folder: Path, sandbox: Sandbox) -> None:
    """Plays the person who adds records when asked."""
    command = [folder / "obtain-cpp", folder / "by-record", "example.com", sandbox.manage("GET", "/")["dns"]]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=sandbox.environment()
    ) as program:
        assert program.stdin is not None and program.stdout is not None
        said = []
        for line in program.stdout:
            said.append(line.strip())
            if " CNAME " not in line:
                continue
            name, _, target = line.split()
            if said[-2].startswith("publish:"):
                sandbox.manage("POST", "/records", {"name": name, "type": "CNAME", "value": target})
            else:
                sandbox.manage("DELETE", f"/records?name={name.rstrip('.')}")
            program.stdin.write("\n")
            program.stdin.flush()
    if program.returncode or said[-1] != str(folder / "by-record/example.com/current/fullchain.pem"):
        raise Failed(f"obtain.cpp said {said}")
    if left := sandbox.manage("GET", "/records"):
        raise Failed(f"records were left behind: {left}")
