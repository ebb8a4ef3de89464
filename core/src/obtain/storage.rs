//! The few things we ask of a file system, each a step that a crash may follow.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

/// What is written is only sure to be there after [`Storage::sync`]: of the file for its contents, and of its folder
/// for its name.
pub(crate) trait Storage: Send + Sync {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Reads a file and whose it is, of the very same file: no link, and nothing that is put in its place meanwhile.
    fn read_own(&self, path: &Path) -> io::Result<(Vec<u8>, Attributes)>;
    /// The names in a folder.
    fn list(&self, path: &Path) -> io::Result<Vec<OsString>>;
    /// Makes a new file that has this mode from the start; one that lies there is removed first.
    fn create(&self, path: &Path, content: &[u8], mode: u32) -> io::Result<()>;
    /// Of a file or a folder.
    fn sync(&self, path: &Path) -> io::Result<()>;
    /// Puts one name in the place of another, in one step.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Where a symbolic link leads.
    fn target(&self, path: &Path) -> io::Result<PathBuf>;
    /// Makes a symbolic link.
    fn link(&self, target: &Path, path: &Path) -> io::Result<()>;
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    fn remove(&self, path: &Path) -> io::Result<()>;
    fn remove_folder(&self, path: &Path) -> io::Result<()>;
    fn attributes(&self, path: &Path) -> io::Result<Attributes>;
    fn set_attributes(&self, path: &Path, attributes: Attributes) -> io::Result<()>;
}

/// Whose a file is, and who may do what with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Attributes {
    pub(crate) user: u32,
    pub(crate) group: u32,
    pub(crate) mode: u32,
}

impl Attributes {
    fn of(found: &Metadata) -> Self {
        Self { user: found.uid(), group: found.gid(), mode: found.mode() & 0o7777 }
    }
}

/// The real one.
#[derive(Debug)]
pub(crate) struct Disk;

impl Storage for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn read_own(&self, path: &Path) -> io::Result<(Vec<u8>, Attributes)> {
        let mut file = OpenOptions::new().read(true).custom_flags(nix::libc::O_NOFOLLOW).open(path)?;
        let attributes = Attributes::of(&file.metadata()?);
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        Ok((content, attributes))
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.file_name())).collect()
    }

    fn create(&self, path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        // The umask may have taken bits away, and there is no other way to have them back.
        if file.metadata()?.permissions().mode() & 0o7777 != mode {
            file.set_permissions(Permissions::from_mode(mode))?;
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

    /// The owner first: with a mode of its own it would be open to the wrong group for a moment.
    fn set_attributes(&self, path: &Path, attributes: Attributes) -> io::Result<()> {
        chown(path, Some(attributes.user), Some(attributes.group))?;
        fs::set_permissions(path, Permissions::from_mode(attributes.mode))
    }
}
