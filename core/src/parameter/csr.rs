//! A certificate signing request, checked as far as that helps before it is sent, and in its canonical form from here on.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::pem;

pub(super) fn check(name: &str, pem: &str) -> Result<Value> {
    pem::signing_request(pem).map(Value::from).map_err(|why| Error::invalid(name, why))
}
