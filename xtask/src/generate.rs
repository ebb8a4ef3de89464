//! What is generated from the tables in `core`.

mod abi;
mod c_comment;
mod c_exports;
mod c_header;
mod c_layout;
mod c_man;
mod calls;
mod errors_page;
mod go;
pub(crate) mod java;
mod kinds;
mod live_page;
mod node;
mod operation_pages;
mod python;
mod settings_page;
mod shapes;
mod text;
mod trust_page;
mod words;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::PathBuf;

pub(crate) use c_man::pages as man_pages;

use crate::top::{Outcome, top};

/// Every generated file: its path from the top, and its text.
pub(crate) fn files() -> Result<BTreeMap<PathBuf, String>, Box<dyn Error>> {
    let mut files = BTreeMap::new();
    files.extend(xtask_lists::files()?);
    files.extend(operation_pages::files());
    files.extend([
        errors_page::file(),
        settings_page::file(),
        live_page::file()?,
        trust_page::file()?,
        calls::rust_test(),
    ]);
    files.extend(c_exports::files());
    files.extend([c_exports::symbols()?]);
    files.extend(c_header::files()?);
    files.extend(python::files());
    files.extend(go::files());
    files.extend(java::files());
    files.extend(node::files());
    Ok(files)
}

pub(crate) fn write() -> Outcome {
    // The header is generated from the files of the exports, so these come first.
    write_files(c_exports::files().into_iter().collect())?;
    write_files(files()?)
}

fn write_files(files: BTreeMap<PathBuf, String>) -> Outcome {
    for (path, text) in files {
        let path = top().join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
            fs::write(&path, text)?;
            println!("written: {}", path.strip_prefix(top())?.display());
        }
    }
    Ok(())
}
