//! Opens a path that should be a plain file. It never blocks, and never reads without a limit, whatever is there.

use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use nix::libc;

/// Much more than any of our files.
const MAX_SIZE: u64 = 16 * 1024 * 1024;

/// Opens it with these options and additional flags.
pub(crate) fn open(path: &Path, options: &mut OpenOptions, flags: libc::c_int) -> io::Result<File> {
    // Checked before opening: opening a FIFO may wake up its writer, and a device may start an action.
    match fs::metadata(path) {
        Ok(_) if flags & libc::O_NOFOLLOW != 0 && path.is_symlink() => {
            return Err(io::Error::other("it is a symbolic link"));
        }
        Ok(found) => expect_file(found.file_type())?,
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Err(_) if path.is_symlink() => {
            return Err(io::Error::other("it is a symbolic link that leads nowhere"));
        }
        Err(_) => {}
    }
    let file = options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | flags).open(path)?;
    // The file may have been replaced in the meantime.
    expect_file(file.metadata()?.file_type())?;
    Ok(file)
}

/// The whole content.
pub(crate) fn read(file: &File) -> io::Result<Vec<u8>> {
    // A buffer that grows would leave copies of a key in memory.
    let size = usize::try_from(file.metadata()?.len().min(MAX_SIZE)).unwrap_or_default();
    let mut content = Vec::with_capacity(size + 1);
    file.take(MAX_SIZE + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_SIZE {
        return Err(io::Error::other("it is larger than 16 MiB, so it is not a file of this library"));
    }
    Ok(content)
}

fn expect_file(found: FileType) -> io::Result<()> {
    let what = if found.is_file() {
        return Ok(());
    } else if found.is_dir() {
        "a folder"
    } else if found.is_fifo() {
        "a FIFO"
    } else if found.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    Err(io::Error::other(format!("it is {what} and no file")))
}
