//! Checks whether a command can be started, as far as possible without starting it. Programs are searched like
//! `posix_spawnp` does.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags};
use nix::unistd::{AccessFlags, faccessat};

/// The C library's default if there is no `PATH`.
const DEFAULT_PATH: &str = "/bin:/usr/bin";
/// The kernel reads no more of the first line.
const MAX_FIRST_LINE: u64 = 256;
/// An interpreter may itself be a script. The kernel has this limit.
const MAX_DEPTH: usize = 4;

/// Why a command cannot be started. Nothing is run. If the program is `env`, the one that it starts is checked as well.
pub(crate) fn check_command(argv: &[String]) -> Result<(), String> {
    let Some((program, words)) = argv.split_first() else { return Ok(()) };
    check_program(program)?;
    let is_env = Path::new(program).file_name() == Some(OsStr::new("env"));
    // With another PATH it may be found elsewhere.
    match words.iter().find(|word| !word.contains('=') || word.starts_with("PATH=")) {
        Some(started) if is_env && !started.starts_with('-') && !started.contains('=') => {
            // A text without `#!` is run by the shell there.
            find(OsStr::new(started)).map(drop)
        }
        _ => Ok(()),
    }
}

fn check_program(program: &str) -> Result<(), String> {
    let path = find(OsStr::new(program))?;
    can_run(&path, MAX_DEPTH)
}

/// The path itself, or a name that is searched in `PATH`.
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
            // A later folder may have a usable one.
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
    // For the effective user, and with regard to file systems that are mounted noexec.
    match faccessat(AT_FDCWD, path, AccessFlags::X_OK, AtFlags::AT_EACCESS) {
        Ok(()) => Ok(()),
        Err(Errno::EACCES) => {
            Err(format!("`{here}` may not be executed; check its permissions (`chmod +x`)"))
        }
        Err(error) => Err(format!("`{here}` may not be executed ({})", error.desc())),
    }
}

/// Whether the kernel would run this file: a program, or a script with an existing interpreter.
fn can_run(path: &Path, max_depth: usize) -> Result<(), String> {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FIRST_LINE).read_to_end(&mut head));
    // If we may run a program but not read it, only running it can show whether it works.
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
        // Other options and variables are left to `env`.
        if let Some(program) = program.filter(|word| !word.starts_with(b"-") && !word.contains(&b'=')) {
            find(OsStr::from_bytes(program)).map_err(of_script)?;
        }
    }
    if max_depth == 0 { Ok(()) } else { can_run(&interpreter, max_depth - 1).map_err(of_script) }
}

/// Linux does not run a text without `#!`. Elsewhere a shell may run it.
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
