#!/usr/bin/env python3
"""Builds and runs everything that tests the C library, with the library that `make build` left in build/.

    run.py [WORD ...]    only what has one of these words in its name; some need what comes before them
    run.py --long        what takes too long for every day

Prints a line for each thing. What is missing on this machine is skipped with a line; under CI=true a skip
fails, as everything has to be tried there.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import consumers
from cases import play_cases
from harness import (
    HERE,
    INCLUDE,
    LEAKS,
    LIB,
    POSIX,
    SANDBOX,
    SHARED,
    TARGET,
    TOP,
    VALGRIND,
    WARNINGS,
    Command,
    Failed,
    Skipped,
    Tests,
    need,
    run,
    silent,
)
from hosted_sandbox import sandbox_with_website
from servers import HangUp, Sandbox

import examples
import memory

NEEDS_NO_MORE = [
    *("arguments", "null", "process", "threads", "forked", "ops", "questions"),
    *("cancel", "documents", "limits", "orders", "at_exit"),
]
# A child of fork does not have its parent's threads, so it cannot free what they would.
FORKS = ("forked", "orders")
# For the thread sanitizer: it loses threads at a fork, holds signals back, and needs more memory than a limit leaves.
WITH_THREADS = ("threads", "ops", "questions", "at_exit")
TRIPLE = "x86_64-unknown-linux-gnu"
MANAGED = ["--management", "127.0.0.1:0"]


def compile_c(source: Path, program: Path, *options: str, compiler: str = "cc", library: Path = LIB) -> None:
    command: list[str | Path] = [compiler, *POSIX, *WARNINGS, *INCLUDE, "-g", *options, source, "-o", program]
    run([*command, "-L", library, "-lzerossl", f"-Wl,-rpath,{library}", "-lpthread", "-ldl"])


def symbols() -> None:
    defined = run(["nm", "-D", "--defined-only", SHARED]).splitlines()
    names = sorted(line.split()[-1] for line in defined if not line.endswith(" ZEROSSL_0"))
    expected = (TOP / "ffi/symbols.txt").read_text(encoding="utf-8").split()
    if names != [f"{name}@@ZEROSSL_0" for name in expected]:
        raise Failed(f"the library defines other names than ffi/symbols.txt: {names}")
    dynamic = run(["readelf", "-d", SHARED])
    for word in ("[libzerossl.so.0]", "NODELETE"):
        if word not in dynamic:
            raise Failed(f"{word} is missing:\n{dynamic}")
    content = SHARED.read_bytes()
    for folder in (f"{TOP}/", f"{Path.home()}/", "registry/src", "/.cargo/", "/.rustup/"):
        if folder.encode() in content:
            raise Failed(f"the library has a path of this machine in it: {folder}")


def headers(scratch: Path) -> None:
    need("gcc", "clang", "g++", "clang++")
    source = scratch / "include.c"
    source.write_text(
        "#include <zerossl.h>\n"
        "#if !ZEROSSL_AT_LEAST(0, 1, 0) || ZEROSSL_AT_LEAST(0, 1, 1) || ZEROSSL_VERSION_NUMBER != 100\n"
        "#error the version\n"
        "#endif\n"
        "ZEROSSL_DEPRECATED(\"it is old\") int old(int value);\n"
        "int main(void) { return ZEROSSL_OK; }\n",
        encoding="utf-8",
    )
    for name in ("zerossl.h", "zerossl.ffi.h"):
        for line in (TOP / "include" / name).read_text(encoding="utf-8").splitlines():
            if len(line) > 100:
                raise Failed(f"{name} has a line of {len(line)} columns: {line}")
    for compiler in ("gcc", "clang"):
        for standard in ("c99", "c11"):
            run([compiler, f"-std={standard}", *WARNINGS, *INCLUDE, "-fsyntax-only", source])
    for compiler in ("g++", "clang++"):
        for standard in ("c++11", "c++14", "c++17", "c++20"):
            options = [f"-std={standard}", "-Wall", "-Wextra", "-pedantic", "-Werror", *INCLUDE]
            run([compiler, *options, "-fsyntax-only", "-x", "c++", source])


def programs(
    scratch: Path,
    way: str,
    compiler: str,
    *options: str,
    library: Path = LIB,
    names: Sequence[str] = NEEDS_NO_MORE,
) -> list[Path]:
    folder = scratch / way
    folder.mkdir()
    for name in names:
        compile_c(HERE / f"{name}.c", folder / name, *options, compiler=compiler, library=library)
    return [folder / name for name in names]


def play_programs(built: list[Path], before: Command = (), more: dict[str, str] | None = None) -> None:
    for program in built:
        with Sandbox(SANDBOX, "--quota", "50", *MANAGED) as sandbox, tempfile.TemporaryDirectory() as folder:
            silent([*before, program], sandbox.environment() | {"SCRATCH": folder} | (more or {}))


def plain(scratch: Path, compiler: str) -> None:
    need(compiler)
    play_programs(programs(scratch, compiler, compiler))


def optimized(scratch: Path, compiler: str) -> None:
    """A caller's own check for NULL survives what the optimizer learns from the header."""
    need(compiler)
    for level in ("-O1", "-O2", "-O3"):
        play_programs(programs(scratch, f"{compiler}{level}", compiler, level, names=["null"]))


