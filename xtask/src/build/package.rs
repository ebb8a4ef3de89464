//! The files around the library: headers, the link for `-lzerossl`, `zerossl.pc`, and the package for
//! `CMake`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use zerossl::VERSION;

use super::library::{SONAME, STATIC_LIBS};
use crate::top::{Outcome, top};

pub(super) struct Package {
    /// The prefix at which it will be used; `None` for a package that works at any place.
    pub(super) prefix: Option<PathBuf>,
    /// Relative to the prefix.
    pub(super) libdir: PathBuf,
}

impl Package {
    /// Writes everything except the libraries below this folder.
    pub(super) fn write(&self, root: &Path) -> Outcome {
        let lib = root.join(&self.libdir);
        let (pkgconfig, cmake) = (lib.join("pkgconfig"), lib.join("cmake/zerossl"));
        let include = root.join("include");
        for folder in [&pkgconfig, &cmake, &include] {
            fs::create_dir_all(folder)?;
        }
        let link = lib.join("libzerossl.so");
        let _ = fs::remove_file(&link);
        symlink(SONAME, link)?;
        for header in ["zerossl.h", "zerossl.hpp", "zerossl.ffi.h"] {
            fs::copy(top().join("include").join(header), include.join(header))?;
        }
        let libdir = self.libdir.display().to_string();
        let prefix = match &self.prefix {
            Some(prefix) => prefix.display().to_string(),
            None => format!("${{pcfiledir}}/{}", up(&self.libdir, 1)),
        };
        let pc = [("PREFIX", prefix.as_str()), ("LIBDIR", &format!("${{prefix}}/{libdir}"))];
        fs::write(pkgconfig.join("zerossl.pc"), fill("zerossl.pc.in", &pc)?)?;
        // A library that was moved together with the package is found as well.
        let config = [("LIBDIR", libdir.as_str()), ("UP", &up(&self.libdir, 2))];
        fs::write(cmake.join("zerossl-config.cmake"), fill("zerossl-config.cmake.in", &config)?)?;
        let version = fill("zerossl-config-version.cmake.in", &[])?;
        fs::write(cmake.join("zerossl-config-version.cmake"), version)?;
        Ok(())
    }
}

/// The relative path back to the prefix, from a folder that is this many levels below the library's folder.
fn up(libdir: &Path, deeper: usize) -> String {
    vec![".."; libdir.components().count() + deeper].join("/")
}

fn fill(template: &str, values: &[(&str, &str)]) -> Result<String, Box<dyn std::error::Error>> {
    let mut text = fs::read_to_string(top().join("ffi/package").join(template))?;
    let major = VERSION.split('.').next().unwrap_or_default();
    let always = [
        ("VERSION", VERSION),
        ("MAJOR", major),
        ("URL", env!("CARGO_PKG_REPOSITORY")),
        ("STATIC_LIBS", STATIC_LIBS),
    ];
    for (name, value) in values.iter().chain(&always) {
        text = text.replace(&format!("@{name}@"), value);
    }
    Ok(text)
}
