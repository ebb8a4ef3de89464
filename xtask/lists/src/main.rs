//! Writes the lists.

#![forbid(unsafe_code)]

use std::fs;
use std::io;

fn main() -> io::Result<()> {
    for (path, text) in xtask_lists::files()? {
        let path = xtask_lists::top().join(path);
        if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
            fs::write(&path, text)?;
        }
    }
    Ok(())
}
