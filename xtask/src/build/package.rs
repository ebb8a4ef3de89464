//! The files around the library: headers, links, manual pages, documents, examples, licences, `zerossl.pc`, and the
//! package for `CMake`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use zerossl::VERSION;

use super::library::{FILE, SONAME, STATIC_LIBS};
use super::licences;
use crate::generate;
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
        for (link, file) in [(SONAME, FILE), ("libzerossl.so", SONAME)] {
            let link = lib.join(link);
            let _ = fs::remove_file(&link);
            symlink(file, link)?;
        }
        let share = root.join("share");
        manual(&share.join("man/man3"))?;
        documents(&share.join("doc/zerossl"))?;
        for header in ["zerossl.h", "zerossl.hpp", "zerossl_document.hpp", "zerossl.ffi.h"] {
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

/// The manual pages.
fn manual(folder: &Path) -> Outcome {
    fs::create_dir_all(folder)?;
    for (name, text) in generate::man_pages()? {
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}

/// What there is to read, and the examples.
fn documents(folder: &Path) -> Outcome {
    for (from, to) in [
        ("docs", "docs"),
        ("docs/operations", "docs/operations"),
        ("examples/c", "examples/c"),
        ("examples/cpp", "examples/cpp"),
        ("examples/runtimes", "examples/runtimes"),
    ] {
        let to = folder.join(to);
        fs::create_dir_all(&to)?;
        for file in fs::read_dir(top().join(from))? {
            let file = file?;
            if file.file_type()?.is_file() {
                fs::copy(file.path(), to.join(file.file_name()))?;
            }
        }
    }
    for name in ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(top().join(name), folder.join(name))?;
    }
    fs::write(folder.join("THIRD-PARTY-LICENSES"), licences::text("zerossl-ffi")?)?;
    Ok(())
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
        ("FILE", FILE),
        ("SONAME", SONAME),
    ];
    for (name, value) in values.iter().chain(&always) {
        text = text.replace(&format!("@{name}@"), value);
    }
    Ok(text)
}
