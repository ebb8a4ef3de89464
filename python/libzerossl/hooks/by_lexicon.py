"""A hook of `obtain` that makes CNAME records at a DNS provider, through dns-lexicon.

    zerossl-dns PROVIDER present|cleanup NAME TARGET

dns-lexicon takes the credentials from its own environment variables, such as LEXICON_CLOUDFLARE_AUTH_TOKEN. LEXICON_TTL
is the record's TTL in seconds. LEXICON_DELEGATED is the zone; without it, DNS is asked for the zone of the name.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

try:
    import requests
    from lexicon.client import Client
    from lexicon.config import ConfigResolver
except ModuleNotFoundError as missing:
    sys.exit(f'zerossl-dns: {missing.name} is not installed: pip install "libzerossl[dns]"')

if TYPE_CHECKING:
    from lexicon.client import _ClientOperations  # pyright: ignore[reportPrivateUsage]

TTL = 300
_REFUSED_CONTENT = (400, 422)


def main() -> str | None:
    """Run the hook; returns an error for stderr."""
    try:
        _, provider, action, name, target = sys.argv
        change = {"present": _present, "cleanup": _cleanup}[action]
    except (ValueError, KeyError):
        return __doc__
    zone = os.environ.get("LEXICON_DELEGATED")
    try:
        settings = {
            "provider_name": provider,
            # The name of the record itself need not exist.
            "domain": zone or name.partition(".")[2],
            "resolve_zone_name": None if zone else True,
            "ttl": int(os.environ.get("LEXICON_TTL", TTL)),
        }
        resolver = ConfigResolver()  # type: ignore[no-untyped-call]
        client = Client(resolver.with_dict(settings).with_env())
        zone = str(client.config.resolve("lexicon:domain"))
        with client as records:
            change(records, name.rstrip("."), target.rstrip("."))
    # Each provider raises what it likes.
    except Exception as error:  # noqa: BLE001
        return _without_secrets(f"zerossl-dns: {provider}: {name}: {_why(error, provider, zone)}")
    return None


def _present(records: _ClientOperations, name: str, target: str) -> None:
    found = _list(records, name)
    for other in found:
        if not _is_same(other["content"], target):
            _delete(records, other)
    if any(_is_same(record["content"], target) for record in found):
        return
    try:
        # Most providers would append their zone to a name without the dot.
        records.create_record("CNAME", name, f"{target}.")
    except requests.HTTPError as error:
        # Some refuse the dot.
        if error.response is None or error.response.status_code not in _REFUSED_CONTENT:
            raise
        records.create_record("CNAME", name, target)
    made = [record["content"] for record in _list(records, name)]
    # Some providers of dns-lexicon do not look at the answer.
    if not any(_is_same(content, target) for content in made):
        message = f"the record was sent, and the provider has {', '.join(made) or 'none'} there, not {target}"
        raise RuntimeError(message)


def _cleanup(records: _ClientOperations, name: str, target: str) -> None:
    for record in _list(records, name):
        if _is_same(record["content"], target):
            _delete(records, record)


def _list(records: _ClientOperations, name: str) -> list[dict[str, Any]]:
    """Return the CNAME records of just this name; some providers list more."""
    return [record for record in records.list_records("CNAME", name) if _is_same(record["name"], name)]


def _delete(records: _ClientOperations, record: dict[str, Any]) -> None:
    records.delete_record(record.get("id"), "CNAME", record["name"], record["content"])


def _is_same(one: str, other: str) -> bool:
    return one.rstrip(".").lower() == other.rstrip(".").lower()


def _why(error: Exception, provider: str, zone: str | None) -> str:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        # Its text would have the URL, which may have a key in it.
        response = error.response
        what = f"HTTP {response.status_code} {response.reason}: {' '.join(response.text.split())[:500]}"
    else:
        what = f"{type(error).__name__}: {' '.join(str(error).split())}"
    variables = f"LEXICON_{provider.upper()}_AUTH_*"
    return f"{what} (the zone is {zone or 'not known'}, the credentials are taken from {variables})"


def _without_secrets(text: str) -> str:
    for variable, value in os.environ.items():
        if variable.startswith("LEXICON_") and re.search("TOKEN|SECRET|PASS|KEY", variable) and value:
            for spelled in (value, quote(value, safe="")):
                text = text.replace(spelled, "[secret]")
    return text


if __name__ == "__main__":
    sys.exit(main())
