//! A store that several hosts share: records in an engine that its operator runs already.
//!
//! A record has a name, a content and a version. A write says which version it replaces, and of several writers that
//! replace the same version one wins. That is all that the rest of the library relies on: leases, clocks and listings may
//! be wrong, and nothing is ordered twice.

#[cfg(any(feature = "postgresql", feature = "s3"))]
mod attempts;
pub(crate) mod challenges;
#[cfg(test)]
mod conformance;
#[cfg(any(feature = "postgresql", feature = "s3"))]
mod environment;
#[cfg(any(feature = "postgresql", feature = "s3"))]
mod failure;
pub(crate) mod fleet;
pub(crate) mod location;
#[cfg(test)]
pub(crate) mod memory;
pub(crate) mod open;
#[cfg(feature = "postgresql")]
mod postgresql;
pub(crate) mod records;
#[cfg(feature = "s3")]
mod s3;
pub(crate) mod seal;
#[cfg(any(feature = "postgresql", feature = "s3"))]
mod sections;

use crate::error::Result;
use crate::limits::Limits;

/// The engine of a shared store. The calls are safe from any thread. They end at the deadline, or when the token is
/// cancelled.
///
/// Errors have the kind `storage`, name the engine and the record, and are retryable if the engine could not be reached
/// or asked to try later. After an error of [`Ledger::put_if`] or [`Ledger::delete`] it is not known whether it was
/// carried out.
pub(crate) trait Ledger: Send + Sync + std::fmt::Debug {
    /// A record. With the version that the caller `knows`, the content is left out if it is still that one.
    fn get(&self, limits: &dyn Limits, name: &str, knows: Option<&Version>) -> Result<Fetched>;

    /// Writes a record if its version is still this one; with none, if there is no such record. No content is written
    /// twice, so an engine may take a digest of it for the version.
    fn put_if(
        &self,
        limits: &dyn Limits,
        name: &str,
        content: &[u8],
        replaces: Option<&Version>,
    ) -> Result<Swap>;

    /// The records whose names begin like this, in no order. A listing may lag behind the writes.
    fn list(&self, limits: &dyn Limits, prefix: &str) -> Result<Vec<(String, Version)>>;

    /// Removes a record, whatever its version. A record that is gone already is no error.
    fn delete(&self, limits: &dyn Limits, name: &str) -> Result<()>;

    /// Where a record is, for messages: `s3://bucket/prefix/entries/example.com`.
    fn place(&self, name: &str) -> String;
}

/// The version of a record: what the engine calls it. Only good for the comparison with another one of the same record.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Version(pub(crate) String);

/// The answer of [`Ledger::get`].
#[derive(Debug)]
#[cfg_attr(
    not(any(feature = "postgresql", feature = "s3")),
    allow(dead_code, reason = "only an engine has a use for it")
)]
pub(crate) enum Fetched {
    /// There is no such record.
    Absent,
    /// It has the version that the caller knows.
    Unchanged,
    Record {
        content: Vec<u8>,
        version: Version,
    },
}

/// The answer of [`Ledger::put_if`].
#[derive(Debug)]
#[cfg_attr(
    not(any(feature = "postgresql", feature = "s3")),
    allow(dead_code, reason = "only an engine has a use for it")
)]
pub(crate) enum Swap {
    /// The record has this version now.
    Done(Version),
    /// Another version is there, or none. After a lost answer it may be our own.
    Refused,
}
