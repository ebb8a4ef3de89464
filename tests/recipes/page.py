"""A page of docs/recipes, read into its steps: files to write, and commands with what they print.

A code block is one of two things:

- `console`: a line that begins with `$ ` is a command, with its next lines as long as they end in a backslash. The
  lines up to the next command are its output. `...` stands for anything, a line of `...` for any lines; one id of the
  service is as good as another, and one day as another.
- a language and a path: a file. The text before the block has to name the path, as readers do not see this line.

A command ends with status 0, unless a line of its output on the page begins with `error:`, `curl:` or `Traceback`.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from harness import TOP, Failed

FOLDER = TOP / "docs/recipes"
BLOCK = re.compile(r"^( *)```(.*)\n((?:.*\n)*?)^\1```$", re.MULTILINE)
CHANGES = {
    r"\b[0-9a-f]{32}\b": "(an id)",
    r"\b20\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d(?:Z|\+00:00)?)?": "(a day)",
    # As openssl writes it.
    r"\b[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT\b": "(a time)",
}
FAILURE = re.compile(r"^(error:|Traceback |curl: )", re.MULTILINE)


@dataclass
class File:
    """A file that the reader writes."""

    path: str
    text: str


@dataclass
class Command:
    """A command that the reader types, and what the page says that it prints."""

    line: str
    output: str = ""

    @property
    def fails(self) -> bool:
        """Whether the page says so."""
        return FAILURE.search(self.output) is not None

    def compare(self, printed: str) -> None:
        """Fail unless the page has this output."""
        if not matches(self.output, printed):
            raise Failed(f"$ {self.line}\nprinted\n{printed}\nand the page says\n{self.output}")


@dataclass
class Section:
    """The steps between two headings."""

    steps: list[File | Command] = field(default_factory=list)
    is_played: bool = False


class Page:
    """A page, by its headings."""

    def __init__(self, name: str) -> None:
        """Read it."""
        self.name = name
        self.text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
        self.sections: dict[str, Section] = {}
        for part in re.split(r"^(?=#+ )", self.text, flags=re.MULTILINE):
            heading = part.partition("\n")[0].lstrip("# ")
            steps = [step for match in BLOCK.finditer(part) for step in self.steps(part, match)]
            if steps:
                self.sections[heading] = Section(steps)

    def steps(self, part: str, match: re.Match[str]) -> list[File | Command]:
        """The steps of one block."""
        indent, info, text = match.groups()
        text = re.sub(f"^{indent}", "", text, flags=re.MULTILINE)
        language, _, path = info.partition(" ")
        if language == "console":
            return list(commands(text))
        if not path or f"`{path}`" not in part[: match.start()]:
            raise Failed(f"{self.name}: a block of {info!r} has no path that the text before it names:\n{text}")
        return [File(path, text)]

    def check_played(self) -> None:
        """Fail if there is a step that was not tried."""
        if left := [heading for heading, section in self.sections.items() if not section.is_played]:
            raise Failed(f"{self.name}: nobody has tried {left}")

    def check_quotes(self, message: str) -> None:
        """Fail unless the page quotes this message, as code and perhaps with `...`."""
        spans = re.findall(r"`([^`]+)`", BLOCK.sub("", self.text))
        said = " ".join(message.split())
        if not any(" " in span and matches(f"...{' '.join(span.split())}...", said) for span in spans):
            raise Failed(f"{self.name} does not quote: {said}")


def commands(text: str) -> list[Command]:
    """The commands of a `console` block."""
    found: list[Command] = []
    is_open = False
    for line in text.splitlines():
        if is_open:
            found[-1].line += f"\n{line}"
        elif line.startswith("$ "):
            found.append(Command(line.removeprefix("$ ")))
        elif found:
            found[-1].output += f"{line}\n"
        else:
            raise Failed(f"output without a command: {line}")
        is_open = (is_open or line.startswith("$ ")) and line.endswith("\\")
    return found


def matches(expected: str, printed: str) -> bool:
    """Whether it is the same text, but for `...`."""
    for changing, word in CHANGES.items():
        expected, printed = re.sub(changing, word, expected), re.sub(changing, word, printed)
    expected, printed = (
        "\n".join(line.rstrip() for line in text.rstrip().splitlines()) for text in (expected, printed)
    )
    pattern = ""
    for line in expected.splitlines(keepends=True):
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?" if line.endswith("\n") else r"(?:.*\n?)*"
        else:
            pattern += ".*".join(re.escape(part) for part in line.split("..."))
    return re.fullmatch(pattern, printed) is not None


def all_pages() -> set[str]:
    """All pages."""
    return {path.stem for path in Path(FOLDER).glob("*.md")} - {"README"}
