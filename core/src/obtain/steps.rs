//! The steps of a call: each file adds its steps to the session.

pub(crate) mod account;
pub(crate) mod create;
pub(crate) mod deploy;
pub(crate) mod give_up;
pub(crate) mod hook_history;
pub(crate) mod in_place;
pub(crate) mod install;
pub(crate) mod integrity;
pub(crate) mod kept_request;
pub(crate) mod keys;
pub(crate) mod keystore;
pub(crate) mod last_error;
pub(crate) mod order;
pub(crate) mod order_csr;
mod others;
pub(crate) mod prepare;
pub(crate) mod publishing;
pub(crate) mod pursue;
pub(crate) mod quarantine;
pub(crate) mod read_only;
pub(crate) mod replacement;
pub(crate) mod revocation;
pub(crate) mod search;
pub(crate) mod validate;
