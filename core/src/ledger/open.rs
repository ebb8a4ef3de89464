//! The engine of the setting `store`.

use std::sync::Arc;

use super::Ledger;
use super::location::Location;
use crate::error::{Error, Result};
use crate::settings::ClientBuilder;

/// The engine that the settings name, if they name one. It is not connected to before its first use.
pub(crate) fn open(settings: &ClientBuilder) -> Result<Option<Arc<dyn Ledger>>> {
    let Some(store) = &settings.store else { return Ok(None) };
    match Location::parse(store.reveal())? {
        Location::S3 { .. } => Err(missing("s3")),
        Location::Postgresql { .. } => Err(missing("postgresql")),
    }
}

fn missing(engine: &str) -> Error {
    let why = format!("this build has no `{engine}`; use one that was built with the feature `{engine}`");
    Error::invalid("store", why)
}
