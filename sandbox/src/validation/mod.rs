//! Domain control validation: the values that prove it, and the look at them.

mod file;
mod method;
mod proof;
mod record;

pub(crate) use file::check_files;
pub(crate) use method::Method;
pub(crate) use proof::{Proof, upper_hex};
pub(crate) use record::check_records;
