"""docs/terminal.svg: what `zerossl obtain` and `zerossl status` show on a terminal, from a real run on a sandbox.

`make picture` calls it with the program; rich draws what pyte, a terminal, has understood.
"""

import io
import os
import pty
import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pyte
from rich.console import Console
from rich.text import Text

TOP = Path(__file__).resolve().parent.parent
PICTURE = TOP / "docs/terminal.svg"
COLUMNS, LINES = 100, 60
# Nothing is fetched by the picture, so no font is named.
STYLE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> None:
    program = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = [program, "sandbox", "--http-port", str(port), "--exit-with-stdin"]
        sandbox = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        exported = [sandbox.stdout.readline() for _ in range(2)] if sandbox.stdout else []
        settings = dict(line.removeprefix("export ").strip().split("=", 1) for line in exported)
        shown = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
        # The places of this run are shown as those of a server.
        as_on_a_server = {f"{Path(folder).resolve()}/certificates": "/etc/zerossl", f"127.0.0.1:{port}": "0.0.0.0:80"}
        for name in ("www.example.org", "example.com"):
            words = f"obtain {name} --directory certificates --listen 127.0.0.1:{port} --preflight off"
            obtained = screen(run(program, words.split(), settings, folder), as_on_a_server)
        shown.print(Text("$ zerossl obtain example.com --listen 0.0.0.0:80", style="bold"))
        shown.print(obtained)
        shown.print(Text("$ zerossl status", style="bold"))
        shown.print(screen(run(program, ["status", "--directory", "certificates"], settings, folder), as_on_a_server))
        sandbox.communicate()
    svg = shown.export_svg(title="zerossl", unique_id="zerossl")
    svg = re.sub(r"\s*<!--.*?-->", "", svg)
    PICTURE.write_text(STYLE.sub("", svg), encoding="utf-8")
    print(f"written: {PICTURE.relative_to(TOP)}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def run(program: Path, words: list[str], settings: dict[str, str], folder: str) -> bytes:
    """What the command writes to a terminal."""
    child, master = pty.fork()
    if child == 0:
        os.chdir(folder)
        size = {"COLUMNS": str(COLUMNS), "LINES": str(LINES), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        os.execve(program, [str(program), *words], os.environ | settings | size)
    written = b""
    while True:
        try:
            data = os.read(master, 4096)
        except OSError:  # so Linux says that the other end is closed
            break
        if not data:
            break
        written += data
    os.waitpid(child, 0)
    return written


def screen(written: bytes, renamed: dict[str, str]) -> Text:
    """What is to be seen then."""
    for old, new in renamed.items():
        written = written.replace(old.encode(), new.encode())
    terminal = pyte.Screen(COLUMNS, LINES)
    pyte.ByteStream(terminal).feed(written)
    text = Text()
    for number in range(terminal.cursor.y + 1):
        for column in range(COLUMNS):
            cell = terminal.buffer[number][column]
            colour = "" if cell.fg == "default" else cell.fg.replace("bright", "bright_")
            text.append(cell.data, style=f"{colour} bold".strip() if cell.bold else colour)
        text.rstrip()
        text.append("\n")
    return text


if __name__ == "__main__":
    main()
