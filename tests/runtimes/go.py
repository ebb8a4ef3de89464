"""The Go binding: vet, staticcheck, gofmt, its tests with the race detector, and the README's program elsewhere."""

import os
import re
import shutil
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from harness import LIB, SANDBOX, TARGET, TOP, Failed, Tests, need, run
from hosted_sandbox import sandbox_with_website
from servers import Sandbox

MODULE = TOP / "bindings/go"
NAME = "github.com/libzerossl/libzerossl/bindings/go"
STATICCHECK = "honnef.co/go/tools/cmd/staticcheck@v0.7.0"
TOOLS = TARGET / "go-tools"


def environment() -> dict[str, str]:
    """Where the library is, for pkg-config and for the programs."""
    found = {"PKG_CONFIG_PATH": f"{LIB}/pkgconfig", "CGO_LDFLAGS": f"-Wl,-rpath,{LIB}", "GOFLAGS": "-buildvcs=false"}
    return os.environ | found


def go(*arguments: str, cwd: Path = MODULE, env: dict[str, str] | None = None, timeout: float = 600) -> str:
    need("go", "pkg-config", "cc")
    return run(["go", *arguments], env=environment() | (env or {}), cwd=cwd, timeout=timeout)


def layout() -> None:
    """Generated files, too."""
    need("gofmt")
    if said := run(["gofmt", "-l", MODULE]):
        raise Failed(f"gofmt would change:\n{said}")


def staticcheck() -> None:
    """Every check."""
    program = shutil.which("staticcheck") or TOOLS / "staticcheck"
    if not Path(program).exists():
        go("install", STATICCHECK, env={"GOBIN": str(TOOLS)})
    need("pkg-config", "cc")
    run([program, "-checks", "all", "./..."], env=environment(), cwd=MODULE, timeout=600)


def documentation() -> None:
    """The package compiles for `go doc`, with its generated methods."""
    said = go("doc", "-all", "./zerossl")
    if "func (c *Client) Obtain(" not in said:
        raise Failed(f"go doc does not know Obtain:\n{said}")


def tests() -> str:
    """The cases and the behaviour, with the race detector; what it costs in memory, without."""
    said = go("test", "-race", "-count=1", "./...", timeout=900)
    said += go("test", "-count=1", "-v", "-run", "Grows|Forgotten|Waits", "./...")
    notes = re.findall(r"\.go:\d+: (\d+ (?:ops|waits|clients).*)", said)
    return "; ".join(notes)


def order(sandbox: Sandbox, scratch: Path, count: int = 1) -> None:
    """Something to be listed."""
    need("openssl")
    subject = ["-subj", "/C=US/CN=example.com", "-keyout", scratch / "key.pem", "-out", scratch / "csr.pem"]
    run(["openssl", "req", "-newkey", "rsa:2048", "-nodes", *subject])
    asked = {
        "certificate_domains": "example.com",
        "certificate_csr": (scratch / "csr.pem").read_text(encoding="ascii"),
        "strict_domains": "1",
    }
    for _ in range(count):
        with urlopen(f"{sandbox.url}/certificates?access_key=sandbox-key", urlencode(asked).encode()) as answer:
            if b'"id"' not in (said := answer.read()):
                raise Failed(f"the order was refused: {said!r}")


def module(project: Path, program: str) -> Path:
    """A module with this program, which uses ours."""
    project.mkdir()
    (project / "main.go").write_text(program, encoding="utf-8")
    go("mod", "init", f"example.com/{project.name}", cwd=project)
    go("mod", "edit", f"-require={NAME}@v0.0.0", f"-replace={NAME}={MODULE}", cwd=project)
    go("mod", "tidy", cwd=project)
    return project


def newcomer(scratch: Path) -> str:
    """The program of the README, in a project of its own."""
    readme = (MODULE / "README.md").read_text(encoding="utf-8")
    program = re.search(r"```go\n(package main\n.*?)```", readme, re.DOTALL)
    if program is None:
        raise Failed("the README has no program")
    project = module(scratch / "newcomer", program[1])
    with Sandbox(SANDBOX) as sandbox:
        order(sandbox, scratch)
        said = go("run", ".", cwd=project, env=sandbox.environment())
    if not said.startswith("example.com draft 20"):
        raise Failed(f"it said {said!r}")
    return said.strip()


# What the blocks of docs/go.md take from their reader: ctx, a client, a zone, the id of an order.
PROGRAM = """package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/libzerossl/libzerossl/bindings/go/zerossl"
)

var _ = []any{errors.Is, fmt.Println, log.Print, slog.Default, time.Now}

type records struct{ url string }

func (r records) Add(ctx context.Context, name, target string) error {
	record := map[string]string{"name": name, "type": "CNAME", "value": strings.TrimSuffix(target, ".")}
	text, err := json.Marshal(record)
	if err != nil {
		return err
	}
	answer, err := http.Post(r.url, "application/json", bytes.NewReader(text))
	if err == nil && answer.StatusCode != 200 {
		err = errors.New(answer.Status)
	}
	return err
}

func (r records) Remove(ctx context.Context, name string) error {
	request, err := http.NewRequestWithContext(ctx, "DELETE", r.url+"?name="+name, nil)
	if err == nil {
		_, err = http.DefaultClient.Do(request)
	}
	return err
}

var zone = records{os.Getenv("SANDBOX_MANAGEMENT") + "/records"}

func main() {
	client, err := zerossl.NewClient(zerossl.Config{})
	if err != nil {
		log.Fatal(err)
	}
	blocks := []func(context.Context, *zerossl.Client, string) error{BLOCKS}
	for number, block := range blocks {
		if err := block(context.Background(), client, os.Args[1]); err != nil {
			log.Fatalf("block %d: %v", number+1, err)
		}
	}
}
"""


def guide(scratch: Path) -> None:
    """The code of docs/go.md: each block is a function, and all are called one after the other."""
    page = (TOP / "docs/go.md").read_text(encoding="utf-8")
    functions = [
        f"func(ctx context.Context, client *zerossl.Client, id string) error {{ {{\n{block}}}\nreturn nil }},\n"
        for block in re.findall(r"^```go\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    ]
    store = scratch / "go-store"
    code = PROGRAM.replace("BLOCKS", "\n" + "".join(functions))
    for shown, here in {"/etc/zerossl": store, "/var/www": scratch / "go-www"}.items():
        code = code.replace(f'"{shown}"', f'"{here}"')
    project = module(scratch / "guide", code.replace("Directory:", 'Preflight: "off", Directory:'))
    with sandbox_with_website(scratch / "go-www") as sandbox:
        order(sandbox, scratch)
        [draft] = sandbox.manage("GET", "/certificates")
        said = go("run", ".", draft["id"], cwd=project, env=sandbox.environment())
        orders = sorted(entry["status"] for entry in sandbox.manage("GET", "/certificates"))
    expected = (f"issued {store}/example.com", " draft _", "true true", "api 2803 certificate_not_found 200 false")
    if missing := [text for text in expected if text not in said]:
        raise Failed(f"{missing} is missing:\n{said}")
    if orders != ["cancelled", "draft", "issued", "issued"]:
        raise Failed(f"the account has {orders}")


def test_all(test: Tests, scratch: Path) -> None:
    test("gofmt", layout)
    test("go vet", lambda: go("vet", "./...") or None)
    test("staticcheck", staticcheck)
    test("go doc", documentation)
    test("go test -race", tests)
    test("the README's program in an empty project", lambda: newcomer(scratch))
    test("the code of docs/go.md", lambda: guide(scratch))
