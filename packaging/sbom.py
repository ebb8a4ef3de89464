"""Which crates are in what is handed out: libzerossl-VERSION.cdx.json, in CycloneDX 1.6, from what cargo knows.

A crate with the scope `excluded` is needed for building or testing only. What each of ours is built from is in the
graph of dependencies.
"""

import json
from pathlib import Path
from typing import Any

import tomllib

from shell import OUT, TOP, made, output, release, run, version
from tools import tool

FORMAT = "1.6"
# What is handed out, and not only used for that.
PRODUCTS = {"zerossl", "zerossl-cli", "zerossl-ffi", "zerossl-python", "zerossl-sandbox"}


def make() -> Path:
    metadata = json.loads(output("cargo", "metadata", "--format-version=1", "--locked"))
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    linked = reachable(nodes, {name for name, package in packages.items() if package["name"] in PRODUCTS})
    sums = {(entry["name"], entry["version"]): entry.get("checksum") for entry in lock()}
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": FORMAT,
        "version": 1,
        "metadata": {
            "timestamp": output("date", "--utc", f"--date=@{release()['SOURCE_DATE_EPOCH']}", "+%Y-%m-%dT%H:%M:%SZ"),
            "component": {"type": "library", "bom-ref": "libzerossl", "name": "libzerossl", "version": version()},
        },
        "components": [
            component(package, sums, is_linked=name in linked)
            for name, package in sorted(packages.items(), key=by_name)
        ],
        "dependencies": [
            {
                "ref": reference(packages[name]),
                "dependsOn": sorted({reference(packages[other["pkg"]]) for other in nodes[name]["deps"]}),
            }
            for name, _ in sorted(packages.items(), key=by_name)
        ],
    }
    path = OUT / f"libzerossl-{version()}.cdx.json"
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    made(path)
    return path


def by_name(item: tuple[str, Any]) -> tuple[str, str]:
    return item[1]["name"], item[1]["version"]


def lock() -> list[dict[str, str]]:
    """The packages of the lock file."""
    return list(tomllib.loads((TOP / "Cargo.lock").read_text(encoding="utf-8"))["package"])


def reachable(nodes: dict[str, Any], waiting: set[str]) -> set[str]:
    """What is linked into these packages, on any system."""
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        found.add(name)
        for dependency in nodes[name]["deps"]:
            if dependency["pkg"] not in found and any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                waiting.add(dependency["pkg"])
    return found


def reference(package: dict[str, Any]) -> str:
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(package: dict[str, Any], sums: dict[tuple[str, str], str | None], *, is_linked: bool) -> dict[str, Any]:
    said: dict[str, Any] = {
        "type": "library",
        "bom-ref": reference(package),
        "name": package["name"],
        "version": package["version"],
        "scope": "required" if is_linked else "excluded",
        # Cargo's older spelling of a choice.
        "licenses": [{"expression": package["license"].replace("/", " OR ")}],
        "purl": reference(package),
    }
    if checksum := sums[package["name"], package["version"]]:
        said["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if package["repository"]:
        said["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return said


def attempt(path: Path) -> None:
    run(tool("python"), "-B", Path(__file__).with_name("sbom_check.py"), path)
