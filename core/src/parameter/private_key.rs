//! A private key: PEM in any form is accepted, and converted to its canonical form.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::pem;

pub(super) fn check(name: &str, pem: &str) -> Result<Value> {
    let (label, der) = pem::private_key(pem).map_err(|why| Error::invalid(name, why))?;
    Ok(pem::encode(&label, &der).into())
}
