//! Domain control validation: the values that prove it, and the checks of them.

mod caa;
mod check;
mod file;
mod method;
mod proof;
mod record;

pub(crate) use check::{CaaProblem, Check};
pub(crate) use method::Method;
pub(crate) use proof::{Proof, upper_hex};
