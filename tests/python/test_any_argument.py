"""Any argument of any function gives a value or one of our exceptions; hypothesis draws them."""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import inspect
import math
import os
from pathlib import Path
from typing import Any

import libzerossl as zerossl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from libzerossl.operations import Operations


class Odd:
    """Nothing that any function knows, and it fails when it is asked."""

    def __str__(self) -> str:
        """Fail."""
        raise RuntimeError

    __iter__ = __len__ = __index__ = __float__ = __bool__ = __str__  # type: ignore[assignment]


# Relative paths only: they lead into the folder of the test.
TEXTS = st.text(st.characters(blacklist_characters="/"), max_size=40)
NUMBERS = st.integers() | st.floats() | st.sampled_from([2**63, -(2**63), 2**64, 10**400, math.inf, math.nan])
PLAIN = (
    st.none()
    | st.booleans()
    | NUMBERS
    | TEXTS
    | st.binary(max_size=40)
    | st.sampled_from(
        ["example.com", "\ud800", "\0", "a" * 100_000, "-----BEGIN PRIVATE KEY-----", "{}", "issued", "HTTP_CSR_HASH"]
    )
    | st.sampled_from(
        [
            decimal.Decimal("NaN"),
            dt.timedelta(seconds=1),
            dt.date(2026, 1, 1),
            Path("x"),
            Odd(),
            object,
            ...,
        ]
    )
)
ANYTHING = st.recursive(
    PLAIN,
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(TEXTS | st.integers(), inside, max_size=3)
        | st.lists(inside, max_size=3).map(tuple)
    ),
    max_leaves=6,
)
# These would be waited for.
PAUSES = {"deadline", "poll_interval", "settle", "timeout", "connect_timeout"}
# A call that is refused by nobody is a call to nobody.
NOBODY = {"base_url": "http://127.0.0.1:9", "max_retries": 0, "requests_per_second": 0, "timeout": 0.2}
METHODS = sorted(name for name in dir(Operations) if callable(getattr(Operations, name)))
FUNCTIONS = [*(name for name in METHODS if not name.startswith("_")), "obtain", "renew_all"]
# More in the long run.
EXAMPLES = int(os.environ.get("EXAMPLES", "50"))
OURS = settings(
    max_examples=EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def drawn(data: st.DataObject, names: list[str]) -> dict[str, Any]:
    """Draw an argument for each name; one that is not drawn is left out."""
    arguments = {}
    for name in names:
        if name in PAUSES:
            arguments[name] = 0.1
        elif data.draw(st.booleans(), label=f"{name} is given"):
            arguments[name] = data.draw(ANYTHING, label=name)
    return arguments


@pytest.mark.parametrize("name", FUNCTIONS)
@OURS
@given(data=st.data())
def test_any_argument_of(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: st.DataObject) -> None:
    """A function that makes a call, and one that iterates."""
    monkeypatch.chdir(tmp_path)
    with zerossl.Client("key", **NOBODY) as client:
        function = getattr(client, name)
        parameters = inspect.signature(function).parameters.values()
        required = [one.name for one in parameters if one.default is one.empty and one.name not in PAUSES]
        optional = [one.name for one in parameters if one.name not in required]
        arguments = {one: data.draw(ANYTHING, label=one) for one in required} | drawn(data, optional)
        with contextlib.suppress(zerossl.Error):
            made = function(**arguments)
            if inspect.isgenerator(made):
                list(made)


@OURS
@given(data=st.data())
def test_any_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: st.DataObject) -> None:
    """What makes a client."""
    monkeypatch.chdir(tmp_path)
    names = [name for name in inspect.signature(zerossl.Client.__init__).parameters if name != "self"]
    with contextlib.suppress(zerossl.Error):
        zerossl.Client(**drawn(data, names)).close()
