//! `version.ts`: what the loaded library has to be.

use std::fs;
use std::io;

use crate::top::top;

/// Where the ABI's number is defined.
const HEADER: &str = "xtask/src/generate/c_header/macros.txt";

pub(super) fn text() -> io::Result<String> {
    let header = fs::read_to_string(top().join(HEADER))?;
    let abi = header.lines().find_map(|line| line.strip_prefix("#define ZEROSSL_ABI_VERSION "));
    let abi = abi.ok_or_else(|| io::Error::other(format!("{HEADER} defines no ZEROSSL_ABI_VERSION")))?;
    Ok(format!(
        "/** The version of this package, and the oldest of the shared library that it works with. */\n\
         export const VERSION = \"{}\";\n\n\
         /** The ABI that the shared library has to reach. */\n\
         export const ABI_VERSION = {};\n",
        env!("CARGO_PKG_VERSION"),
        abi.trim()
    ))
}
