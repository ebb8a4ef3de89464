//! The house rules that a program can check.

mod modules;
mod names;
mod size;
mod steps;

/// All violations.
pub(crate) fn problems() -> Vec<String> {
    [modules::problems(), names::problems(), size::problems(), steps::problems()].concat()
}
