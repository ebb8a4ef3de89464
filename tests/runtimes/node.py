"""The Node package: lint, its own tests, and its README in an empty project."""

import json
import os
import re
import shutil
from pathlib import Path

from harness import SANDBOX, SHARED, TARGET, TOP, Failed, Skipped, Tests, need, run
from hosted_sandbox import sandbox_with_website
from servers import Sandbox

SOURCE = TOP / "bindings/node"
# A copy: nothing is installed or built in the source. What npm has installed stays for the next run.
COPY = TARGET / "runtimes/node"
OLDEST = 20
STRICT = ["--strict", "--module", "nodenext", "--target", "es2022", "--types", "node"]
# What is the reader's own on the page.
ZONE = """
const zone = {
  url: `${process.env["SANDBOX_MANAGEMENT"]}/records`,
  async add(name: string, target: string) {
    const value = target.replace(/\\.$/, "");
    const answer = await fetch(this.url, { method: "POST", body: JSON.stringify({ name, type: "CNAME", value }) });
    if (!answer.ok) throw new Error(await answer.text());
  },
  async remove(name: string) {
    await fetch(`${this.url}?name=${name}`, { method: "DELETE" });
  },
};
"""


def prepare() -> str:
    need("node", "npm")
    version = run(["node", "--version"]).strip()
    if int(version.removeprefix("v").split(".")[0]) < OLDEST:
        raise Skipped(f"Node {version} is older than {OLDEST}")
    for name in ("src", "test", "dist", "test-dist", "lib"):
        shutil.rmtree(COPY / name, ignore_errors=True)
    made_here = shutil.ignore_patterns("node_modules", "dist", "test-dist", "lib", "package-lock.json")
    shutil.copytree(SOURCE, COPY, ignore=made_here, dirs_exist_ok=True)
    run(["npm", "install", "--no-audit", "--no-fund"], cwd=COPY)
    return f"Node {version}"


def prepared() -> None:
    if not (COPY / "node_modules").exists():
        raise Skipped("npm has installed nothing")


def lint() -> None:
    prepared()
    run(["npm", "run", "build"], cwd=COPY)
    if said := run(["npm", "run", "lint", "--silent"], cwd=COPY):
        raise Failed(said)


def suite() -> str:
    prepared()
    ours = {"ZEROSSL_LIBRARY": str(SHARED), "SANDBOX": str(SANDBOX), "CASES": str(TOP / "tests/cases")}
    said = run(["npm", "test", "--silent"], env=os.environ | ours, cwd=COPY, timeout=600)
    return "; ".join(re.findall(r"^# (3,000 .*|readFile .*|pass .*)", said, re.MULTILINE))


def ten_lines() -> str:
    """The code of the README. The preflight check is left out: it would ask name servers outside."""
    page = (SOURCE / "README.md").read_text(encoding="utf-8")
    code = re.search(r"^```js\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    if not code or 'directory: "certificates"' not in code[1]:
        raise Failed("README.md has no code that obtains")
    return code[1].replace('directory: "certificates"', 'directory: "certificates", preflight: "off"')


def package(scratch: Path) -> str:
    """Packs it with the library inside, installs that in an empty project, and runs the README's lines."""
    prepared()
    platform = run(["node", "--print", "`${process.platform}-${process.arch}`"]).strip()
    (COPY / "lib" / platform).mkdir(parents=True)
    shutil.copy(SHARED, COPY / "lib" / platform / SHARED.name)
    packed = json.loads(run(["npm", "pack", "--json", "--silent", "--pack-destination", scratch], cwd=COPY))
    # Newer npm gives an object by names.
    info = packed[0] if isinstance(packed, list) else next(iter(packed.values()))
    names = {file["path"] for file in info["files"]}
    if not {"README.md", "dist/index.js", "dist/index.d.ts", f"lib/{platform}/{SHARED.name}"} <= names:
        raise Failed(f"the package lacks something: {sorted(names)}")
    if strangers := [name for name in names if name.startswith(("src/", "test", "node_modules/"))]:
        raise Failed(f"the package has too much: {strangers}")
    project = scratch / "project"
    (project / "www").mkdir(parents=True)
    (project / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    run(["npm", "install", "--no-audit", "--no-fund", scratch / info["filename"]], cwd=project)
    (project / "ten.js").write_text(ten_lines(), encoding="utf-8")
    # The types are found, and what the README does is right by them.
    shutil.copy(project / "ten.js", project / "ten.ts")
    (project / "node_modules/@types").mkdir()
    (project / "node_modules/@types/node").symlink_to(COPY / "node_modules/@types/node")
    (project / "node_modules/undici-types").symlink_to(COPY / "node_modules/undici-types")
    run([COPY / "node_modules/.bin/tsc", *STRICT, "--noEmit", "ten.ts"], cwd=project)
    with sandbox_with_website(project / "www") as sandbox:
        said = run(["node", "ten.js"], env=environment(sandbox), cwd=project)
    for expected in ("issued ", "fullchain.pem", "example.com 20"):
        if expected not in said:
            raise Failed(f"{expected!r} is missing:\n{said}")
    return f"{info['filename']}, {info['unpackedSize'] / 1e6:.1f} MB"


def environment(sandbox: Sandbox) -> dict[str, str]:
    """The library is found in the package."""
    return {name: value for name, value in sandbox.environment().items() if name != "ZEROSSL_LIBRARY"}


def guide(project: Path) -> None:
    """The code of docs/node.md, one block after the other as one program; its types, too."""
    if not project.exists():
        raise Skipped("there is no project with the package")
    page = (TOP / "docs/node.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```js\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    code = "\n".join(blocks).replace('directory: "certificates"', 'directory: "certificates", preflight: "off"')
    imported = re.compile(r'^import \{ (.*) \} from "libzerossl";$', re.MULTILINE)
    names = ", ".join(imported.findall(code))
    text = f'import {{ {names} }} from "libzerossl";\n{ZONE}{imported.sub("", code)}client.close();\n'
    (project / "guide.ts").write_text(text, encoding="utf-8")
    run([COPY / "node_modules/.bin/tsc", *STRICT, "guide.ts"], cwd=project)
    shutil.rmtree(project / "certificates", ignore_errors=True)
    with sandbox_with_website(project / "www") as sandbox:
        said = run(["node", "guide.js"], env=environment(sandbox), cwd=project)
        orders = [entry["status"] for entry in sandbox.manage("GET", "/certificates")]
    for expected in (
        "issued certificates/example.com",
        "AbortError true",
        "2803 certificate_not_found 200",
        "\nissued\n",
    ):
        if expected not in said.replace(f"{project}/", ""):
            raise Failed(f"{expected!r} is missing:\n{said}")
    if sorted(orders) != ["draft", "issued", "issued", "issued"]:
        raise Failed(f"the account has {orders}")


def versions() -> None:
    """package.json says the version of the workspace."""
    cargo = re.search(r'^version = "(.*)"', (TOP / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)
    package = json.loads((SOURCE / "package.json").read_text(encoding="utf-8"))["version"]
    if not cargo or cargo[1] != package:
        raise Failed(f"package.json has {package}, Cargo.toml {cargo and cargo[1]}")


def test_all(test: Tests, scratch: Path) -> None:
    test("Node: the version of package.json", versions)
    test("Node: npm install", prepare)
    test("Node: tsc --strict and eslint", lint)
    test("Node: cases and behaviour", suite)
    test("Node: npm pack, installed in an empty project", lambda: package(scratch))
    test("Node: the code of docs/node.md", lambda: guide(scratch / "project"))
