"""Calls the service with a Python library, to be counted by callgrind: client.py LIBRARY URL one|thousand|sweep CALLS

Each reads a field of the last certificate, and checks it. With no calls, it makes a client and ends; the library
`nothing` does not even do that. `sweep` reads so many certificates, and prints the kilobytes that this took at most.
"""

# Every start of Python imports it, unless `site` is left out, as here.
import os  # noqa: F401
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    # An import that a library needs, too, would not be counted.
    from collections.abc import Callable

    Get = Callable[[str], list]

ID = "0123456789abcdef0123456789abcdef"
NAME = "www.store.customer-1.hosting.example.com"


def nothing(_: str) -> None:
    """Python itself."""


def libzerossl(url: str) -> "Get":
    """Our package."""
    from libzerossl import Client

    client = Client("bench", base_url=url, requests_per_second=0)

    def get(wanted: str) -> list:
        if wanted == "one":
            return [client.get_certificate(ID).common_name]
        results = client.list_certificates(limit=1000).results
        return [None] * (len(results) - 1) + [results[-1].common_name]

    return get


def by(fetch: "Callable[[str], bytes]", loads: "Callable[[bytes], dict]", url: str) -> "Get":
    """A client that fetches bytes and parses them."""

    def get(wanted: str) -> list:
        one = wanted == "one"
        path = f"/{ID}?access_key=bench" if one else "?access_key=bench&limit=1000"
        answer = loads(fetch(f"{url}/certificates{path}"))
        results = [answer] if one else answer["results"]
        return [None] * (len(results) - 1) + [results[-1]["common_name"]]

    return get


def curl() -> "Callable[[str], bytes]":
    """Fetches with pycurl, on one handle."""
    import pycurl

    handle = pycurl.Curl()

    def fetch(url: str) -> bytes:
        body = bytearray()
        handle.setopt(handle.URL, url)
        handle.setopt(handle.WRITEFUNCTION, body.extend)
        handle.perform()
        return bytes(body)

    return fetch


def pycurl_json(url: str) -> "Get":
    """What the standard library parses."""
    import json

    return by(curl(), json.loads, url)


def pycurl_orjson(url: str) -> "Get":
    """The fastest parser."""
    import orjson

    return by(curl(), orjson.loads, url)


def requests(url: str) -> "Get":
    """The usual choice."""
    import json

    from requests import Session

    session = Session()
    return by(lambda url: session.get(url).content, json.loads, url)


def httpx(url: str) -> "Get":
    """The modern choice."""
    import json

    from httpx import Client

    client = Client()
    return by(lambda url: client.get(url).content, json.loads, url)


LIBRARIES = {way.__name__: way for way in (nothing, libzerossl, pycurl_json, pycurl_orjson, requests, httpx)}


def status_of(name: str) -> int:
    """A line of the process's status, in kilobytes."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name))


def sweep(url: str, expected: int) -> None:
    """All certificates with our package."""
    from libzerossl import Client

    client = Client("bench", base_url=url, requests_per_second=0)
    client.list_certificates(limit=1)
    before = status_of("VmRSS:")
    found = sum(1 for _ in client.iter_certificates())
    print(status_of("VmHWM:") - before)
    if found != expected:
        sys.exit(f"{found} certificates instead of {expected}")


def main() -> None:
    library, url, wanted, calls = sys.argv[1:]
    if wanted == "sweep":
        sweep(url, int(calls))
        return
    get = LIBRARIES[library](url)
    for _ in range(int(calls)):
        names = get(wanted)
        if len(names) != (1 if wanted == "one" else 1000) or names[-1] != NAME:
            sys.exit("the answer is not the one that was asked for")


if __name__ == "__main__":
    main()
