#!/usr/bin/env python3
"""Runs the fuzzers, one after the other: `run.py SECONDS [TARGET ...]`; needs cargo-fuzz.

They begin with the cases, the stores, what `corpus/` has of earlier runs, and `seeds/`. What is found stays in
target/fuzz/corpus. Prints executions and coverage (edges) of each. An input that fails is left in
target/fuzz/artifacts: put it into `seeds/TARGET/` when the fault is mended, so that each run tries it first. After a
long run, `run.py keep` writes `corpus/` anew: the fewest inputs that reach as much.
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
TOP = HERE.parent
sys.path.insert(0, str(TOP / "tests/c"))

from harness import TARGET, Failed, Skipped, Tests, run

BUILT = TARGET / "fuzz/x86_64-unknown-linux-gnu/release"
CORPUS = TARGET / "fuzz/corpus"
ARTIFACTS = TARGET / "fuzz/artifacts"
KEPT = HERE / "corpus"
TARGETS = sorted(path.stem for path in (HERE / "fuzz_targets").glob("*.rs"))
# In the table's order: an input's first byte is a place in it.
TABLE = (TOP / "core/src/operations.rs").read_text(encoding="utf-8")
OPERATIONS = [name.lower() for name in re.findall(r"^    &(?:\w+::)*?(\w+)(?:::OPERATION)?,$", TABLE, re.MULTILINE)]
Case = dict[str, Any]


def of_answers(operation: int, case: Case) -> Iterator[bytes]:
    for turn in case["exchange"]:
        answer = turn["response"]
        body = json.dumps(answer["json"]) if "json" in answer else answer.get("text", "")
        yield bytes([operation]) + body.encode()


def of_parameters(operation: int, case: Case) -> Iterator[bytes]:
    yield bytes([operation]) + json.dumps(case["parameters"]).encode()


def of_settings(_: int, case: Case) -> Iterator[bytes]:
    yield json.dumps(case.get("settings", {})).encode()


def of_texts(pattern: str) -> Callable[[int, Case], Iterator[bytes]]:
    return lambda _, case: (text.encode() for text in texts(case) if re.search(pattern, text))


def of_requests(_: int, case: Case) -> Iterator[bytes]:
    for turn in case["exchange"]:
        asked = turn["request"]
        body = json.dumps(asked["body"]) if "body" in asked else ""
        head = f"{asked['method']} {asked['path']}?access_key=sandbox-key HTTP/1.1\r\nHost: x\r\n"
        yield f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


OF_CASES: dict[str, Callable[[int, Case], Iterator[bytes]]] = {
    "answer": of_answers,
    "parameters": of_parameters,
    "settings": of_settings,
    "pem": of_texts("-----BEGIN"),
    "times": of_texts(r"^(\d{4}-\d\d-\d\d.{0,20}|\d{1,4}|\w{3}, .* GMT)$"),
    "sandbox": of_requests,
}
OF_FILES = {"store": "tests/stores/**/*.json", "pem": "tests/stores/**/*.pem"}
OTHERS = {
    "listener": [
        b"GET /file.txt HTTP/1.1\r\nHost: example.com\r\n\r\n",
        b"GET http://example.com/file.txt?x HTTP/1.0\r\n\r\n",
    ],
}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from texts(inside)


def seeds(target: str) -> Iterator[bytes]:
    """What a fuzzer begins with."""
    if target in OF_CASES:
        for path in sorted((TOP / "tests/cases").glob("*/*.json")):
            case = json.loads(path.read_text(encoding="utf-8"))
            yield from OF_CASES[target](OPERATIONS.index(path.parent.name), case)
    if target in OF_FILES:
        yield from (path.read_bytes() for path in sorted(TOP.glob(OF_FILES[target])))
    yield from OTHERS.get(target, [])


def folders(target: str) -> list[Path]:
    """Where a fuzzer finds inputs, and where it puts new ones: the first."""
    corpus, made, kept = (CORPUS / f"{target}{of}" for of in ("", "-seeds", "-kept"))
    for folder in (made, kept):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in (corpus, made, kept, ARTIFACTS / target):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(dict.fromkeys(seeds(target))):
        (made / str(number)).write_bytes(seed)
    if (archive := KEPT / f"{target}.tar.xz").exists():
        with tarfile.open(archive) as files:
            files.extractall(kept, filter="data")
    failed = HERE / "seeds" / target
    return [corpus, made, kept, *([failed] if failed.exists() else [])]


def working_folder(target: str) -> Path:
    """Where a fuzzer runs: any text may be the name of a folder, and a relative one leads there."""
    folder = CORPUS / f"{target}-here"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def keep(target: str) -> str:
    """The fewest inputs that reach all that is reached, as an archive that is the same for the same inputs."""
    fewest = CORPUS / f"{target}-fewest"
    shutil.rmtree(fewest, ignore_errors=True)
    fewest.mkdir(parents=True)
    command = [BUILT / target, "-merge=1", "-timeout=10", "-rss_limit_mb=2000", fewest, *folders(target)]
    run(command, cwd=working_folder(target), timeout=3600)
    KEPT.mkdir(exist_ok=True)
    inputs = sorted(path.read_bytes() for path in fewest.iterdir())
    archive = KEPT / f"{target}.tar.xz"
    with tarfile.open(archive, "w:xz", preset=9) as files:
        for number, content in enumerate(inputs):
            entry = tarfile.TarInfo(str(number))
            entry.size = len(content)
            files.addfile(entry, io.BytesIO(content))
    return f"{len(inputs):,} inputs, {archive.stat().st_size:,} bytes"


def fuzz(target: str, seconds: int) -> str:
    options = [f"-max_total_time={seconds}", "-print_final_stats=1", "-timeout=10", "-rss_limit_mb=2000"]
    options += [f"-artifact_prefix={ARTIFACTS / target}/", "-max_len=8192", "-verbosity=1"]
    command = [BUILT / target, *options, *folders(target)]
    # SIGPIPE stays ignored, as in a Python and in any program of Rust: a fuzzer's main function does not see to that.
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds + 300,
        check=False,
        restore_signals=False,
        cwd=working_folder(target),
    )
    if done.returncode != 0:
        raise Failed(done.stderr[-6000:])
    runs = re.search(r"stat::number_of_executed_units: (\d+)", done.stderr)
    edges = re.findall(r"cov: (\d+)", done.stderr)
    if not runs or not edges or int(runs[1]) < 100:
        raise Failed(f"it has not run:\n{done.stderr[-3000:]}")
    return f"{int(runs[1]):,} executions, {int(edges[-1]):,} edges"


def build() -> None:
    if shutil.which("cargo-fuzz") is None:
        raise Skipped("cargo-fuzz is not installed: `cargo install --locked cargo-fuzz`")
    # The stable compiler has what fuzzing needs.
    command = ["cargo", "fuzz", "build", "--target-dir", TARGET / "fuzz"]
    done = subprocess.run(
        command, cwd=HERE, env=os.environ | {"RUSTC_BOOTSTRAP": "1"}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Failed(done.stderr)


def main() -> int:
    what, *chosen = sys.argv[1:] or [""]
    if what != "keep" and not what.isdigit():
        print(__doc__)
        return 2
    test = Tests("fuzz")
    test("build", build)
    if not test.skipped and not test.failed:
        for target in chosen or TARGETS:
            test(target, lambda target=target: keep(target) if what == "keep" else fuzz(target, int(what)))
    if test.skipped and os.environ.get("CI") == "true":
        print("fuzz: skipped, which CI does not take")
        return 1
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
