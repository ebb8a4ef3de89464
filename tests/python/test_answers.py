"""Answers: frozen, compared by value, and read from their bytes."""

from __future__ import annotations

import copy
import json
import operator
import pickle
from datetime import datetime, timedelta, timezone
from typing import Any

import libzerossl as zerossl
import pytest

CERTIFICATE = {
    "id": "abc",
    "type": "9",
    "common_name": "bücher.example",
    "additional_domains": ["a.example", 'quo"te\\.example'],
    "created": "2026-02-09T23:59:59Z",
    "expires": "next year",
    "status": "on_holiday",
    "validation": {
        "email_validation": {"a.example": ["admin@a.example"]},
        "other_methods": {'"odd" näme': {"file_validation_content": ["one", "two"], "new": 1}},
    },
    "brand_validation": False,
    "last_updated": "2026-02-09T23:59:59.25Z",
    "shiny": {"deep": [1, 2.5, 10**30, None, True]},
}


@pytest.fixture
def certificate() -> zerossl.Certificate:
    """A certificate with a field of every kind."""
    return zerossl.Certificate.from_dict(CERTIFICATE)


def test_fields(certificate: zerossl.Certificate) -> None:
    """Each kind reads as what it is; unknown values of enums too."""
    assert (certificate.id, certificate.type, certificate.status) == ("abc", "9", "on_holiday")
    assert certificate.common_name == "bücher.example"
    assert certificate.additional_domains == ["a.example", 'quo"te\\.example']
    assert certificate.created == datetime(2026, 2, 9, 23, 59, 59, tzinfo=timezone.utc)
    assert certificate.last_updated == datetime(2026, 2, 9, 23, 59, 59, 250000, tzinfo=timezone.utc)
    assert certificate.expires == "next year"
    assert certificate.brand_validation is False
    assert certificate.validation.email_validation == {"a.example": ["admin@a.example"]}
    file = certificate.validation.other_methods['"odd" näme']
    assert (file.file_validation_content, file.extra) == (["one", "two"], {"new": 1})
    assert certificate.extra == {"shiny": CERTIFICATE["shiny"]}
    assert certificate.to_dict() == CERTIFICATE
    assert json.loads(certificate.to_json()) == CERTIFICATE


def test_what_is_not_there(certificate: zerossl.Certificate) -> None:
    """None, or empty."""
    assert certificate.ca_certificate_id is None
    assert certificate.validation_emails == []
    nothing = zerossl.Certificate.from_dict({"id": "x", "validation": None, "expires": None})
    assert nothing.expires is None
    assert nothing.validation.other_methods == {}
    assert nothing.validation.other_methods is not None
    assert zerossl.CertificateList.from_dict({}).results == []


def test_times_that_python_does_not_have() -> None:
    """They are passed on as texts."""
    for text in ("0000-00-00T00:00:00Z", "2026-06-30T23:59:60Z", "2026-13-01T00:00:00Z", "+2026-01-01T00:00:00Z", "Z"):
        assert zerossl.Certificate.from_dict({"id": "x", "created": text}).created == text


def test_frozen(certificate: zerossl.Certificate) -> None:
    """Nothing can be set, deleted or added."""
    for change in (
        lambda: setattr(certificate, "id", "x"),
        lambda: delattr(certificate, "id"),
        lambda: setattr(certificate, "extra", {}),
        lambda: setattr(certificate, "other", 1),
    ):
        with pytest.raises(AttributeError):
            change()


