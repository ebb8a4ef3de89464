"""Compares the core's tables with the Python classes: names, order, types and docs have to agree."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator
from typing import Any, get_args

import libzerossl as zerossl
import pytest
from libzerossl import _native, answers, client, literals

TABLES = json.loads(_native.describe())
OPERATIONS = {operation["name"]: operation for operation in TABLES["operations"]}
# Not in the table: the client's other members, and the iterator over all pages.
OTHERS = {"close", "cancelled_by", "iter_certificates"}
# The first parameter, which may be given without its name; the others are keywords.
FIRST = {
    "obtain": "domains",
    "renew_all": "directory",
    "list_entries": "directory",
    "redeploy": "directory",
    "remove_entry": "directory",
    "install_certificates": "directory",
}
# Python's own parameters: short forms of `validation`, and callables.
CALLABLES = {"on_event", "publish", "cleanup"}
SHORT_FORMS = {"webroot", "listen", "hook", "dns", "emails", "validation_method"}
OWN = {"obtain": CALLABLES | SHORT_FORMS, "renew_all": CALLABLES}
PATH = "str | os.PathLike[str]"
COMMAND = f"Sequence[{PATH}]"
NAMES = "Sequence[str] | Iterator[str]"
# Fields whose Python type is more specific than the table.
SPECIAL = {
    ("Zip", "zip"): {"bytes"},
    ("Obtained", "outcome"): {"Outcome | str"},
    ("ObtainFinding", "stage"): {"Stage | str"},
    ("ObtainFinding", "level"): {"FindingLevel | str"},
    ("Renewal", "outcome"): {"Outcome | str | None"},
    ("Renewal", "error"): {"Mapping[str, Any] | None"},
}


def shapes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All objects with a title in a schema."""
    if "title" in schema:
        yield schema
    parts = [schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", [])]
    for inner in [*schema.get("properties", {}).values(), *parts]:
        if isinstance(inner, dict):
            yield from shapes(inner)


SHAPES = {shape["title"]: shape for operation in OPERATIONS.values() for shape in shapes(operation["answer"])}


def test_every_operation_has_its_method() -> None:
    """And there is no other."""
    methods = {name for name, _ in inspect.getmembers(zerossl.Client, inspect.isfunction) if not name.startswith("_")}
    assert methods - OTHERS == set(OPERATIONS)


def test_every_answer_has_its_class() -> None:
    """And there is no other."""
    classes = {
        name for name, kind in vars(answers).items() if isinstance(kind, type) and issubclass(kind, zerossl.Answer)
    }
    assert classes - {"Answer"} == set(SHAPES)
    assert classes == set(answers.__all__)


@pytest.mark.parametrize("name", OPERATIONS)
def test_parameters(name: str) -> None:
    """Names, what is required, types; the first one positional, the rest keywords; documented as in the table."""
    schema = OPERATIONS[name]["parameters"]
    method = getattr(zerossl.Client, name)
    ours = dict(list(inspect.signature(method).parameters.items())[1:])
    required = set(schema["required"])
    assert set(ours) - OWN.get(name, set()) == set(schema["properties"])
    for parameter, given in ours.items():
        is_first = parameter == FIRST.get(name, "id")
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD if is_first else inspect.Parameter.KEYWORD_ONLY
        assert given.kind is kind, parameter
        assert f"{parameter}: " in method.__doc__, parameter
        if parameter in OWN.get(name, set()):
            assert given.default is None, parameter
            continue
        # A parameter with short forms may be omitted.
        is_required = parameter in required and parameter != "validation"
        assert (given.default is inspect.Parameter.empty) == is_required, parameter
        wanted = python_types(parameter, schema["properties"][parameter])
        assert given.annotation in {each if is_required else f"{each} | None" for each in wanted}, parameter
        doc = " ".join(schema["properties"][parameter]["description"].split())
        assert f"{parameter}: {doc}" in " ".join(method.__doc__.split()), parameter


def python_types(name: str, schema: dict[str, Any]) -> set[str]:
    """The accepted annotations of a parameter; what Python takes in addition depends on more than the schema."""
    if name == "directory" or name.endswith("_file"):
        return {PATH}
    more = {
        "str": {"str | bytes"} if name in {"csr", "private_key"} else set(),
        "float": {"float | timedelta"} if "econds" in schema["description"] or name == "older_than" else set(),
        "Iterable[str]": {NAMES} if name == "domains" else {COMMAND} if name.endswith("hook") else set(),
    }
    return {taken for each in parameter_types(schema) for taken in more.get(each) or {each}}


def parameter_types(schema: dict[str, Any]) -> set[str]:
    """The accepted annotations of a parameter."""
    words = schema.get("enum") or schema.get("items", {}).get("enum")
    if words:
        names = {name for name in literals.__all__ if list(get_args(getattr(literals, name))) == words}
        assert names, f"no literal of libzerossl.literals is {words}"
        return {f"Iterable[{name}]" for name in names} if schema.get("type") == "array" else names
    if all(member.get("type") == "string" for member in schema.get("properties", {"": {}}).values()):
        return {"Mapping[str, str]"}
    return {
        "string": {"str"},
        "integer": {"int"},
        "number": {"float"},
        "boolean": {"bool"},
        "array": {"Iterable[str]"},
        "object": {"Mapping[str, str | float | bool]", "Mapping[str, Any]"},
    }[schema["type"]]


@pytest.mark.parametrize("name", OPERATIONS)
def test_methods_return_their_answer(name: str) -> None:
    """By annotation, and with a docstring that has an example."""
    method = getattr(zerossl.Client, name)
    assert inspect.signature(method).return_annotation == OPERATIONS[name]["answer"]["title"]
    assert ">>> " in method.__doc__


def test_outcomes() -> None:
    """The words are those of the table's text."""
    told = SHAPES["Obtained"]["properties"]["outcome"]["description"].rstrip(".").split(", ")
    assert {*told, "postponed", "removed"} == set(get_args(literals.Outcome))


def test_the_iterator_takes_what_the_list_takes() -> None:
    """But for the page."""
    ours = inspect.signature(zerossl.Client.iter_certificates).parameters
    theirs = inspect.signature(zerossl.Client.list_certificates).parameters
    assert {**ours, "page": theirs["page"]} == dict(theirs)


def test_settings() -> None:
    """The keywords of the client, with the table's texts."""
    ours = list(inspect.signature(zerossl.Client).parameters)
    assert ours[0] == "access_key"
    assert set(ours) == set(TABLES["settings"]["properties"])
    assert zerossl.Client.__init__.__doc__ is not None
    for name in ours:
        assert f"{name}: " in zerossl.Client.__init__.__doc__


@pytest.mark.parametrize("name", SHAPES)
def test_fields(name: str) -> None:
    """Names, order, docs and types."""
    schema = SHAPES[name]
    answer = getattr(zerossl, name)
    assert list(answer.fields) == list(schema["required"])
    annotations = annotated(name)
    for field, inner in schema["properties"].items():
        descriptor = getattr(answer, field)
        assert descriptor.__doc__ == inner["description"], field
        assert descriptor.is_secret == (inner.get("format") == "password"), field
        assert annotations[field] in {f"Field[{each}]" for each in field_types(name, field, inner)}, field


def annotated(name: str) -> dict[str, str]:
    """The annotations of a class, as in the source."""
    tree = ast.parse(inspect.getsource(getattr(zerossl, name)))
    return {
        ast.unparse(node.target): ast.unparse(node.annotation)
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign)
    }


