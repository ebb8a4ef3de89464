"""Plays all case files through the C library; the format is in tests/cases/README.md."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from harness import SANDBOX, Failed
from servers import Sandbox

PLAYERS = 8


class Player:
    """The program that makes the calls."""

    def __init__(self, program: Path, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )

    def play(self, way: str, operation: str, config: Any, parameters: Any) -> tuple[str, Any]:
        assert self.process.stdin is not None and self.process.stdout is not None
        lines = [way, operation, json.dumps(config), json.dumps(parameters)]
        self.process.stdin.write("".join(line + "\n" for line in lines).encode())
        self.process.stdin.flush()
        head = self.process.stdout.readline().decode().split()
        if len(head) != 2:
            raise RuntimeError("the player has died")
        answer = self.process.stdout.read(int(head[1]) + 1)
        return head[0], json.loads(answer)

    def end(self) -> int:
        self.process.communicate()
        return self.process.returncode


def every_case(paths: Iterable[Path], url: str, player: Player) -> Iterator[tuple[str, list[str]]]:
    """Each case that was played, with its problems."""
    for path in paths:
        case = json.loads(path.read_text(encoding="utf-8"))
        # Each case in one of the two ways, alternating, since some cases have to wait.
        name = f"{path.parent.name}/{path.stem}"
        way = "named" if len(name) % 2 else "call"
        base_url = f"{url}/{name}"
        config = {"access_key": "replay-key", "base_url": base_url, "requests_per_second": 0}
        config |= case.get("settings", {})
        start = time.monotonic()
        outcome = player.play(way, path.parent.name, config, case.get("parameters", {}))
        took = time.monotonic() - start
        problems = [*compare(case, *outcome), *verdict(f"{url}/{name}")]
        if took > config.get("timeout", 60) * case.get("calls", 1) * 1.1 + 0.25:
            problems.append(f"it took {took} s")
        yield name, problems


def verdict(base_url: str) -> list[str]:
    with urllib.request.urlopen(f"{base_url}/.verdict") as answer:
        said = json.load(answer)
    problems: list[str] = said["problems"]
    return problems if said["complete"] else [*problems, "not every request of the exchange came"]


def compare(case: Any, what: str, answer: Any) -> list[str]:
    if "result" in case:
        return [] if what == "ok" and same(answer, case["result"]) else [f"it ended with {what} {answer}"]
    if what != "error":
        return [f"it ended with {what} {answer}"]
    return [
        f"`{name}`: expected {expected}, got {answer}"
        for name, expected in case["error"].items()
        if not agrees(answer, name, expected)
    ]


def agrees(error: Any, name: str, expected: Any) -> bool:
    if name == "message_contains":
        return all(text in error["message"] for text in expected)
    return same(error.get(name), expected)


def same(one: Any, other: Any) -> bool:
    """Equal as JSON, where true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def play_cases(program: Path, folder: Path) -> str:
    """All cases of the folder, several at the same time: some have to wait."""
    paths = sorted(folder.glob("*/*.json"))
    with Sandbox(SANDBOX, "--replay", str(folder)) as replay, ThreadPoolExecutor(PLAYERS) as pool:
        shares = [paths[first::PLAYERS] for first in range(PLAYERS)]
        found = list(pool.map(lambda share: play_share(program, share, replay.url), shares))
    problems = [problem for problems in found for problem in problems]
    if problems or len(paths) < 100:
        raise Failed(f"{len(paths)} cases\n" + "\n".join(problems))
    return f"{len(paths)} cases"


def play_share(program: Path, paths: Iterable[Path], url: str) -> list[str]:
    player = Player(program, os.environ.copy())
    found = every_case(paths, url, player)
    problems = [f"{name}: {problem}" for name, problems in found for problem in problems]
    return problems if player.end() == 0 else [*problems, "the player failed"]
