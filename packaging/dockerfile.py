"""Reading a Dockerfile: its stages, and the instructions in each."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Stage:
    """What lies between two lines that begin with FROM."""

    base: str
    name: str
    # Word and rest of each instruction, in order.
    steps: list[tuple[str, str]] = field(default_factory=list)

    def last(self, word: str) -> str:
        """What this instruction says, of which only the last one counts; nothing if there is none."""
        return next((rest for found, rest in reversed(self.steps) if found == word), "")

    def command(self, word: str) -> list[str]:
        """The program and its arguments of an ENTRYPOINT, CMD or HEALTHCHECK."""
        listed = re.search(r"\[.*\]", self.last(word))
        return list(json.loads(listed[0])) if listed else []


def stages(path: Path) -> list[Stage]:
    found: list[Stage] = []
    text = re.sub(r"\\\n", " ", path.read_text(encoding="utf-8"))
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        word, rest = line.split(maxsplit=1)
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append(Stage(base, name))
        else:
            found[-1].steps.append((word, rest))
    return found
