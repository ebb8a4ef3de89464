"""Every case of tests/cases, through the typed methods."""

from __future__ import annotations

import asyncio
import json
import os
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import libzerossl as zerossl
import pytest
from libzerossl.base import Base

CASES = Path(os.environ.get("CASES", Path(__file__).parents[1] / "cases"))


def play(replay: str, file: Path, kind: type[Base]) -> list[str]:
    """Play one case with this class of client; return what went wrong."""
    case = json.loads(file.read_text())
    operation = file.parent.name
    base_url = f"{replay}/{operation}/{file.stem}"
    settings = {"access_key": "replay-key", "base_url": base_url, "requests_per_second": 0}
    settings |= case.get("settings", {})
    outcome: object
    client = kind(**settings)
    start = time.monotonic()
    try:
        outcome = call(client, operation, case.get("parameters", {}))
    except zerossl.Error as error:
        outcome = error
    took = time.monotonic() - start
    with urllib.request.urlopen(f"{replay}/{operation}/{file.stem}/.verdict") as answer:
        verdict = json.load(answer)
    problems: list[str] = list(verdict["problems"])
    if not verdict["complete"]:
        problems.append("not every request of the exchange came")
    if took > settings.get("timeout", 60) * case.get("calls", 1) * 1.1 + 0.25:
        problems.append(f"it took {took} s")
    problems += compare(case, outcome)
    return [f"{operation}/{file.stem}: {problem}" for problem in problems]


def call(client: Base, operation: str, parameters: dict[str, Any]) -> object:
    """Call the method of this name; if its signature refuses the parameters, let the library refuse them."""
    method = getattr(client, operation)
    keywords = dict(parameters)
    positional = [keywords.pop("id")] if "id" in keywords else []
    try:
        outcome = method(*positional, **keywords)
        return asyncio.run(outcome) if isinstance(client, zerossl.AsyncClient) else outcome
    except TypeError:
        return client._inner.call(operation, zerossl.Answer, parameters)


def compare(case: dict[str, Any], outcome: object) -> list[str]:
    """Compare the outcome with the case."""
    if isinstance(outcome, zerossl.Answer) and "result" in case:
        check_reading(outcome)
        got = outcome.to_dict()
        return [] if got == case["result"] else [f"\n  expected {case['result']}\n  got      {got}"]
    if isinstance(outcome, zerossl.Error) and "error" in case:
        got = outcome.to_dict()
        return [
            f"{name}\n  expected {value}\n  got      {got}"
            for name, value in case["error"].items()
            if not agrees(got, name, value)
        ]
    return [f"it ended with {outcome!r}"]


def agrees(error: dict[str, Any], name: str, expected: Any) -> bool:
    """Whether one member of the error is as expected."""
    if name == "message_contains":
        return all(text in error["message"] for text in expected)
    return bool(error.get(name) == expected)


def check_reading(answer: zerossl.Answer) -> None:
    """Whether every field can be read and says the same as the JSON form."""
    assert type(answer).from_dict(answer.to_dict()) == answer
    assert repr(answer)
    fields = answer.to_dict()
    for name in answer.fields:
        value, plain = getattr(answer, name), fields[name]
        if value is None or isinstance(value, (bool, int, str)):
            assert value == plain
        elif isinstance(value, zerossl.Answer):
            assert value.to_dict() == plain
            check_reading(value)
        elif isinstance(value, (list, dict)):
            assert len(value) == len(plain)
    assert set(answer.extra) == set(fields) - set(answer.fields)


@pytest.mark.parametrize("kind", [zerossl.Client, zerossl.AsyncClient])
def test_every_case(replay: str, kind: type[Base]) -> None:
    """Plays all of them, a few at a time: some wait for a retry."""
    files = sorted(CASES.glob("*/*.json"))
    assert len(files) > 100, f"only {len(files)} cases were found"
    with ThreadPoolExecutor(8) as pool:
        failures = [
            problem for problems in pool.map(lambda file: play(replay, file, kind), files) for problem in problems
        ]
    assert not failures, f"{len(failures)} problems in {len(files)} cases:\n" + "\n".join(failures)
