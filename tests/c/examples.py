"""The examples, against the sandbox; and the C++ header."""

import functools
import http.server
import os
import shutil
import stat
import threading
from pathlib import Path

from harness import LIB, SANDBOX, TOP, Failed, Tests, need, run, silent
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
        with Sandbox(SANDBOX, "--quota", "50") as sandbox:
            silent([program], sandbox.environment())


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A web server that says nothing."""

    def log_message(self, *_: object) -> None:
        pass


def examples(scratch: Path) -> None:
    folder = scratch / "examples"
    webroot, out = folder / "webroot", folder / "out"
    webroot.mkdir(parents=True)
    out.mkdir()
    for name in ("list", "obtain", "order", "pull"):
        # obtain.c says itself that it needs POSIX, and which.
        options = [] if name == "obtain" else ["-D_POSIX_C_SOURCE=200809L"]
        options += ["-std=c99", *STRICT, "-Wstrict-prototypes", "-g"]
        run(["cc", *options, TOP / "examples/c" / f"{name}.c", "-o", folder / name, *LINK])
    run(["c++", "-std=c++17", *STRICT, TOP / "examples/cpp/list.cpp", "-o", folder / "list-cpp", *LINK])
    handler = functools.partial(Quiet, directory=str(webroot))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        with Sandbox(SANDBOX, "--http-port", str(web.server_port)) as sandbox:
            obtain: list[str | Path] = [folder / "obtain", "--webroot", webroot, "--out", out, *NAMES]
            valgrind = ["valgrind", "--quiet", "--leak-check=full", "--error-exitcode=9"]
            run([*valgrind, *obtain] if shutil.which("valgrind") else obtain, sandbox.environment())
            for program in ("list", "pull", "list-cpp"):
                said = run([folder / program], sandbox.environment())
                expected = "1 certificates" if program == "pull" else "issued  example.com"
                if expected not in said:
                    raise Failed(f"{program} said {said!r}")
        web.shutdown()
    with Sandbox(SANDBOX) as sandbox:
        said = run([folder / "order"], sandbox.environment())
        if not said.startswith("-----BEGIN PRIVATE KEY-----"):
            raise Failed(f"order said {said!r}")
    written = sorted(os.listdir(out))
    if written != ["cert.pem", "chain.pem", "fullchain.pem", "privkey.pem"]:
        raise Failed(f"written: {written}")
    if stat.S_IMODE((out / "privkey.pem").stat().st_mode) != 0o600:
        raise Failed("the key can be read by others")
    if any((webroot / ".well-known/pki-validation").iterdir()):
        raise Failed("validation files were left behind")
