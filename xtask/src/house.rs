//! The order of the house, as far as a machine can see it.

mod modules;
mod names;
mod size;
mod steps;

/// What is out of order.
pub(crate) fn problems() -> Vec<String> {
    [modules::problems(), names::problems(), size::problems(), steps::problems()].concat()
}
