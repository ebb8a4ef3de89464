//! The operations, one per file.

pub(crate) mod ca_certificates;
pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod download;
pub(crate) mod eab;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod resend;
pub(crate) mod revoke;
pub(crate) mod status;
pub(crate) mod validate_csr;
pub(crate) mod verify;

mod bundle;
