"""The calls on the pages of docs/operations, in each language as one program that makes them all.

An order may be missing in the sandbox; but a call that the library refuses, or that does not compile, fails. The calls
in Rust are `core/tests/calls.rs`.
"""

import re
from collections.abc import Callable
from pathlib import Path

from harness import INCLUDE, LIB, SHARED, TARGET, TOP, Failed, Skipped, Tests, need, run
from hosted_sandbox import sandbox_with_website

import java
import node
from go import go, module

PAGES = sorted((TOP / "docs/operations").glob("[a-z]*.md"))
PYTHON = TARGET / "python/tools/bin/python"

# An entry without a deploy hook has nothing to run, one with a good certificate is not removed without `force`, and a
# client without a shared store has nothing to bring or to serve.
FOR_THIS_ENTRY = ["install_certificates", "redeploy", "remove_entry", "serve_challenges"]

# Runs a program in an environment, and gives its output.
Runner = Callable[[dict[str, str]], str]

IN_C = """#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zerossl.h>

static void told(const char *name, zerossl_error *error) {
    printf("%s %s\\n", name, error ? zerossl_error_name(zerossl_error_code(error)) : "ok");
    if (error && zerossl_error_code(error) == ZEROSSL_E_INVALID_ARGUMENT)
        printf("%s\\n", zerossl_error_message(error));
    zerossl_error_free(error);
}
"""
IN_PYTHON = """import libzerossl as zerossl

client = zerossl.Client()
csr = client.generate_csr(domains=["example.com"]).csr


def make(name, call):
    try:
        call()
    except zerossl.Error as error:
        print(name, error.kind, error if error.kind == "invalid_argument" else "")
    else:
        print(name, "ok")


"""
IN_NODE = """import { Client, ZeroSslError } from "libzerossl";

const client = new Client();
const { csr } = await client.generateCsr({ domains: ["example.com"] });

async function make(name: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
    console.log(name, "ok");
  } catch (error) {
    if (!(error instanceof ZeroSslError)) {
      throw error;
    }
    console.log(name, error.kind, error.kind === "invalid_argument" ? error.message : "");
  }
}

"""
IN_GO = """package main

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/libzerossl/libzerossl/bindings/go/zerossl"
)

func tell(name string, err error) {
	var failure *zerossl.Error
	switch {
	case err == nil:
		fmt.Println(name, "ok")
	case errors.Is(err, zerossl.ErrInvalidArgument) || !errors.As(err, &failure):
		fmt.Println(name, "invalid_argument", err)
	default:
		fmt.Println(name, string(failure.Kind))
	}
}

func main() {
	ctx := context.Background()
	client, err := zerossl.NewClient(zerossl.Config{})
	if err != nil {
		log.Fatal(err)
	}
	made, err := client.GenerateCSR(ctx, zerossl.GenerateCSRRequest{Domains: []string{"example.com"}})
	if err != nil {
		log.Fatal(err)
	}
	csr := made.CSR
"""
IN_JAVA = """import io.github.libzerossl.*;
import java.util.List;

public class Calls {
    static void make(String name, Runnable call) {
        try {
            call.run();
            System.out.println(name + " ok");
        } catch (ZeroSslException why) {
            boolean isBad = why instanceof InvalidArgumentException;
            System.out.println(name + " " + why.kind() + (isBad ? " " + why.getMessage() : ""));
        }
    }

    public static void main(String[] arguments) {
        ZeroSsl client = ZeroSsl.builder().build();
        String csr = client.generateCsr(GenerateCsr.of(List.of("example.com"))).csr();
"""


def test_all(test: Tests, scratch: Path) -> None:
    for name, program in (("C", in_c), ("Python", in_python), ("Node", in_node), ("Go", in_go), ("Java", in_java)):
        folder = scratch / f"calls-{name}"
        folder.mkdir()
        test(f"the calls of the pages in {name}", lambda program=program, folder=folder: played(program, folder))


def played(program: Callable[[Path], Runner], folder: Path) -> str:
    """Runs the program with a website in its folder, and looks at each line."""
    run_it = program(folder)
    with sandbox_with_website(folder / "www") as sandbox:
        said = run_it(sandbox.environment())
    lines = dict(line.split(" ", 1) for line in said.splitlines() if " " in line)
    names = [page.stem for page in PAGES]
    refused = ("missing", "invalid_argument", "internal")
    bad = [name for name in names if lines.get(name, "missing").split()[0] in refused]
    if bad != FOR_THIS_ENTRY:
        raise Failed(f"{bad}:\n{said}")
    good = sum(lines[name].strip() == "ok" for name in names)
    if lines["obtain"].strip() != "ok":
        raise Failed(f"obtain did not work:\n{said}")
    return f"{len(names)} calls, {good} succeed"


