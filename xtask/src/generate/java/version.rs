//! `Version`: what the loaded library has to be.

use super::source::Source;
use crate::generate::abi;

const CLASS: &str = "\
/** What the shared library has to reach. */
final class Version {
    /** The version of this package, and the oldest of the shared library that it works with. */
    static final String PACKAGE = \"VERSION\";

    /** The ABI. */
    static final int ABI = NUMBER;

    private Version() {}
}
";

pub(super) fn sources() -> Vec<Source> {
    let text = CLASS.replace("VERSION", env!("CARGO_PKG_VERSION")).replace("NUMBER", abi::version());
    vec![Source { name: "Version".to_owned(), text }]
}