def field_types(name: str, field: str, schema: dict[str, Any]) -> set[str]:
    """The accepted annotations of a field."""
    if "title" in schema:
        return {schema["title"]}
    if (name, field) in SPECIAL:
        return SPECIAL[name, field]
    if "anyOf" in schema:
        return {f"{schema['anyOf'][0]['title']} | None"}
    # A field that the core builds from other JSON than an object may be null in the schema, but never is.
    if name == "RawAnswer" or not schema.get("type"):
        return {"int", "Any"}
    if schema.get("format") == "date-time":
        return {"datetime | str | None"}
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    none = " | None" if "null" in types else ""
    if types[0] == "array":
        items = field_types(name, field, schema["items"])
        return {f"Sequence[{each}]" for each in items}
    if types[0] == "object":
        return {f"Mapping[str, {each}]" for each in field_types(name, field, schema["additionalProperties"])}
    if types[0] == "string":
        words = {f"{literal} | str{none}" for literal in literals.__all__} if none else set()
        # A text that the library builds itself always exists.
        made_here = {"str"} if name in {"GeneratedCsr", "Download"} else set()
        return {f"str{none}"} | words | made_here
    return {{"integer": "int", "boolean": "bool"}[types[0]] + none}


def test_the_package_gives_all_that_its_modules_do() -> None:
    """Every name in `__all__` can be loaded, and comes from the module that type checkers see."""
    assert sorted(zerossl.__all__) == zerossl.__all__
    tree = ast.parse(inspect.getsource(zerossl))
    told = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module != "importlib"
        for alias in node.names
    }
    assert set(told) | {"__version__"} == set(zerossl.__all__)
    for name, module in told.items():
        assert getattr(zerossl, name) is getattr(__import__(str(module), fromlist=[name]), name)
    assert set(zerossl.__all__) <= set(dir(zerossl))
    assert zerossl.__version__ == TABLES["version"]
    assert client.Client is zerossl.Client
