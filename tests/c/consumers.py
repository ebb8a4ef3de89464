"""Projects that use the installed library, and parsers that read zerossl.ffi.h."""

import importlib.util
import os
import sys
from pathlib import Path

from harness import HERE, LIB, SHARED, TOP, Failed, Skipped, Tests, need, run

PREFIX = "/usr"
LIBDIR = "lib/x86_64-linux-gnu"
ABI = TOP / "ffi/zerossl.abi"


def test_all(test: Tests, scratch: Path) -> None:
    destdir = scratch / "installed"
    test("make install into a DESTDIR", lambda: install(destdir))
    test("manual pages", lambda: manual(destdir))
    test("consumer with pkg-config", lambda: pkg_config(destdir, scratch))
    test("consumer with pkg-config, static", lambda: static(destdir, scratch))
    test("consumer with CMake", lambda: cmake(destdir, scratch))
    test("zerossl.ffi.h in cffi", cffi)
    test("zerossl.ffi.h in LuaJIT", luajit)
    test("the ABI that the header declares", lambda: abi(scratch))


def install(destdir: Path) -> None:
    # The build exists already; only the steps after it are tested.
    options = ["--prefix", PREFIX, "--destdir", str(destdir), "--libdir", LIBDIR]
    run(["cargo", "run", "--locked", "--quiet", "--package", "xtask", "--", "install", *options], cwd=TOP, timeout=900)
    root = destdir / PREFIX.lstrip("/")
    found = {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}
    symbols = (TOP / "ffi/symbols.txt").read_text(encoding="utf-8").split()
    expected = {
        "bin/zerossl-nsupdate",
        *(f"include/{name}" for name in ("zerossl.ffi.h", "zerossl.h", "zerossl.hpp", "zerossl_document.hpp")),
        f"{LIBDIR}/cmake/zerossl/zerossl-config-version.cmake",
        f"{LIBDIR}/cmake/zerossl/zerossl-config.cmake",
        *(f"{LIBDIR}/libzerossl.{end}" for end in ("a", "so", "so.0", "so.0.1.0")),
        f"{LIBDIR}/pkgconfig/zerossl.pc",
        *(f"share/man/man3/{name}.3" for name in ["zerossl", *symbols]),
    }
    documents = {name for name in found if name.startswith("share/doc/zerossl/")}
    if found - documents != expected:
        raise Failed(f"other files are installed: {sorted((found - documents) ^ expected)}")
    for name in ("docs/c.md", "examples/c/obtain.c", "examples/cpp/list.cpp", "examples/runtimes/tour.rb", "LICENSE-MIT"):
        if f"share/doc/zerossl/{name}" not in documents:
            raise Failed(f"{name} is not installed")
    lib = root / LIBDIR
    links = [(lib / f"libzerossl.so{end}").readlink() for end in ("", ".0")]
    if links != [Path("libzerossl.so.0"), Path("libzerossl.so.0.1.0")]:
        raise Failed(f"the links lead to {links}")
    if ".symtab" in run(["readelf", "-S", "--wide", lib / "libzerossl.so.0.1.0"]):
        raise Failed("the library is not stripped")
    licences = (root / "share/doc/zerossl/THIRD-PARTY-LICENSES").read_text(encoding="utf-8")
    for words in ("\nring 0.", "\nrustls 0.", "\nureq 3.", "\nwebpki-roots 1.", "Community Data License Agreement"):
        if words not in licences:
            raise Failed(f"the licences lack {words.strip()}")


def manual(destdir: Path) -> None:
    need("mandoc")
    pages = sorted((destdir / PREFIX.lstrip("/") / "share/man/man3").iterdir())
    if said := run(["mandoc", "-T", "lint", *pages]):
        raise Failed(said)


def flags(destdir: Path, *options: str) -> list[str]:
    environment = os.environ | {
        "PKG_CONFIG_PATH": str(destdir / PREFIX.lstrip("/") / LIBDIR / "pkgconfig"),
        "PKG_CONFIG_SYSROOT_DIR": str(destdir),
        # Otherwise system paths are left out, with or without DESTDIR.
        "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1",
        "PKG_CONFIG_ALLOW_SYSTEM_LIBS": "1",
    }
    return run(["pkg-config", "--cflags", "--libs", *options, "zerossl >= 0.1"], env=environment).split()


def uses(program: Path, environment: dict[str, str] | None = None) -> None:
    if run([program], env=environment) != '0.1.0 {"a":1}\n':
        raise Failed(f"{program.name} said something else")


