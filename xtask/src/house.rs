//! The house rules that a program can check.

mod modules;
mod names;
mod reasons;
mod size;
mod steps;

/// All violations.
pub(crate) fn problems() -> Vec<String> {
    [modules::problems(), names::problems(), reasons::problems(), size::problems(), steps::problems()]
        .concat()
}