def test_lists_and_dicts_are_frozen(certificate: zerossl.Certificate) -> None:
    """They compare, print and convert like others, and refuse every change; also those that are empty."""
    names: Any = certificate.additional_domains
    methods: Any = certificate.validation.other_methods
    mails: Any = certificate.validation.email_validation
    page = zerossl.CertificateList.from_dict({"results": [CERTIFICATE]})
    raw: Any = zerossl.RawAnswer.from_dict({"http_status": 200, "body": {"a": [{"b": 1}]}}).body
    nothing: Any = zerossl.CertificateList.from_dict({}).results
    for change in (
        lambda: names.append("x"),
        names.sort,
        lambda: operator.iadd(names, ["x"]),
        lambda: operator.setitem(names, 0, "x"),
        lambda: operator.delitem(names, 0),
        page.results.clear,  # type: ignore[attr-defined]
        lambda: nothing.append(1),
        lambda: methods.update({}),
        lambda: operator.ior(methods, {}),
        lambda: mails["a.example"].append("x"),
        lambda: raw["a"][0].pop("b"),
        lambda: certificate.extra.setdefault("x", 1),  # type: ignore[attr-defined]
        lambda: certificate.extra["shiny"]["deep"].append(1),
    ):
        with pytest.raises(TypeError, match="cannot be changed"):
            change()
    assert list(names) == names == ["a.example", 'quo"te\\.example']
    assert isinstance(names, list)
    assert isinstance(methods, dict)
    assert (repr(names), json.dumps(mails)) == (repr(list(names)), json.dumps(dict(mails)))
    for again in (copy.copy(raw), copy.deepcopy(raw), *(pickle.loads(pickle.dumps(raw, p)) for p in range(6))):
        assert again == raw
        assert type(again) is type(raw)
    own = list(names)
    own.append("x")
    assert certificate.to_dict() == CERTIFICATE
    certificate.to_dict()["id"] = "x"
    assert certificate.id == "abc"


