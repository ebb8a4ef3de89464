//! Whether a command could be started, as far as that can be told without starting it: found as `posix_spawnp` would.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags};
use nix::unistd::{AccessFlags, faccessat};

/// Where the C library looks without a `PATH`.
const DEFAULT_PATH: &str = "/bin:/usr/bin";
/// As much of a first line as the kernel reads.
const MAX_FIRST_LINE: u64 = 256;
/// An interpreter may be a script itself; the kernel goes no deeper.
const MAX_DEPTH: usize = 4;

/// Why a program cannot be started; nothing is run.
pub(crate) fn check_program(program: &str) -> Result<(), String> {
    let path = find(OsStr::new(program))?;
    can_run(&path, MAX_DEPTH)
}

/// A path as it is, a name by `PATH`.
fn find(program: &OsStr) -> Result<PathBuf, String> {
    if program.as_bytes().contains(&b'/') {
        return is_executable(Path::new(program)).map(|()| PathBuf::from(program));
    }
    let places = env::var_os("PATH").unwrap_or_else(|| OsString::from(DEFAULT_PATH));
    let mut refused = None;
    for place in env::split_paths(&places) {
        let path =
            if place.as_os_str().is_empty() { Path::new(".").join(program) } else { place.join(program) };
        match is_executable(&path) {
            Ok(()) => return Ok(path),
            // A later place may have another.
            Err(why) if path.symlink_metadata().is_ok() => refused = refused.or(Some(why)),
            Err(_) => {}
        }
    }
    Err(refused
        .unwrap_or_else(|| format!("there is no program `{}` in PATH; give the full path", shown(program))))
}

fn is_executable(path: &Path) -> Result<(), String> {
    let here = shown(path.as_os_str());
    let found = path.metadata().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("there is no `{here}`; give the full path of the program"),
        _ => format!("`{here}` cannot be reached ({error})"),
    })?;
    if found.is_dir() {
        return Err(format!("`{here}` is a folder and no program"));
    }
    if !found.is_file() {
        return Err(format!("`{here}` is no file that could be run"));
    }
    // For the user that we act as, and heeding file systems where nothing may be run.
    match faccessat(AT_FDCWD, path, AccessFlags::X_OK, AtFlags::AT_EACCESS) {
        Ok(()) => Ok(()),
        Err(Errno::EACCES) => {
            Err(format!("`{here}` may not be executed; check its permissions (`chmod +x`)"))
        }
        Err(error) => Err(format!("`{here}` may not be executed ({})", error.desc())),
    }
}

/// Whether the kernel would take this file: a program, or a script whose interpreter is there.
fn can_run(path: &Path, max_depth: usize) -> Result<(), String> {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FIRST_LINE).read_to_end(&mut head));
    // A program that we may run and not read is one that only running can tell about.
    if read.is_err() {
        return Ok(());
    }
    let Some(line) = head.strip_prefix(b"#!") else { return is_text(&head, path) };
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut words = line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
    let here = shown(path.as_os_str());
    let Some(interpreter) = words.next() else {
        return Err(format!("`{here}` begins with `#!` and names no interpreter, such as `#!/bin/sh`"));
    };
    if line.ends_with(b"\r") {
        return Err(format!("`{here}` has the line ends of Windows; save it with those of Unix"));
    }
    let of_script = |why| format!("`{here}` cannot be run by its first line: {why}");
    let interpreter = PathBuf::from(OsString::from_vec(interpreter.to_vec()));
    is_executable(&interpreter).map_err(of_script)?;
    if interpreter.file_name() == Some(OsStr::new("env")) {
        let program = words.find(|word| *word != b"-S");
        // Other options and variables are for `env` to understand.
        if let Some(program) = program.filter(|word| !word.starts_with(b"-") && !word.contains(&b'=')) {
            find(OsStr::from_bytes(program)).map_err(of_script)?;
        }
    }
    if max_depth == 0 { Ok(()) } else { can_run(&interpreter, max_depth - 1).map_err(of_script) }
}

/// A text without `#!` is nothing that Linux would run; elsewhere a shell may.
fn is_text(head: &[u8], path: &Path) -> Result<(), String> {
    if cfg!(target_os = "linux") && !head.contains(&0) {
        let here = shown(path.as_os_str());
        return Err(format!(
            "`{here}` is no program of this system; a script begins with a line such as `#!/bin/sh`"
        ));
    }
    Ok(())
}

fn shown(path: &OsStr) -> String {
    crate::excerpt::one_line(&path.to_string_lossy(), 200)
}
