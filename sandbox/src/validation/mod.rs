//! Domain control validation: the values that prove it, and the look at them.

mod caa;
mod file;
mod look;
mod method;
mod proof;
mod record;

pub(crate) use look::{CaaProblem, Look};
pub(crate) use method::Method;
pub(crate) use proof::{Proof, upper_hex};