def test_keyword_constructors() -> None:
    """For tests: each field as its attribute has it, and all documented fields are there."""
    time = datetime(2026, 11, 29, 12, tzinfo=timezone(timedelta(hours=1)))
    made = zerossl.Certificate(
        id="abc",
        expires=time,
        additional_domains=("a.example",),
        validation=zerossl.Validation(other_methods={"a.example": zerossl.FileAndRecord(cname_validation_p1="x")}),
        extra={"shiny": 1},
    )
    assert (made.id, made.status, made.expires, made.extra) == ("abc", None, time, {"shiny": 1})
    assert made.additional_domains == ["a.example"]
    assert made.validation.other_methods["a.example"].cname_validation_p1 == "x"
    assert made.to_dict()["expires"] == "2026-11-29T11:00:00Z"
    assert set(made.to_dict()) == {*zerossl.Certificate.fields, "shiny"}
    assert made == zerossl.Certificate.from_dict(made.to_dict())
    assert zerossl.Zip(zip=b"PK").zip == b"PK"
    assert zerossl.CertificateList(results=[made]).results == [made]
    assert str(zerossl.Event(type="warning", message="m", entry="e")) == "e: warning: m"
    with pytest.raises(TypeError, match="Certificate has no field 'nothing'"):
        zerossl.Certificate(nothing=1)
    with pytest.raises(ValueError, match="time zone"):
        zerossl.Certificate(expires=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(TypeError):
        zerossl.Certificate("{}", id="abc")  # type: ignore[call-overload]


def test_replace(certificate: zerossl.Certificate) -> None:
    """The others stay, also those that this version does not know; and the original does not change."""
    issued = certificate.replace(status="issued", expires=datetime(2027, 1, 1, tzinfo=timezone.utc), extra={"new": 1})
    assert type(issued) is zerossl.Certificate
    assert issued.to_dict() == {**CERTIFICATE, "status": "issued", "expires": "2027-01-01T00:00:00Z", "new": 1}
    assert certificate.to_dict() == CERTIFICATE
    assert certificate.__replace__(id="x").id == "x"
    with pytest.raises(TypeError):
        certificate.replace(nothing=1)


def test_dict_with_python_values(certificate: zerossl.Certificate) -> None:
    """Times and bytes as their attributes have them, at every depth; the JSON form is the default."""
    page = zerossl.CertificateList.from_dict({"results": [CERTIFICATE], "new": {"a": 1}}).to_dict(mode="python")
    assert page["new"] == {"a": 1}
    found = page["results"][0]
    assert found == certificate.to_dict(mode="python")
    assert found["created"] == datetime(2026, 2, 9, 23, 59, 59, tzinfo=timezone.utc)
    assert (found["expires"], found["shiny"]) == ("next year", CERTIFICATE["shiny"])
    assert list(found) == list(CERTIFICATE)
    assert (type(found["validation"]), type(found["additional_domains"])) == (dict, list)
    found["additional_domains"].append("x")
    assert zerossl.Zip.from_dict({"zip": "UEs="}).to_dict(mode="python") == {"zip": b"PK"}
    assert certificate.to_dict(mode="json") == certificate.to_dict() == CERTIFICATE
    with pytest.raises(ValueError, match="mode"):
        certificate.to_dict(mode="xml")  # type: ignore[arg-type]


def test_equality_and_hash(certificate: zerossl.Certificate) -> None:
    """By class and value, whatever the order of the members."""
    other = zerossl.Certificate.from_dict(dict(reversed(CERTIFICATE.items())))
    assert certificate == other
    assert hash(certificate) == hash(other)
    assert len({certificate, other}) == 1
    assert certificate != zerossl.Certificate.from_dict({**CERTIFICATE, "id": "other"})
    assert certificate != CERTIFICATE
    assert zerossl.Success.from_dict({}) != zerossl.Download.from_dict({})


def test_pickle_and_copy(certificate: zerossl.Certificate) -> None:
    """Every protocol; a part of an answer too."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        for answer in (certificate, certificate.validation):
            again = pickle.loads(pickle.dumps(answer, protocol))
            assert again == answer
            assert type(again) is type(answer)
    assert copy.copy(certificate) is certificate
    assert copy.deepcopy(certificate) == certificate


def test_repr() -> None:
    """What is empty and what is secret is not shown."""
    assert repr(zerossl.Success.from_dict({"success": True})) == "Success(success=True)"
    key = zerossl.GeneratedCsr.from_dict({"csr": "c", "private_key": "secret"})
    assert repr(key) == "GeneratedCsr(csr='c', private_key='***')"
    assert key.private_key == "secret"
    given = zerossl.GeneratedCsr.from_dict({"csr": "c", "private_key": None})
    assert repr(given) == "GeneratedCsr(csr='c')"
    raw = zerossl.RawAnswer.from_dict({"http_status": 200, "body": {"list": [{"eab_hmac_key": "secret"}]}})
    assert "secret" not in repr(raw)
    assert "2000 characters" in repr(zerossl.CaDownload.from_dict({"certificate": "x" * 2000}))


def test_a_page_is_read_once() -> None:
    """Its entries are made at the first access, and are independent."""
    page = zerossl.CertificateList.from_dict({"results": [CERTIFICATE, {"id": "two"}]})
    assert page.results is page.results
    assert [certificate.id for certificate in page.results] == ["abc", "two"]
    certificate = page.results[0]
    del page
    assert certificate == zerossl.Certificate.from_dict(CERTIFICATE)


def test_zip() -> None:
    """Bytes in Python, base64 in JSON."""
    answer = zerossl.Zip.from_dict({"zip": "UEs="})
    assert (answer.zip, answer.to_dict()) == (b"PK", {"zip": "UEs="})


def test_damaged_json() -> None:
    """A pickle from elsewhere can only fail."""
    for text in ("", "[]", "{", '{"id": }', "null", '{"id": "\\ud800"}'):
        try:
            answer = zerossl.Certificate(text)
        except ValueError:
            continue
        assert isinstance(answer.id, str)
    for wrong in (1, b"{}", None):
        with pytest.raises(TypeError):
            zerossl.Certificate(wrong)


def test_json_that_is_too_deep() -> None:
    """An exception, no crash."""
    deep = "[" * 200_000 + "]" * 200_000
    with pytest.raises((ValueError, RecursionError)):
        zerossl.Certificate('{"id": "x", "deep": ' + deep + "}").to_dict()


OBTAINED = {
    "outcome": "took_a_walk",
    "certificate": CERTIFICATE,
    "files": {"privkey": "/etc/zerossl/example.com/current/privkey.pem"},
    "deployed": False,
    "shiny": 1,
}
RENEWALS = {
    "failed": 1,
    "results": [
        {"name": "a", "outcome": "renewed", "id": "abc", "expires": "2026-02-09T23:59:59Z", "error": None},
        {"name": "b", "outcome": None, "id": None, "expires": None, "error": {"kind": "api", "api_code": 2817}},
    ],
}


def test_obtained() -> None:
    """New words, too; None if there is no value."""
    obtained = zerossl.Obtained.from_dict(OBTAINED)
    assert (obtained.outcome, obtained.deployed, obtained.files) == ("took_a_walk", False, OBTAINED["files"])
    assert obtained.certificate == zerossl.Certificate.from_dict(CERTIFICATE)
    assert obtained.extra == {"shiny": 1}
    nothing = zerossl.Obtained.from_dict({"outcome": "pending", "certificate": None, "files": {}})
    assert (nothing.certificate, nothing.files, nothing.deployed) == (None, {}, None)
    assert zerossl.Obtained.from_dict({"outcome": "pending"}).certificate is None
    assert repr(nothing) == "Obtained(outcome='pending')"


def test_renewals() -> None:
    """Each entry, with its error in the JSON form."""
    report = zerossl.Renewals.from_dict(RENEWALS)
    assert [entry.name for entry in report.results] == ["a", "b"]
    assert report.results[0].expires == datetime(2026, 2, 9, 23, 59, 59, tzinfo=timezone.utc)
    assert (report.results[0].error, report.results[1].error) == (None, {"kind": "api", "api_code": 2817})
    assert repr(report.results[0]) == (
        "Renewal(name='a', outcome='renewed', id='abc', expires=2026-02-09T23:59:59+00:00)"
    )


NEW = [
    zerossl.Obtained.from_dict(OBTAINED),
    zerossl.Renewals.from_dict(RENEWALS),
    zerossl.Renewals.from_dict(RENEWALS).results[1],
    zerossl.Event.from_dict({"type": "progress", "message": "ordering", "stage": "order", "entry": "example.com"}),
    zerossl.FileChallenge.from_dict({"domain": "example.com", "url": "u", "file": "f", "content": "a\nb"}),
    zerossl.RecordChallenge.from_dict({"domain": "example.com", "name": "_a.example.com", "target": "b.example."}),
]


@pytest.mark.parametrize("answer", NEW, ids=lambda answer: type(answer).__name__)
def test_what_obtain_gives_is_as_other_answers(answer: zerossl.Answer) -> None:
    """Frozen, compared by value, hashed, pickled, copied, shown."""
    for again in (pickle.loads(pickle.dumps(answer)), copy.copy(answer), copy.deepcopy(answer)):
        assert again == answer
        assert hash(again) == hash(answer)
        assert type(again) is type(answer)
    assert type(answer).from_dict(answer.to_dict()) == answer
    assert repr(answer).startswith(f"{type(answer).__name__}({answer.fields[0]}=")
    with pytest.raises(AttributeError):
        setattr(answer, answer.fields[0], "x")


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"type": "progress", "entry": "a", "stage": "order"}, "a (order): m"),
        ({"type": "warning", "entry": "a", "stage": "order"}, "a (order): warning: m"),
        ({"type": "progress", "entry": "a"}, "a: m"),
        ({"type": "progress", "stage": "order"}, "(order): m"),
        ({"type": "warning"}, "warning: m"),
        ({"type": "progress"}, "m"),
    ],
)
def test_an_event_is_one_line(fields: dict[str, str], line: str) -> None:
    """Whatever it lacks."""
    assert str(zerossl.Event.from_dict({**fields, "message": "m"})) == line
