//! Paths of files and folders. What no file can have is refused here, so no error quotes it.

use nix::libc::PATH_MAX;

/// The longest path, in bytes, besides the NUL behind it (limits.h).
pub(crate) const MAX: usize = PATH_MAX as usize - 1;

/// Whether a file may have this path.
pub(crate) fn is_possible(path: &str) -> bool {
    (1..=MAX).contains(&path.len()) && !path.contains('\0')
}

/// The text for the error message if it may not.
pub(crate) fn expected(what: &str) -> String {
    format!("expected the path of a {what}: a text of 1 to {MAX} bytes without NUL")
}