def pkg_config(destdir: Path, scratch: Path) -> None:
    need("pkg-config")
    program = scratch / "consumer-shared"
    run(["cc", HERE / "consumer/main.c", "-o", program, *flags(destdir)])
    uses(program, os.environ | {"LD_LIBRARY_PATH": str(destdir / PREFIX.lstrip("/") / LIBDIR)})


def static(destdir: Path, scratch: Path) -> None:
    need("pkg-config")
    program = scratch / "consumer-static"
    words = flags(destdir, "--static")
    # The shared library would be taken first, unless everything is static.
    ours = ["-l:libzerossl.a" if word == "-lzerossl" else word for word in words]
    for options in (ours, ["-static", *words]):
        run(["cc", HERE / "consumer/main.c", "-o", program, *options])
        if "libzerossl" in run(["readelf", "-d", program]):
            raise Failed("it is linked with the shared library")
        uses(program)


def cmake(destdir: Path, scratch: Path) -> None:
    need("cmake")
    build = scratch / "consumer-cmake"
    prefix = destdir / PREFIX.lstrip("/")
    run(["cmake", "-S", HERE / "consumer", "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}"])
    run(["cmake", "--build", build])
    uses(build / "shared")
    uses(build / "static")


def cffi() -> None:
    script = (
        "import cffi, sys\n"
        "ffi = cffi.FFI()\n"
        "ffi.cdef(open(sys.argv[1]).read())\n"
        "lib = ffi.dlopen(sys.argv[2])\n"
        "assert ffi.string(lib.zerossl_version()) == b'0.1.0'\n"
        "assert (lib.ZEROSSL_E_INTERNAL, lib.ZEROSSL_PENDING) == (-99, 2)\n"
        "assert lib.ZEROSSL_VERSION_NUMBER == 100\n"
        "error = ffi.new('zerossl_error **')\n"
        "assert lib.zerossl_client_new(b'{\"x\": 1}', error) == ffi.NULL\n"
        "assert lib.zerossl_error_code(error[0]) == lib.ZEROSSL_E_INVALID_ARGUMENT\n"
        "lib.zerossl_error_free(error[0])\n"
    )
    if importlib.util.find_spec("cffi") is None:
        raise Skipped("the Python package cffi is not installed")
    run([sys.executable, "-c", script, TOP / "include/zerossl.ffi.h", SHARED])


def luajit() -> None:
    need("luajit")
    script = (
        "local ffi = require 'ffi'\n"
        "ffi.cdef(io.open(arg[1]):read('*a'))\n"
        "local lib = ffi.load(arg[2])\n"
        "assert(ffi.string(lib.zerossl_version()) == '0.1.0')\n"
        "assert(lib.ZEROSSL_E_INTERNAL == -99 and lib.ZEROSSL_PENDING == 2)\n"
        "local error = ffi.new('zerossl_error *[1]')\n"
        "assert(lib.zerossl_client_new('{\"x\": 1}', error) == nil)\n"
        "assert(lib.zerossl_error_code(error[0]) == lib.ZEROSSL_E_INVALID_ARGUMENT)\n"
        "lib.zerossl_error_free(error[0])\n"
    )
    path = LIB.parent / "luajit.lua"
    path.write_text(script, encoding="utf-8")
    try:
        run(["luajit", path, TOP / "include/zerossl.ffi.h", SHARED])
    finally:
        path.unlink()


def stubs(scratch: Path) -> Path:
    """A library with empty functions for the header's declarations, and with debug information."""
    lines = (TOP / "include/zerossl.ffi.h").read_text(encoding="utf-8").split(";")
    functions = [
        line.strip() for line in lines if "zerossl_" in line and "typedef" not in line and "enum" not in line
    ]
    kept = [line.strip() + ";" for line in lines if "typedef" in line]
    bodies = [line + (" {}" if line.startswith("void ") else " { return 0; }") for line in functions]
    source = scratch / "stubs.c"
    source.write_text("\n".join(["#include <stddef.h>", "#include <stdint.h>", *kept, *bodies]) + "\n", encoding="utf-8")
    library = scratch / "libstubs.so"
    options = ["-shared", "-fPIC", "-g", f"-Wl,--version-script,{TOP / 'ffi/zerossl.map'}"]
    run(["cc", *options, "-Wl,-soname,libzerossl.so.0", source, "-o", library])
    return library


def abi(scratch: Path) -> None:
    """Compares with the recorded ABI, on any machine; new functions are not a break."""
    need("abidiff")
    run(["abidiff", "--no-architecture", "--no-added-syms", ABI, stubs(scratch)])


def write_abi(scratch: Path) -> None:
    """Records a new ABI."""
    text = run(["abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", stubs(scratch)])
    ABI.write_text(text, encoding="utf-8")
