//! The number of the ABI.

/// The macros at the top of the header; those that depend on the compiler, and the number.
pub(super) const MACROS: &str = include_str!("c_header/macros.txt");

/// As the header defines it.
pub(super) fn version() -> &'static str {
    let number = MACROS.lines().find_map(|line| line.strip_prefix("#define ZEROSSL_ABI_VERSION "));
    number.unwrap_or_default().trim()
}
