"""What it costs: the import, memory, a page of 1000 certificates. Coarse, for a busy machine."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import threading
from pathlib import Path

import libzerossl as zerossl
import pytest

import bench_page

sys.path.append(str(Path(__file__).parents[1] / "bench"))

from server import Server

IMPORT = """
import typing, logging, datetime, time
start = time.process_time()
import libzerossl
print(time.process_time() - start)
"""


def output_of(program: str) -> str:
    """What a Python process that runs this prints."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_import() -> None:
    """It does no work: modules are loaded when they are used."""
    cost = min(float(output_of(IMPORT)) for _ in range(15))
    assert cost < 0.001, f"{cost * 1e3:.2f} ms"
    loaded = "import sys, libzerossl; print([name for name in sys.modules if name.startswith('libzerossl')])"
    assert output_of(loaded) == "['libzerossl']\n"


def resident() -> int:
    """Kilobytes of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])


def test_memory_stays_flat(zerossl_client: zerossl.Client) -> None:
    """Over 10,000 calls, answers and errors."""

    def calls(count: int) -> None:
        for number in range(count):
            page = zerossl_client.list_certificates(limit=10)
            assert (page.results, page.extra, page.to_dict()["results"]) == ([], {}, [])
            if number % 10 == 0:
                with pytest.raises(zerossl.InvalidArgumentError):
                    zerossl_client.get_certificate("/")
                assert list(zerossl_client.iter_certificates()) == []

    calls(2000)
    gc.collect()
    before = resident()
    calls(10_000)
    gc.collect()
    assert resident() - before < 4096, f"from {before} to {resident()} kB"


def test_a_kept_certificate_does_not_keep_its_page() -> None:
    """One of each page is kept; a page takes more than 2 MB."""
    with Server(20_000) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        client = zerossl.Client("test-key", base_url=server.url, requests_per_second=0)
        client.list_certificates(limit=1000)
        gc.collect()
        before = resident()
        kept = [found for number, found in enumerate(client.iter_certificates()) if number % 1000 == 500]
        grown = resident() - before
        server.shutdown()
    assert len({certificate.id for certificate in kept}) == 20
    assert grown < 20_000, f"{grown} kB"


def test_a_page_costs_less_than_with_pycurl() -> None:
    """`python bench_page.py` prints the figures."""
    pytest.importorskip("pycurl")
    costs = bench_page.run()
    ratio = costs["libzerossl"] / costs["pycurl+json"]
    assert ratio < 0.5, f"{ratio:.2f}"


def test_a_read_is_cheap() -> None:
    """A field near the start of a record, compared with an attribute of a plain object."""
    record = zerossl.Certificate.from_dict({"id": "abc", "type": "1", "common_name": "example.com"})
    import timeit

    times = timeit.repeat("record.common_name", globals={"record": record}, number=20_000, repeat=5)
    assert statistics.median(times) / 20_000 < 2e-6
