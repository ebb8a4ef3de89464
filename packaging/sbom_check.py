"""Compares a list of crates with the lock file, and has the people who made its format look at it."""

import json
import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from sbom import lock
from shell import say


def main(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"packaging: {path.name}: {error}")
    listed = {(component["name"], component["version"]) for component in json.loads(text)["components"]}
    locked = {(entry["name"], entry["version"]) for entry in lock()}
    if listed != locked:
        sys.exit(f"packaging: {path.name} and Cargo.lock differ: {sorted(listed ^ locked)}")
    say(f"{path.name}: {len(listed)} crates, as Cargo.lock has them")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
