//! An answer, kept as the bytes that were received. A field is parsed when it is read.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple, PyType};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::guard::guarded;
use crate::{scan, value};

/// The base of all answers: a JSON object, alone or as a part of a larger text.
#[pyclass(subclass, frozen, module = "libzerossl._native")]
pub(crate) struct Record {
    source: Arc<Text>,
    start: usize,
    end: usize,
    /// Lists of records that were already read, since programs loop over a page and index it.
    lists: PyOnceLock<Py<PyDict>>,
}

/// A text that several records share.
struct Text {
    json: String,
    /// Written by the core, which puts each object of a page on its own line.
    is_ours: bool,
}

/// A text on its way from one record to another.
#[pyclass(frozen)]
struct Source(Arc<Text>);

#[pymethods]
impl Record {
    /// From a JSON text, from a part of a source, or from the values of fields.
    #[new]
    #[classmethod]
    #[pyo3(signature = (*given, **fields))]
    fn new(
        class: &Bound<'_, PyType>,
        given: &Bound<'_, PyTuple>,
        fields: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        guarded(class.py(), || {
            if let Ok(source) = given.get_item(0).and_then(|first| Ok(first.cast_into::<Source>()?)) {
                let source = Arc::clone(&source.get().0);
                let (start, end) = (given.get_item(1)?.extract()?, given.get_item(2)?.extract()?);
                return Ok(Self { source, start, end, lists: PyOnceLock::new() });
            }
            let json = match given.len() {
                0 => json_of(class, fields)?,
                1 if fields.is_none() => given.get_item(0)?.extract::<String>()?,
                _ => return Err(PyTypeError::new_err("give the fields as keywords, or one JSON text")),
            };
            if !json.trim_start().starts_with('{') {
                return Err(PyValueError::new_err("expected a JSON object"));
            }
            serde_json::from_str::<IgnoredAny>(&json)
                .map_err(|error| PyValueError::new_err(error.to_string()))?;
            let end = json.len();
            let source = Arc::new(Text { json, is_ours: false });
            Ok(Self { source, start: 0, end, lists: PyOnceLock::new() })
        })
    }

    /// The JSON form as text.
    fn to_json(&self) -> &str {
        self.json()
    }

    /// The JSON form: dicts, lists, strings, numbers, booleans.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        guarded(py, || value::loads(py, self.json()))
    }

    /// The same record with a text of its own: whoever keeps it does not keep what it was a part of.
    fn _alone<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        guarded(slf.py(), || {
            let record = slf.get();
            let text = Text { json: record.json().to_owned(), is_ours: record.source.is_ours };
            of_text(&slf.get_type(), text)
        })
    }

    fn __eq__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        guarded(slf.py(), || {
            let py = slf.py();
            let Ok(theirs) = other.cast::<Self>() else { return Ok(py.NotImplemented()) };
            if !slf.get_type().is(other.get_type()) {
                return Ok(py.NotImplemented());
            }
            let (ours, theirs) = (slf.get(), theirs.get());
            let equal = ours.json() == theirs.json() || ours.value()? == theirs.value()?;
            Ok(equal.into_pyobject(py)?.to_owned().into_any().unbind())
        })
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<u64> {
        guarded(py, || {
            // Sorted, and without spaces: equal records have equal texts.
            let mut hasher = DefaultHasher::new();
            self.value()?.to_string().hash(&mut hasher);
            Ok(hasher.finish())
        })
    }
}

impl Record {
    pub(crate) fn json(&self) -> &str {
        self.source.json.get(self.start..self.end).unwrap_or_default()
    }

    /// A record of this class from a part of this one.
    pub(crate) fn part<'py>(&self, class: &Bound<'py, PyType>, json: &str) -> PyResult<Bound<'py, PyAny>> {
        let source = Bound::new(class.py(), Source(Arc::clone(&self.source)))?;
        let start = self.place_of(json);
        class.call1((source, start, start + json.len()))
    }

    /// Records of this class from a list that is a part of this one.
    pub(crate) fn parts<'py>(
        &self,
        class: &Bound<'py, PyType>,
        list: &str,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let source = Bound::new(class.py(), Source(Arc::clone(&self.source)))?;
        let place = self.place_of(list);
        let lines = if self.source.is_ours { scan::lines(list) } else { None };
        let entries = lines.unwrap_or_else(|| scan::entries(list).collect());
        entries.into_iter().map(|(start, end)| class.call1((&source, place + start, place + end))).collect()
    }

    /// The list of this name as it was first read.
    pub(crate) fn lists<'py>(&self, py: Python<'py>) -> &Bound<'py, PyDict> {
        self.lists.get_or_init(py, || PyDict::new(py).unbind()).bind(py)
    }

    fn place_of(&self, part: &str) -> usize {
        part.as_ptr() as usize - self.source.json.as_ptr() as usize
    }

    fn value(&self) -> PyResult<Value> {
        serde_json::from_str(self.json()).map_err(|error| PyValueError::new_err(error.to_string()))
    }
}

/// The JSON text of a record of this class with these fields.
fn json_of(class: &Bound<'_, PyType>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<String> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = class.py();
    let fields = fields.cloned().unwrap_or_else(|| PyDict::new(py));
    MAKE.import(py, "libzerossl.making", "make")?.call1((class, fields))?.extract()
}

/// A record of this class from a text that the core wrote.
pub(crate) fn make<'py>(class: &Bound<'py, PyType>, json: String) -> PyResult<Bound<'py, PyAny>> {
    of_text(class, Text { json, is_ours: true })
}

fn of_text<'py>(class: &Bound<'py, PyType>, text: Text) -> PyResult<Bound<'py, PyAny>> {
    let end = text.json.len();
    class.call1((Source(Arc::new(text)), 0, end))
}