def sanitized(scratch: Path) -> None:
    need("gcc")
    # Optimized, too: with wrong attributes in the header a compiler removes checks, and the sanitizer sees other code.
    for level in ("-O0", "-O2"):
        options = [level, "-fsanitize=address,undefined", "-fno-sanitize-recover"]
        built = programs(scratch, f"sanitized{level}", "gcc", *options)
        play_programs(built, more={"ASAN_OPTIONS": "detect_leaks=1"})


def under_valgrind(scratch: Path) -> None:
    need("valgrind")
    # Valgrind does not let its own signals be blocked.
    checked = [name for name in NEEDS_NO_MORE if name not in ("process", *FORKS)]
    play_programs([scratch / "gcc" / name for name in checked], [*VALGRIND, *LEAKS], {"SLOW": "1"})
    play_programs([scratch / "gcc" / name for name in FORKS], VALGRIND)


def counted(scratch: Path) -> None:
    run(
        ["cargo", "build", "--locked", "--quiet", "--package", "zerossl-ffi", "--features", "counting"],
        cwd=TOP,
        timeout=900,
    )
    library = scratch / "counting-library"
    library.mkdir()
    shutil.copy(TARGET / "debug/libzerossl.so", library)
    play_programs(programs(scratch, "counting", "cc", "-DCOUNTING", library=library))


def archive_under(sanitizer: str, *options: str) -> Path:
    """The library, with the Rust side under a sanitizer: a separate build, which takes several minutes."""
    target = TARGET / "sanitized" / sanitizer
    # Sanitizers are not stable in rustc, but the stable toolchain contains what they need.
    ours = {"RUSTC_BOOTSTRAP": "1", "RUSTFLAGS": f"-Zsanitizer={sanitizer}", "CARGO_TARGET_DIR": str(target)}
    options = ("--lib", "--crate-type", "staticlib", "--features", "counting", "--target", TRIPLE, *options)
    command = ["cargo", "rustc", "--locked", "--quiet", "--package", "zerossl-ffi", *options]
    run(command, env=os.environ | ours, cwd=TOP, timeout=3600)
    return target / TRIPLE / "debug/libzerossl.a"


def linked(
    folder: Path, archive: Path, sanitizer: str, names: Sequence[str], runtime: Sequence[str | Path] = ()
) -> list[Path]:
    """The test programs, with such a library inside, and the sanitizer of gcc or another."""
    folder.mkdir()
    libraries = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"]
    options = [*POSIX, *WARNINGS, *INCLUDE, "-g", "-DCOUNTING", f"-fsanitize={sanitizer}"]
    for name in names:
        run(["gcc", *options, "-c", HERE / f"{name}.c", "-o", folder / f"{name}.o"])
        ends = runtime or [f"-fsanitize={sanitizer}"]
        run(["gcc", folder / f"{name}.o", "-o", folder / name, *ends, archive, *libraries])
    return [folder / name for name in names]


def instrumented(scratch: Path) -> None:
    need("gcc")
    built = linked(scratch / "instrumented", archive_under("address"), "address", NEEDS_NO_MORE)
    play_programs(built, more={"ASAN_OPTIONS": "detect_leaks=1"})


def raced(scratch: Path) -> None:
    """The programs with threads, with the Rust side and its standard library under the thread sanitizer.

    Locks of Rust are numbers that threads wait for in the kernel. Helgrind and drd do not see them and take every
    access for a race; so does the sanitizer, unless it sees the standard library, which is compiled anew for that.
    """
    need("gcc")
    rust = Path(run([os.environ.get("RUSTC", "rustc"), "--print", "sysroot"]).strip()) / "lib/rustlib"
    if not (rust / "src/rust/library/Cargo.lock").exists():
        raise Skipped("the source of the standard library is not there: `rustup component add rust-src`")
    # The runtime of gcc is older than what rustc makes.
    runtime = next((rust / TRIPLE / "lib").glob("librustc-*_rt.tsan.a"))
    archive = archive_under("thread", "-Zbuild-std=std,panic_unwind")
    whole = ["-Wl,--whole-archive", runtime, "-Wl,--no-whole-archive"]
    play_programs(linked(scratch / "raced", archive, "thread", WITH_THREADS, whole))


def cases(scratch: Path) -> None:
    program = scratch / "play"
    # The program looks up the functions in itself by name.
    compile_c(HERE / "play.c", program, "-Wl,--no-as-needed")
    play_cases(program, TOP / "tests/cases")


