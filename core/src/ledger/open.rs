//! The shared store of the settings.

use super::Ledger;
use super::location::Location;
use super::records::Records;
use super::seal::Seal;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::settings::ClientBuilder;

/// The store that the settings name, if they name one. It is not connected to before its first use.
pub(crate) fn store(settings: &ClientBuilder) -> Result<Option<Records>> {
    let Some(store) = &settings.store else {
        return Ok(None);
    };
    let location = Location::parse(store.reveal())?;
    let seal = Seal::new(settings.seal_key.as_ref(), settings.seal_keys_old.as_deref().unwrap_or_default())?;
    match (settings.sealed, seal.is_sealing()) {
        (Some(false), true) => {
            return Err(Error::invalid("sealed", "it is false, and there is a seal key; give one of them"));
        }
        (None | Some(true), false) => {
            let why = "a shared store holds private keys, so it is sealed: give `seal_key` or `seal_key_file`, the same on all \
                       hosts (`openssl rand -base64 32` makes one), or `sealed` false if all who can read the store may have \
                       the keys";
            return Err(Error::invalid("seal_key", why));
        }
        _ => {}
    }
    engine(settings, &location).map(|ledger| Some(Records::new(ledger, seal)))
}

#[cfg_attr(not(any(feature = "postgresql", feature = "s3")), expect(unused_variables))]
pub(crate) fn engine(settings: &ClientBuilder, location: &Location) -> Result<Arc<dyn Ledger>> {
    match location {
        #[cfg(feature = "s3")]
        Location::S3 { bucket, prefix } => {
            Ok(Arc::new(super::s3::S3::new(settings, bucket, prefix, super::environment::ours())?))
        }
        #[cfg(not(feature = "s3"))]
        Location::S3 { .. } => Err(missing("s3")),
        #[cfg(feature = "postgresql")]
        Location::Postgresql { .. } => {
            Ok(Arc::new(super::postgresql::Postgresql::new(settings, location, super::environment::ours())?))
        }
        #[cfg(not(feature = "postgresql"))]
        Location::Postgresql { .. } => Err(missing("postgresql")),
    }
}

#[cfg(not(all(feature = "postgresql", feature = "s3")))]
fn missing(engine: &str) -> Error {
    let why = format!("this build has no `{engine}`; use one that was built with the feature `{engine}`");
    Error::invalid("store", why)
}

#[cfg(test)]
mod tests {
    use crate::Client;

    #[test]
    fn an_engine_that_is_not_compiled_in_is_named() {
        for (store, engine, is_there) in [
            ("s3://certificates", "s3", cfg!(feature = "s3")),
            ("postgresql://me@127.0.0.1/certificates", "postgresql", cfg!(feature = "postgresql")),
        ] {
            let client = Client::builder().store(store).sealed(false).build();
            let error = client.err().map(|error| error.to_string());
            let expected = format!("was built with the feature `{engine}`");
            assert_eq!(error.as_ref().is_none_or(|error| !error.contains(&expected)), is_there, "{error:?}");
            assert_eq!(error.is_none(), is_there, "{error:?}");
        }
    }
}
