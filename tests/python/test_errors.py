"""Errors: their classes, attributes and pickles."""

from __future__ import annotations

import builtins
import copy
import errno
import json
import os
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import libzerossl as zerossl
import pytest
from libzerossl import _native, errors

KINDS = json.loads(_native.describe())["errors"]
ERRORS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, zerossl.Error)]


def test_every_kind_has_its_class() -> None:
    """The core's list has the same kinds as the classes."""
    ours = {(error.code, error.kind) for error in ERRORS if error is not zerossl.Error}
    assert ours == {(kind["code"], kind["kind"]) for kind in KINDS}
    for error in ERRORS:
        assert getattr(zerossl, error.__name__) is error
        assert error.__name__ in zerossl.__all__


@pytest.mark.parametrize(
    ("error", "bases"),
    [
        (zerossl.InvalidArgumentError, (zerossl.Error, ValueError)),
        (zerossl.AuthError, (zerossl.ApiError,)),
        (zerossl.ValidationError, (zerossl.ApiError,)),
        (zerossl.NetworkError, (zerossl.Error, ConnectionError)),
        (zerossl.TlsError, (zerossl.NetworkError,)),
        (zerossl.TimeoutError, (zerossl.Error, builtins.TimeoutError)),
        (zerossl.StorageError, (zerossl.Error, OSError)),
        (zerossl.InternalError, (zerossl.Error, Exception)),
    ],
)
def test_bases(error: type[zerossl.Error], bases: tuple[type, ...]) -> None:
    """The built-in bases, so that a program can catch familiar exceptions."""
    assert issubclass(error, bases)
    assert all(issubclass(error, base) for base in bases)


@pytest.mark.parametrize("error", ERRORS)
def test_attributes_and_pickle(error: type[zerossl.Error]) -> None:
    """All members of the JSON form are attributes, and survive a pickle."""
    fields = {"message": "get_certificate: no", "operation": "get_certificate", "http_status": 503, "retry_after": 1.5}
    made = error(**fields)
    assert str(made) == made.message == "get_certificate: no"
    assert (made.http_status, made.retry_after, made.api_code) == (503, 1.5, None)
    for again in (pickle.loads(pickle.dumps(made)), copy.copy(made)):
        assert type(again) is error
        assert again.to_dict() == made.to_dict()
        assert str(again) == str(made)


def test_candidates_are_certificates() -> None:
    """And survive a pickle."""
    form = {"code": -14, "kind": "ambiguous", "message": "m", "candidates": [{"id": "one"}]}
    error = errors.from_json(json.dumps(form))
    assert isinstance(error, zerossl.AmbiguousError)
    assert [candidate.id for candidate in error.candidates] == ["one"]
    assert pickle.loads(pickle.dumps(error)).candidates == error.candidates
    assert error.to_dict()["candidates"] == [{"id": "one"}]


def test_a_kind_that_is_new() -> None:
    """It is an error all the same."""
    error = errors.from_json('{"code": -50, "kind": "brand_new", "message": "m", "news": 1}')
    assert type(error) is zerossl.Error


def test_a_panic_is_an_ordinary_exception(capfd: pytest.CaptureFixture[str]) -> None:
    """And prints nothing on stderr."""
    with pytest.raises(zerossl.InternalError, match="a bug in libzerossl"):
        _native.panic()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("error", ERRORS)
