"""Reads the native half as text: every function that Python calls with Python objects has to be guarded as a whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCES = sorted((Path(__file__).parents[2] / "python/src").glob("*.rs"))
# A function with its signature and the beginning of its body, at the indentation of a method or of a function.
FUNCTION = re.compile(
    r"^(?: {4})?(?:pub(?:\(crate\))? )?fn (?P<name>\w+)(?P<signature>[^{;]*)\{\s*(?P<body>[^\n]*)", re.MULTILINE
)
OF_PYTHON = re.compile(r"\b(?:Python<|Bound<|Py<|PyAny\b|PyResult<|PyErr\b)")


def called_by_python(source: str) -> list[re.Match[str]]:
    """All methods in ``#[pymethods]``, and every ``#[pyfunction]``."""
    methods = re.findall(r"^#\[pymethods\]\nimpl .*?\n\}\n", source, re.MULTILINE | re.DOTALL)
    functions = re.findall(r"^#\[pyfunction\]\n.*?\n\}\n", source, re.MULTILINE | re.DOTALL)
    return [found for block in methods + functions for found in FUNCTION.finditer(block)]


def unguarded(source: str) -> list[str]:
    """The names of the functions that are not guarded."""
    return [
        found["name"]
        for found in called_by_python(source)
        if OF_PYTHON.search(found["signature"]) and not re.match(r"(?:guard::)?guarded\(", found["body"])
    ]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_function_that_python_calls_is_guarded(source: Path) -> None:
    """A panic in it becomes an exception, and the interpreter waits for it at its end."""
    assert unguarded(source.read_text(encoding="utf-8")) == []


def test_all_are_found() -> None:
    """Otherwise the test above could not fail."""
    found = {found["name"] for source in SOURCES for found in called_by_python(source.read_text(encoding="utf-8"))}
    assert found >= {"new", "call", "start", "cancelled_by", "next", "result", "__get__", "__eq__", "describe", "panic"}
    blocks = sum(source.read_text(encoding="utf-8").count("#[pymethods]\nimpl ") for source in SOURCES)
    assert blocks == sum(source.read_text(encoding="utf-8").count("#[pymethods]") for source in SOURCES) > 4


def test_one_that_is_not_guarded_is_found() -> None:
    """In each of its possible forms."""
    source = """
#[pymethods]
impl Thing {
    fn guarded_one(&self, py: Python<'_>) -> PyResult<()> {
        guarded(py, || Ok(()))
    }

    fn of_rust(&self) -> bool {
        self.0
    }

    fn short(&self, py: Python<'_>) -> PyResult<Self> {
        Ok(Self::with(self.client(py)?))
    }

    #[pyo3(signature = (one, /))]
    fn long(
        &self,
        one: &Bound<'_, PyDict>,
    ) -> usize {
        one.len()
    }

    fn late(&self, py: Python<'_>) -> PyResult<()> {
        let end = end()?;
        guarded(py, || Ok(end))
    }
}

impl Thing {
    fn of_ours(&self, py: Python<'_>) {
        drop(py);
    }
}

#[pyfunction]
fn alone(py: Python<'_>) -> PyResult<()> {
    Ok(())
}
"""
    assert unguarded(source) == ["short", "long", "late", "alone"]
