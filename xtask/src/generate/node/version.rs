//! `version.ts`: what the loaded library has to be.

use crate::generate::abi;

pub(super) fn text() -> String {
    format!(
        "/** The version of this package, and the oldest of the shared library that it works with. */\n\
         export const VERSION = \"{}\";\n\n\
         /** The ABI that the shared library has to reach. */\n\
         export const ABI_VERSION = {};\n",
        env!("CARGO_PKG_VERSION"),
        abi::version()
    )
}
