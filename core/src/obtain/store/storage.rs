//! The operations that we need from a file system. A crash may happen after each of them.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown, symlink};
use std::path::{Path, PathBuf};

use nix::errno::Errno;

use crate::obtain::store::regular;

/// Written data is only durable after [`Storage::sync`]: of the file for its contents, and of its folder for its name.
pub(crate) trait Storage: Send + Sync {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Reads a file and the attributes of the same file. Links are not followed, and a replaced file cannot be confused
    /// with it.
    fn read_own(&self, path: &Path) -> io::Result<(Vec<u8>, Attributes)>;
    /// The names in a folder.
    fn list(&self, path: &Path) -> io::Result<Vec<OsString>>;
    /// Creates a new file that has this mode from the start. An existing one is removed first.
    fn create(&self, path: &Path, content: &[u8], mode: u32) -> io::Result<()>;
    /// For a file or a folder.
    fn sync(&self, path: &Path) -> io::Result<()>;
    /// Renames a file atomically. An existing file with the new name is replaced.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// The target of a symbolic link.
    fn target(&self, path: &Path) -> io::Result<PathBuf>;
    /// Creates a symbolic link.
    fn link(&self, target: &Path, path: &Path) -> io::Result<()>;
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    fn remove(&self, path: &Path) -> io::Result<()>;
    fn remove_folder(&self, path: &Path) -> io::Result<()>;
    fn attributes(&self, path: &Path) -> io::Result<Attributes>;
    fn set_attributes(&self, path: &Path, attributes: Attributes) -> io::Result<()>;
}

/// The owner, group and mode of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attributes {
    pub(crate) user: u32,
    pub(crate) group: u32,
    pub(crate) mode: u32,
}

/// The error of a file system that does not support an operation.
pub(crate) fn is_unsupported(error: &io::Error) -> bool {
    // On some systems, EOPNOTSUPP and ENOTSUP are the same.
    #[allow(unreachable_patterns)]
    let is_it = |errno| matches!(errno, Errno::EINVAL | Errno::EOPNOTSUPP | Errno::ENOTSUP | Errno::ENOSYS);
    error.raw_os_error().is_some_and(|number| is_it(Errno::from_raw(number)))
}

impl Attributes {
    fn of(found: &Metadata) -> Self {
        Self { user: found.uid(), group: found.gid(), mode: found.mode() & 0o7777 }
    }
}

/// The real disk.
#[derive(Debug)]
pub(crate) struct Disk;

impl Storage for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        regular::read(&regular::open(path, OpenOptions::new().read(true), 0)?)
    }

    fn read_own(&self, path: &Path) -> io::Result<(Vec<u8>, Attributes)> {
        let file = regular::open(path, OpenOptions::new().read(true), nix::libc::O_NOFOLLOW)?;
        Ok((regular::read(&file)?, Attributes::of(&file.metadata()?)))
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.file_name())).collect()
    }

    fn create(&self, path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        // The file is still empty.
        if let Err(error) = give_mode(&file, mode) {
            // If it cannot be removed, it is created again next time.
            let _ = fs::remove_file(path);
            return Err(error);
        }
        file.write_all(content)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn target(&self, path: &Path) -> io::Result<PathBuf> {
        fs::read_link(path)
    }

    fn link(&self, target: &Path, path: &Path) -> io::Result<()> {
        symlink(target, path)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        fs::DirBuilder::new().mode(0o755).create(path)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn attributes(&self, path: &Path) -> io::Result<Attributes> {
        Ok(Attributes::of(&fs::metadata(path)?))
    }

    /// The owner first: otherwise the wrong group could read the file for a moment. Values that are correct already are
    /// not set, because some file systems refuse to set them.
    fn set_attributes(&self, path: &Path, attributes: Attributes) -> io::Result<()> {
        // Who may write in the folder could put another file there meanwhile.
        let file = regular::open(path, OpenOptions::new().read(true), nix::libc::O_NOFOLLOW)?;
        let found = file.metadata()?;
        if found.nlink() > 1 {
            return Err(io::Error::other("it has another name elsewhere"));
        }
        let Attributes { user, group, mode } = Attributes::of(&found);
        if (user, group) != (attributes.user, attributes.group) {
            fchown(&file, Some(attributes.user), Some(attributes.group))?;
        }
        if mode != attributes.mode {
            file.set_permissions(Permissions::from_mode(attributes.mode))?;
        }
        Ok(())
    }
}

/// The umask may have removed bits, and there is no other way to set them. Some file systems have their own modes.
/// These are accepted if nobody else can read or write.
fn give_mode(file: &File, mode: u32) -> io::Result<()> {
    let mode_of = |file: &File| Ok::<_, io::Error>(file.metadata()?.permissions().mode() & 0o7777);
    if mode_of(file)? == mode {
        return Ok(());
    }
    let outcome = file.set_permissions(Permissions::from_mode(mode));
    let given = mode_of(file)?;
    if given & !mode & 0o066 != 0 {
        let why = format!(
            "its file system gives it the mode {given:o} in place of {mode:o}, so others could read or change it; mount \
             it with modes that keep others out, such as `umask=077` or `file_mode=0600`, or choose another folder"
        );
        return Err(io::Error::new(ErrorKind::PermissionDenied, why));
    }
    match outcome {
        Err(error) if error.kind() == ErrorKind::PermissionDenied || is_unsupported(&error) => Ok(()),
        outcome => outcome,
    }
}
