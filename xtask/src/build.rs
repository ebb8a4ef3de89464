//! `make build` and `make install`: the C library as users install it. Needs Linux, and a linker that
//! supports version scripts.

mod library;
mod licences;
mod package;
mod release;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use library::{FILE, SHARED_LIBS, SONAME};
use package::Package;

use crate::top::{Failure, Outcome, top};

/// Publishes records; for `validation.hook`.
const HOOK: &str = "zerossl-nsupdate";

/// The profile for trying things out.
const QUICK: &str = "quick";

/// The feature of the C library with the engines of shared stores.
const STORES: &str = "stores";

const BUILD_USAGE: &str = "usage: cargo run -p xtask -- build [--quick] [--stores]";

const INSTALL_USAGE: &str = "\
usage: cargo run -p xtask -- install [--prefix DIR] [--destdir DIR] [--libdir DIR]
  --prefix DIR    where the files will be used; /usr/local by default
  --destdir DIR   put before all paths while they are written, for packagers
  --libdir DIR    beneath the prefix, or absolute within it; lib by default";

/// Builds the library into `build/`.
pub(crate) fn build(options: &[&str]) -> Outcome {
    let (mut profile, mut features) = ("release", None);
    for option in options {
        match *option {
            "--quick" => profile = QUICK,
            "--stores" => features = Some(STORES),
            _ => return Err(BUILD_USAGE.into()),
        }
    }
    let archive = compile(profile, features)?;
    let build = top().join("build");
    let package = Package { prefix: None, libdir: "lib".into() };
    let lib = build.join("lib");
    fs::create_dir_all(&lib)?;
    let (copy, shared) = (lib.join("libzerossl.a"), lib.join(FILE));
    if !is_copy(&copy, &archive) || !shared.exists() {
        link(&archive, &shared)?;
        fs::copy(&archive, &copy)?;
    }
    package.write(&build)?;
    println!("built: {}", build.display());
    Ok(())
}

/// Installs what `build` made.
pub(crate) fn install(options: &[&str]) -> Outcome {
    let (mut prefix, mut destdir, mut libdir) =
        (PathBuf::from("/usr/local"), PathBuf::new(), PathBuf::from("lib"));
    for option in options.chunks(2) {
        match *option {
            ["--prefix", dir] => prefix = dir.into(),
            ["--destdir", dir] => destdir = dir.into(),
            ["--libdir", dir] => libdir = dir.into(),
            _ => return Err(INSTALL_USAGE.into()),
        }
    }
    if !prefix.is_absolute() {
        return Err("the prefix has to be absolute".into());
    }
    if libdir.is_absolute() {
        let beneath = libdir.strip_prefix(&prefix).map_err(|_| "the libdir has to be inside the prefix")?;
        libdir = beneath.to_path_buf();
    }
    // Joining an absolute path would drop the destdir.
    let root = if destdir.as_os_str().is_empty() {
        prefix.clone()
    } else {
        std::path::absolute(&destdir)?.join(prefix.strip_prefix("/")?)
    };
    let built = top().join("build/lib");
    let lib = root.join(&libdir);
    fs::create_dir_all(&lib)?;
    for name in [FILE, "libzerossl.a"] {
        // A new file, so that running programs keep the old one.
        let _ = fs::remove_file(lib.join(name));
        fs::copy(built.join(name), lib.join(name))
            .map_err(|error| format!("{name}: {error}; `make build` makes it"))?;
    }
    strip(&lib.join(FILE))?;
    Package { prefix: Some(prefix), libdir }.write(&root)?;
    let bin = root.join("bin");
    fs::create_dir_all(&bin)?;
    fs::copy(top().join("hooks").join(HOOK), bin.join(HOOK))?;
    println!("installed: {}", root.display());
    Ok(())
}

/// Prints the environment in which a release is compiled, for other programs that build one.
pub(crate) fn print_environment() -> Outcome {
    for (name, value) in release::environment()? {
        println!("{name}={value}");
    }
    Ok(())
}

/// Prints the licences of what is linked into this crate.
pub(crate) fn print_licences(package: &str) -> Outcome {
    print!("{}", licences::text(package)?);
    Ok(())
}

/// Removes the names of the library's own functions. Tests need them, so `build` keeps them.
fn strip(library: &Path) -> Outcome {
    let tool = std::env::var_os("STRIP").unwrap_or_else(|| "strip".into());
    let status = Command::new(tool).arg("--strip-all").arg(library).status()?;
    if status.success() { Ok(()) } else { Err("the shared library could not be stripped".into()) }
}

/// The static library, from which the shared one is linked.
fn compile(profile: &str, features: Option<&str>) -> Result<PathBuf, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut environment = release::environment()?;
    if profile == QUICK {
        // Nobody hands it out, so it may be built in parts.
        environment.retain(|(name, _)| *name != "CARGO_INCREMENTAL");
    }
    let status = Command::new(cargo)
        .current_dir(top())
        .envs(environment)
        .args([
            "rustc",
            "--locked",
            "--quiet",
            "--profile",
            profile,
            "--package",
            "zerossl-ffi",
            "--lib",
            "--crate-type",
            "staticlib",
        ])
        .args(features.map(|features| ["--features", features]).into_iter().flatten())
        .status()?;
    if !status.success() {
        return Err("the library could not be compiled".into());
    }
    // This program is target/debug/xtask.
    let here = std::env::current_exe()?;
    let target =
        here.parent().and_then(Path::parent).ok_or("the target folder is not where it was expected")?;
    Ok(target.join(profile).join("libzerossl.a"))
}

/// Whether nothing was compiled since it was copied. The other profile's library has another size.
fn is_copy(copy: &Path, archive: &Path) -> bool {
    let (Ok(copy), Ok(archive)) = (fs::metadata(copy), fs::metadata(archive)) else { return false };
    let is_newer = copy.modified().is_ok_and(|copy| archive.modified().is_ok_and(|archive| copy > archive));
    is_newer && copy.len() == archive.len()
}

/// Links the shared library by hand: rustc's own link would ignore our version script.
fn link(archive: &Path, library: &Path) -> Outcome {
    let with_path = |option: &str, path: &Path| {
        let mut option = OsString::from(option);
        option.push(path);
        option
    };
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let status = Command::new(compiler)
        .args(["-shared", "-o"])
        .arg(library)
        .args([&format!("-Wl,-soname,{SONAME}"), "-Wl,--whole-archive"])
        .arg(archive)
        .arg("-Wl,--no-whole-archive")
        .arg(with_path("-Wl,--version-script,", &top().join("ffi/zerossl.map")))
        .args([
            "-Wl,--gc-sections,--as-needed,--strip-debug",
            "-Wl,-z,nodelete,-z,relro,-z,now,-z,noexecstack,-z,defs",
        ])
        .args(SHARED_LIBS.split(' '))
        .status()?;
    if status.success() { Ok(()) } else { Err("the shared library could not be linked".into()) }
}