def secrets(scratch: Path) -> None:
    # A function that is looked up at its first call leaves what the registers hold on the stack.
    [program] = programs(scratch, "secrets", "cc", "-O2", "-Wl,-z,now", names=["secrets"])
    webroot = scratch / "secrets-www"
    with sandbox_with_website(webroot) as sandbox, tempfile.TemporaryDirectory() as folder:
        silent([program], sandbox.environment() | {"SCRATCH": folder, "WEBROOT": str(webroot)})


def speed_of_documents() -> str:
    need("valgrind", "pkg-config")
    if subprocess.run(["pkg-config", "--exists", "libcjson"], check=False).returncode != 0:
        raise Skipped("cJSON is not installed (Debian: libcjson-dev)")
    return run([sys.executable, "-B", TOP / "tests/bench/documents.py", TOP / "build", "2"]).strip()


def jumps(scratch: Path) -> None:
    # What a longjmp passes over is lost: no leak is looked for.
    play_programs(programs(scratch, "jumps", "cc", names=["jumps"]))


def hang_ups(scratch: Path) -> None:
    program = scratch / "sigpipe"
    compile_c(HERE / "sigpipe.c", program)
    root = scratch / "root.pem"
    with Sandbox(SANDBOX, "--tls", "--root", str(root)) as sandbox:
        urls = [f"http://127.0.0.1:{HangUp().port}", f"https://127.0.0.1:{HangUp(sandbox.port).port}"]
        silent([program, *urls], sandbox.environment() | {"ZEROSSL_CA_FILE": str(root)})


def busy_forks(scratch: Path) -> None:
    program, root = scratch / "busy_forks", scratch / "forks-root.pem"
    compile_c(HERE / "busy_forks.c", program)
    with Sandbox(SANDBOX, "--tls", "--root", str(root)) as sandbox:
        silent([program], sandbox.environment() | {"ZEROSSL_CA_FILE": str(root)})


def flat_memory(scratch: Path, counts: tuple[int, int]) -> str:
    program = scratch / "flat"
    compile_c(HERE / "flat.c", program)
    return memory.in_c(program, counts)


def reload(scratch: Path) -> None:
    program = scratch / "reload"
    compile_c(HERE / "reload.c", program, "-Wl,--as-needed")
    with Sandbox(SANDBOX) as sandbox:
        silent([program, SHARED], sandbox.environment())


def test_all(test: Tests, scratch: Path) -> None:
    test("symbols, soname and nodelete of the library", symbols)
    test("headers as C99, C11 and C++11 to 20, gcc and clang", lambda: headers(scratch))
    test("programs, gcc", lambda: plain(scratch, "gcc"))
    test("programs, clang", lambda: plain(scratch, "clang"))
    test("NULL is reported and checked for, optimized, gcc", lambda: optimized(scratch, "gcc"))
    test("NULL is reported and checked for, optimized, clang", lambda: optimized(scratch, "clang"))
    test("programs, address, leak and undefined sanitizer", lambda: sanitized(scratch))
    test("programs, valgrind", lambda: under_valgrind(scratch))
    test("programs, live objects counted", lambda: counted(scratch))
    test("no copy of an access key or a private key is left in memory", lambda: secrets(scratch))
    test("documents take at most twice the instructions of cJSON", speed_of_documents)
    test("a longjmp out of a callback leaves no op behind", lambda: jumps(scratch))
    test("servers that hang up, plain and TLS", lambda: hang_ups(scratch))
    test("forks while threads make keys and TLS connections", lambda: busy_forks(scratch))
    test("dlopen and dlclose in a loop", lambda: reload(scratch))
    test("flat memory", lambda: flat_memory(scratch, memory.SHORT))
    test("all cases", lambda: cases(scratch))
    consumers.test_all(test, scratch)
    examples.test_all(test, scratch)


def main() -> int:
    if not SHARED.exists():
        print("C: build/ is empty; run `make build`")
        return 1
    if sys.argv[1:] == ["--write-abi"]:
        with tempfile.TemporaryDirectory() as folder:
            consumers.write_abi(Path(folder))
        return 0
    run(["cargo", "build", "--locked", "--quiet", "--package", "zerossl-sandbox"], cwd=TOP, timeout=900)
    is_long = sys.argv[1:] == ["--long"]
    test = Tests("C", [] if is_long else sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if is_long:
            test("programs, the Rust side under the address sanitizer too", lambda: instrumented(scratch))
            test("programs with threads, all of Rust under the thread sanitizer", lambda: raced(scratch))
            test("flat memory", lambda: flat_memory(scratch, memory.LONG))
        else:
            test_all(test, scratch)
    if not test.tried:
        print(f"C: nothing has one of these words in its name: {', '.join(test.words)}")
        return 1
    if test.skipped and os.environ.get("CI") == "true":
        print(f"C: {test.skipped} skipped, which CI does not take")
        return 1
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
