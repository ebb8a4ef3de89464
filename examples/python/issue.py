"""From names to a certificate, step by step, with validation by file.

    export ZEROSSL_ACCESS_KEY=...
    python issue.py --webroot /var/www/html --out certificates example.com www.example.com

The webroot is what your web server shows at `http://example.com/`. Written to the output folder:
`privkey.pem`, `cert.pem`, `chain.pem`, `fullchain.pem`.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from pathlib import Path

import libzerossl as zerossl

PATIENCE = 1800.0
"""Seconds: the service issues within seconds, and at times takes a quarter of an hour."""


def main() -> int:
    """Run the program."""
    parser = argparse.ArgumentParser(description="Orders a certificate and validates it by file.")
    parser.add_argument("--webroot", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("names", nargs="+")
    arguments = parser.parse_args()
    try:
        # The key comes from ZEROSSL_ACCESS_KEY, and ZEROSSL_BASE_URL may lead to a sandbox.
        with zerossl.Client(user_agent="issue-example") as client:
            issue(client, arguments.names, arguments.webroot, arguments.out)
    except (zerossl.Error, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def issue(client: zerossl.Client, names: list[str], webroot: Path, out: Path) -> None:
    """Go from names to files."""
    request = client.generate_csr(domains=names)
    # The key is safe before anything is ordered: a certificate without its key is lost.
    write(out / "privkey.pem", request.private_key or "", 0o600)
    order = client.create_certificate(domains=names, csr=request.csr, strict_domains=True)
    print(f"ordered: {order.id}")
    try:
        validate(client, order, webroot)
    except BaseException:
        # A draft takes a place in the quota.
        client.cancel_certificate(order.id)
        raise
    files = client.download_certificate(order.id)
    write(out / "cert.pem", files.certificate)
    write(out / "chain.pem", files.ca_bundle)
    write(out / "fullchain.pem", files.fullchain)
    print(f"written to {out}")


def validate(client: zerossl.Client, order: zerossl.Certificate, webroot: Path) -> None:
    """Publish the order's files, let the service look, and wait until the certificate is issued."""
    # The file's name comes from the CSR, so names with one webroot share it.
    files = {publish(file, webroot) for file in order.validation.other_methods.values()}
    client.verify_domains(order.id, validation_method="HTTP_CSR_HASH")
    deadline = time.monotonic() + PATIENCE
    while (status := client.get_certificate(order.id).status) != "issued":
        if status not in {"draft", "pending_validation"} or time.monotonic() > deadline:
            message = f"the certificate is {status}; see the dashboard"
            raise OSError(message)
        print(f"waiting: {status}")
        time.sleep(5)
    # The service looks a second time, so the files stay until now.
    for file in files:
        file.unlink()
    print("issued")


def publish(file: zerossl.FileAndRecord, webroot: Path) -> Path:
    """Write one validation file to where the service will look for it."""
    url = file.file_validation_url_http or ""
    name = url.rpartition("/")[2]
    if not re.fullmatch(r"[0-9A-Za-z]+\.txt", name):
        message = f"the service wants a file with an odd name: {name}"
        raise OSError(message)
    path = webroot / ".well-known/pki-validation" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(file.file_validation_content))
    print(f"published for {url}")
    return path


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file that has its mode from the start."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(main())
