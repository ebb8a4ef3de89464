//! A certificate signing request: checked for common mistakes before it is sent, and converted to its canonical form.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::pem;

pub(super) fn check(name: &str, pem: &str) -> Result<Value> {
    pem::signing_request(pem).map(Value::from).map_err(|why| Error::invalid(name, why))
}
