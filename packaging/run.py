#!/usr/bin/env python3
"""What is handed out, made and tried: `make packages`; target/packages has it afterwards.

    python3 packaging/run.py [--try] [PART...]

Without a part, all of them in this order. With --try, which needs root, packages are also installed and removed, and
images are put together.
"""

import shutil
import sys

import checksums
import debian
import debian_try
import images
import reproducible
import sbom
import source
import static
import wheels
import wheels_try
from shell import OUT, say

AS_ROOT = "--try" in sys.argv


def main() -> int:
    parts = [word for word in sys.argv[1:] if not word.startswith("-")]
    if any(part not in PARTS for part in parts):
        print(f"{__doc__}\nparts: {', '.join(PARTS)}")
        return 2
    if not parts:
        shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True, exist_ok=True)
    for part in parts or PARTS:
        PARTS[part]()
    return 0


def of_debian() -> None:
    built = debian.make()
    if AS_ROOT:
        debian_try.attempt(built)


def of_images() -> None:
    if AS_ROOT:
        images.attempt()
    else:
        say("the steps of the images are not tried: that needs root")


PARTS = {
    "debian": of_debian,
    "static": lambda: static.attempt(static.make()),
    "images": of_images,
    "wheels": lambda: wheels_try.attempt(wheels.make()),
    "source": lambda: source.attempt(source.make()),
    "sbom": lambda: sbom.attempt(sbom.make()),
    "reproducible": reproducible.attempt,
    "checksums": checksums.make,
}


if __name__ == "__main__":
    sys.exit(main())