def calls(fence: str, validation: str, no_preflight: str) -> dict[str, str]:
    """The call of each page in a language. The preflight check is left out: it would ask name servers outside."""
    found = {}
    for page in PAGES:
        block = re.search(rf"^```{fence}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        if block is None:
            raise Failed(f"{page.name} has no call in {fence}")
        found[page.stem] = block[1].replace(validation, no_preflight + validation)
    return found


def in_c(folder: Path) -> Runner:
    need("cc")
    functions, uses = "", ""
    for name, call in calls("c", '\\"validation\\"', '\\"preflight\\": \\"off\\", ').items():
        functions += (
            f"\nstatic void {name}(zerossl_client *client, const char *csr) {{\n    zerossl_error *error = NULL;\n"
        )
        functions += "".join(f"    {line}\n" for line in call.splitlines())
        free = (
            "zerossl_doc_free(answer);\n    zerossl_doc_free(params)"
            if "params" in call
            else "zerossl_string_free(answer)"
        )
        functions += f'    (void)csr;\n    told("{name}", error);\n    {free};\n}}\n'
        uses += f'    {name}(client, zerossl_node_text(zerossl_doc_at(made, "/csr"), NULL));\n'
    main = (
        "\nint main(void) {\n    zerossl_error *error = NULL;\n"
        "    zerossl_client *client = zerossl_client_new(NULL, &error);\n"
        '    char *csr = zerossl_generate_csr(client, "{\\"domains\\": [\\"example.com\\"]}", &error);\n'
        "    zerossl_doc *made = zerossl_doc_parse(csr, &error);\n"
        f"{uses}    zerossl_string_free(csr);\n    zerossl_doc_free(made);\n    zerossl_client_free(client);\n"
        "    return 0;\n}\n"
    )
    (folder / "calls.c").write_text(IN_C + functions + main, encoding="utf-8")
    warnings = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-result"]
    run(["cc", *warnings, *INCLUDE, "calls.c", "-o", "calls", SHARED, f"-Wl,-rpath,{LIB}"], cwd=folder)
    return lambda env: run([folder / "calls"], env=env, cwd=folder)


def in_python(folder: Path) -> Runner:
    if not PYTHON.exists():
        raise Skipped("the wheel is not installed: `make test` does it")
    text = IN_PYTHON
    for name, call in calls("python", 'webroot="www"', 'preflight="off", ').items():
        text += f'make("{name}", lambda: {call.removeprefix("answer = ").strip()})\n'
    (folder / "calls.py").write_text(text, encoding="utf-8")
    return lambda env: run([PYTHON, "calls.py"], env=env, cwd=folder)


def in_node(folder: Path) -> Runner:
    node.prepared()
    project = folder.parent / "project"
    if not project.exists():
        raise Skipped("there is no project with the package")
    text = IN_NODE
    for name, call in calls("js", "validation: {", 'preflight: "off", ').items():
        text += f'await make("{name}", async () => {{\n  {call.replace("const answer = ", "return ").strip()}\n}});\n'
    (project / "calls.ts").write_text(text, encoding="utf-8")
    run([node.COPY / "node_modules/.bin/tsc", *node.STRICT, "calls.ts"], cwd=project)
    return lambda env: run(["node", project / "calls.js"], env=env | {"ZEROSSL_LIBRARY": ""}, cwd=folder)


def in_go(folder: Path) -> Runner:
    text = IN_GO
    for name, call in calls("go", "Validation:", 'Preflight: "off", ').items():
        body = "".join(f"\t\t{line}\n" for line in call.splitlines())
        unused = "\t\t_ = answer\n" if call.startswith("answer") else ""
        text += f'\t{{\n{body}{unused}\t\ttell("{name}", err)\n\t}}\n'
    project = module(folder / "program", text + "}\n")
    go("vet", ".", cwd=project)
    go("build", "-o", str(folder / "calls"), ".", cwd=project)
    return lambda env: run([folder / "calls"], env=env, cwd=folder)


def in_java(folder: Path) -> Runner:
    paths = java.installed()
    text = IN_JAVA
    for name, call in calls("java", ".validation(", ".preflight(Preflight.OFF)").items():
        text += f'        make("{name}", () -> {{\n{call}        }});\n'
    (folder / "Calls.java").write_text(text + "        client.close();\n    }\n}\n", encoding="utf-8")
    run(["javac", "-Xlint:all", "-Werror", "-cp", paths, "-d", folder, "Calls.java"], cwd=folder)
    return lambda env: run(["java", java.TEMPORARY, "-cp", f"{folder}:{paths}", "Calls"], env=env, cwd=folder)
