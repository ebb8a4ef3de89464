//! A field of an answer, as a descriptor of its class: it reads from the record's text.

use std::sync::OnceLock;

use pyo3::exceptions::{PyAttributeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple, PyType};

use crate::guard::guarded;
use crate::record::Record;
use crate::{scan, value};

// No doc comment and no text signature, which would hide each field's own `__doc__` in Python.
//
// `kind` says how its JSON value is read: as it is (`""`), as a `time`, as `bytes` (base64), or as a record
// of the class `of`: one (`""`, an empty one for none), an `optional` one, a `list` of them, or a `dict` with
// names as keys. Without `of`, `list` and `dict` only determine the empty value for none.
#[pyclass(frozen, generic, module = "libzerossl._native")]
pub(crate) struct Field {
    name: OnceLock<String>,
    doc: String,
    kind: Kind,
    of: Option<Py<PyType>>,
    is_secret: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Time,
    Bytes,
    Optional,
    List,
    Dict,
}

#[pymethods]
impl Field {
    #[new]
    #[pyo3(signature = (doc, kind="", /, *, of=None, secret=false), text_signature = None)]
    fn new(py: Python<'_>, doc: String, kind: &str, of: Option<Py<PyType>>, secret: bool) -> PyResult<Self> {
        guarded(py, || {
            let kind = match kind {
                "" => Kind::Plain,
                "time" => Kind::Time,
                "bytes" => Kind::Bytes,
                "optional" => Kind::Optional,
                "list" => Kind::List,
                "dict" => Kind::Dict,
                _ => return Err(PyValueError::new_err(format!("there is no kind {kind}"))),
            };
            Ok(Self { name: OnceLock::new(), doc, kind, of, is_secret: secret })
        })
    }

    fn __set_name__(&self, owner: &Bound<'_, PyAny>, name: String) -> PyResult<()> {
        guarded(owner.py(), || {
            // A field belongs to one class.
            let _ = self.name.set(name);
            Ok(())
        })
    }

    fn __get__<'py>(
        slf: &Bound<'py, Self>,
        instance: Option<&Bound<'py, PyAny>>,
        owner: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        guarded(slf.py(), || {
            let _ = owner;
            match instance {
                Some(instance) => slf.get().read(instance.cast::<Record>()?),
                None => Ok(slf.clone().into_any()),
            }
        })
    }

    fn __set__(&self, instance: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        guarded(value.py(), || self.refuse_change(instance))
    }

    fn __delete__(&self, instance: &Bound<'_, PyAny>) -> PyResult<()> {
        guarded(instance.py(), || self.refuse_change(instance))
    }

    #[getter]
    fn __doc__(&self) -> &str {
        &self.doc
    }

    /// Whether its value is secret, and never shown.
    #[getter]
    fn is_secret(&self) -> bool {
        self.is_secret
    }
}

impl Field {
    fn refuse_change(&self, instance: &Bound<'_, PyAny>) -> PyResult<()> {
        let class = instance.get_type();
        Err(PyAttributeError::new_err(format!("{}.{} cannot be changed", class.name()?, self.name())))
    }

    fn name(&self) -> &str {
        self.name.get().map_or("", String::as_str)
    }

    fn read<'py>(&self, record: &Bound<'py, Record>) -> PyResult<Bound<'py, PyAny>> {
        let py = record.py();
        let record = record.get();
        if let (Kind::List, Some(class)) = (self.kind, &self.of) {
            return self.records(record, class.bind(py));
        }
        let json = scan::member(record.json(), self.name()).filter(|json| *json != "null");
        match (self.kind, self.of.as_ref().map(|class| class.bind(py)), json) {
            (Kind::Plain | Kind::Optional, Some(class), Some(json)) => record.part(class, json),
            (Kind::Plain, Some(class), None) => class.call1(("{}",)),
            (Kind::Dict, Some(class), Some(json)) => {
                let records = PyDict::new(py);
                for (name, json) in scan::members(json) {
                    let name = value::to_python(py, &format!("\"{name}\""))?;
                    records.set_item(name, record.part(class, json)?)?;
                }
                value::frozen(records.into_any())
            }
            (Kind::List, _, None) => value::frozen(PyList::empty(py).into_any()),
            (Kind::Dict, _, None) => value::frozen(PyDict::new(py).into_any()),
            (_, _, None) => Ok(py.None().into_bound(py)),
            (Kind::Time, _, Some(json)) => value::to_time(py, json),
            (Kind::Bytes, _, Some(json)) => {
                py.import("base64")?.call_method1("b64decode", (value::to_python(py, json)?,))
            }
            (_, _, Some(json)) => value::frozen(value::to_python(py, json)?),
        }
    }

    /// Read once, since programs loop over a page, and index it in loops.
    fn records<'py>(&self, record: &Record, class: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
        let py = class.py();
        let known = record.lists(py);
        if let Some(list) = known.get_item(self.name())? {
            return Ok(list);
        }
        let list = match scan::member_on(record.json(), self.name()) {
            Some(json) => PyList::new(py, record.parts(class, json)?)?,
            None => PyList::empty(py),
        };
        let list = value::frozen_list(&list)?;
        let arguments = PyTuple::new(py, [self.name().into_pyobject(py)?.into_any(), list])?;
        known.call_method1("setdefault", arguments)
    }
}