def test_all_that_an_error_holds_survives(error: type[zerossl.Error]) -> None:
    """Also the data of its built-in base, which is not in the instance's attributes."""
    made = error("no", operation="obtain", details={"a": [1]})
    made.own = ["of the program"]  # type: ignore[attr-defined]
    names = ["args", "message", "operation", "details", "own"]
    if isinstance(made, OSError):
        made.errno, made.strerror, made.filename, made.filename2 = 5, "broken", "/a", "/b"
        names += ["errno", "strerror", "filename", "filename2"]
    agains = [pickle.loads(pickle.dumps(made, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    for again in (*agains, copy.copy(made), copy.deepcopy(made)):
        assert type(again) is error
        assert [getattr(again, name) for name in names] == [getattr(made, name) for name in names]
        assert (str(again), repr(again), again.args) == ("no", f"{error.__name__}('no')", ("no",))
        assert vars(again) == vars(made)
    assert copy.deepcopy(made).details is not made.details


@pytest.mark.parametrize("error", [zerossl.NetworkError, zerossl.TimeoutError, zerossl.StorageError])
def test_what_an_os_error_never_had_is_not_made_up(error: type[zerossl.Error]) -> None:
    """Its numbers and names stay None."""
    again = pickle.loads(pickle.dumps(error("no")))
    assert (again.errno, again.strerror, again.filename, again.filename2) == (None, None, None, None)


def test_a_storage_error_is_an_os_error(zerossl_client: zerossl.Client, tmp_path: Path) -> None:
    """With the number and the file, as `open` would have it."""
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(zerossl.StorageError) as caught:
        zerossl_client.list_entries(tmp_path / "absent")
    error = caught.value
    assert (error.errno, error.strerror) == (errno.ENOENT, os.strerror(errno.ENOENT))
    assert error.filename == error.path == str(tmp_path / "absent")
    assert error.to_dict()["errno"] == errno.ENOENT
    with pytest.raises(OSError) as os_error:  # noqa: PT011
        zerossl_client.obtain(["example.com"], directory=file, webroot=tmp_path, preflight="off")
    assert os_error.value.errno in {errno.ENOTDIR, errno.EEXIST}
    again = pickle.loads(pickle.dumps(error))
    assert (again.errno, again.filename, str(again)) == (error.errno, error.filename, str(error))
    nothing_left = zerossl.ResourceError("m", errno=errno.EMFILE)
    assert (nothing_left.errno, nothing_left.strerror) == (errno.EMFILE, os.strerror(errno.EMFILE))
    assert nothing_left.to_dict()["errno"] == errno.EMFILE
    unknown = zerossl.StorageError("m", path="/x")
    assert (unknown.errno, unknown.strerror, unknown.filename) == (None, None, "/x")


SHOWN_NOWHERE = "what-a-caller-keeps-to-itself"


class Raising(dict):  # type: ignore[type-arg]
    """A mapping that cannot be read."""

    def __init__(self, raised: BaseException) -> None:
        """Take the exception that it raises."""
        super().__init__()
        self.raised = raised

    def items(self) -> Any:
        """Raise it."""
        raise self.raised


def refused(call: Callable[[], object]) -> zerossl.InvalidArgumentError:
    """Return the exception of a call."""
    with pytest.raises(zerossl.InvalidArgumentError) as caught:
        call()
    return caught.value


def test_no_cause_holds_what_was_given() -> None:
    """A `UnicodeEncodeError` holds the whole text, and others may quote it."""
    half = SHOWN_NOWHERE + "\ud800"
    with zerossl.Client("key") as client:
        errors = [
            refused(lambda: zerossl.Client(half)),
            refused(lambda: zerossl.Client("key", proxy=half)),
            refused(lambda: client.get_certificate(half)),
            refused(lambda: client.generate_csr(domains=["example.com"], private_key=half)),
            refused(lambda: client.request(method="GET", path="/x", query={"a": [half]})),
            refused(lambda: client.request(method="GET", path="/x", query={"a": 10**30})),
            refused(lambda: client.request(method="GET", path="/x", query=Raising(KeyError(SHOWN_NOWHERE)))),
            refused(lambda: next(client.iter_certificates(search=half))),
        ]
    for error in errors:
        assert (error.__cause__, error.__context__) == (None, None)
        told = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        assert SHOWN_NOWHERE not in told + repr(error) + repr(vars(error))
    assert "`query`: reading it raised KeyError" in errors[6].message


def test_what_ends_the_program_is_no_wrong_parameter() -> None:
    """Ctrl-C while a parameter is read is raised unchanged."""
    raised = KeyboardInterrupt()
    with zerossl.Client("key") as client, pytest.raises(KeyboardInterrupt) as caught:
        client.request(method="GET", path="/x", query=Raising(raised))
    assert caught.value is raised
