"""The fixtures for pytest, in runs of pytest as a user has them: nothing is registered by hand."""

from __future__ import annotations

import sys

import pytest
from libzerossl.sandbox import find_program

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def quiet(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the same sandbox, and leave no caches."""
    monkeypatch.setenv("ZEROSSL_SANDBOX", find_program())
    pytester.plugins = ["no:cacheprovider"]


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run pytest in its own process."""
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", "--strict-markers", *options)


def test_they_are_there(pytester: pytest.Pytester) -> None:
    """Each test has its own sandbox, and the clients belong to it."""
    pytester.makepyfile("""
        import asyncio

        def test_first(zerossl_sandbox, zerossl_client, zerossl_async_client):
            csr = zerossl_client.generate_csr(domains=["example.com"]).csr
            zerossl_client.create_certificate(domains=["example.com"], csr=csr)
            assert asyncio.run(zerossl_async_client.list_certificates()).total_count == 1
            assert len(zerossl_sandbox.manage("/certificates")) == 1

        def test_second(zerossl_client):
            assert zerossl_client.list_certificates().total_count == 0
    """)
    run(pytester).assert_outcomes(passed=2)


def test_they_can_be_configured(pytester: pytest.Pytester) -> None:
    """For all tests by fixtures, for one by the marker."""
    pytester.makeconftest("""
        import pytest

        @pytest.fixture
        def port():
            return 8123

        @pytest.fixture
        def zerossl_sandbox_settings(port):
            return {"quota": 7, "http_port": port}

        @pytest.fixture
        def zerossl_client_settings():
            return {"timeout": 5, "user_agent": "tested"}
    """)
    pytester.makepyfile("""
        import pytest
        import libzerossl as zerossl

        def test_for_all(zerossl_sandbox, zerossl_client):
            assert zerossl_sandbox.manage("/accounts")[0]["quota"] == 7
            assert zerossl_sandbox.manage("/addresses")["http_port"] == 8123

        @pytest.mark.zerossl_sandbox(quota=1, access_key="other")
        def test_for_one(zerossl_sandbox, zerossl_client):
            assert zerossl_sandbox.manage("/accounts")[0]["quota"] == 1
            assert zerossl_sandbox.access_key == "other"
            assert zerossl_client.list_certificates().total_count == 0
    """)
    run(pytester).assert_outcomes(passed=2)


@pytest.mark.parametrize(("scope", "sandboxes"), [("function", 3), ("module", 2), ("session", 1)])
def test_the_scope_is_chosen(pytester: pytest.Pytester, scope: str, sandboxes: int) -> None:
    """By an option; a sandbox that is shared can be reset."""
    pytester.makeini(f"""
        [pytest]
        zerossl_sandbox_scope = {scope}
    """)
    test = """
        def test_{name}(zerossl_sandbox, zerossl_client):
            print("URL", zerossl_sandbox.base_url)
            csr = zerossl_client.generate_csr(domains=["example.com"]).csr
            zerossl_client.create_certificate(domains=["example.com"], csr=csr)
            zerossl_sandbox.reset()
            assert zerossl_client.list_certificates().total_count == 0
    """
    pytester.makepyfile(test_a=test.format(name="one") + test.format(name="two"), test_b=test.format(name="three"))
    result = run(pytester, "-s")
    result.assert_outcomes(passed=3)
    assert len({line.split("URL")[1] for line in result.outlines if "URL" in line}) == sandboxes


def test_several_sandboxes_and_the_clock(pytester: pytest.Pytester) -> None:
    """The factory stops what it started; the clock moves for both sides."""
    pytester.makepyfile("""
        import urllib.error
        import urllib.request
        import pytest
        urls = []

        def test_two(zerossl_sandbox_factory):
            one, two = zerossl_sandbox_factory(quota=1), zerossl_sandbox_factory(access_key="two")
            urls.extend([one.base_url, two.base_url])
            assert one.base_url != two.base_url
            assert two.client().list_certificates().total_count == 0

        def test_they_are_gone():
            assert len(urls) == 2
            for url in urls:
                with pytest.raises(urllib.error.URLError):
                    urllib.request.urlopen(url)

        def test_the_clock(zerossl_client, zerossl_sandbox, zerossl_advance):
            before = zerossl_sandbox.manage("/clock")
            zerossl_advance(days=60)
            assert zerossl_sandbox.manage("/clock") != before
            assert zerossl_client.list_certificates().total_count == 0
    """)
    run(pytester).assert_outcomes(passed=3)


def test_the_sandbox_without_the_client(pytester: pytest.Pytester) -> None:
    """The wheel may be installed for another client: pytest works, and has no such fixtures."""
    pytester.makepyfile("def test_nothing(): pass")
    program = "import sys; sys.modules['libzerossl'] = None; import pytest; sys.exit(pytest.main(['--fixtures']))"
    done = pytester.run(sys.executable, "-c", program)
    assert done.ret == 0
    assert "zerossl_client" not in done.stdout.str()
    assert "zerossl_client" in run(pytester, "--fixtures").stdout.str()
