//! Files in the folders of a web server.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::file::{File, is_file_name};
use super::folder::{Folder, FolderPath, Problem};
use super::published::Published;
use crate::error::{Error, Result};
use crate::parameter::domain::is_twin;

/// `/.well-known/pki-validation/`, as single names.
const STEPS: [&str; 2] = [".well-known", "pki-validation"];
const MAX_TRIES: usize = 5;
const PARAMETER: &str = "validation.webroot";
/// The content of a trial file: longer than a challenge.
const PROBE: [u8; 4096] = [b'-'; 4096];

/// The folders of web servers: one for all names, or one for each name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Webroots {
    pub(crate) all: Option<PathBuf>,
    pub(crate) by_domain: BTreeMap<String, PathBuf>,
}

impl Webroots {
    fn root(&self, domain: &str) -> Result<&Path> {
        self.place(domain).map(|(root, _)| root)
    }

    /// The folder of a name, and the parameter it comes from. A name without a folder uses the one of its www twin: web
    /// servers serve both from the same folder.
    fn place(&self, domain: &str) -> Result<(&Path, String)> {
        let own = self.by_domain.get_key_value(domain);
        let twins = || self.by_domain.iter().find(|(name, _)| is_twin(name, domain));
        let (root, parameter) = match (own.or_else(twins), &self.all) {
            (Some((name, root)), _) => (root, format!("{PARAMETER}.{name}")),
            (None, Some(root)) => (root, PARAMETER.to_owned()),
            (None, None) => {
                return Err(Error::invalid(PARAMETER, format!("there is no folder for {domain}")));
            }
        };
        let wrong = |why: &str| Error::invalid(&parameter, format!("{}: {why}", root.display()));
        match root.metadata() {
            // The path is stored in the journal.
            Ok(_) if root.to_str().is_none() => Err(wrong("the path is not UTF-8")),
            Ok(found) if found.is_dir() => Ok((root, parameter)),
            Ok(_) => Err(wrong("it is not a folder")),
            Err(error) => Err(wrong(&format!("expected the folder that the web server serves ({error})"))),
        }
    }

    /// Tries to write a file in the folder of each name. Nothing is left behind. After a crash, the next call removes
    /// what has the mark.
    pub(super) fn prepare(&self, domains: &[String], mark: &str) -> Result<()> {
        let mut tried = BTreeSet::new();
        for domain in domains {
            let (root, parameter) = self.place(domain)?;
            if tried.insert(root) {
                again_while_missing(|| try_out(root, mark))
                    .map_err(|problem| Error::invalid(parameter, problem.describe()))?;
            }
        }
        Ok(())
    }

    /// The missing folders, and the file.
    pub(super) fn plan(&self, domain: &str, file: &str) -> Result<Vec<Published>> {
        let root =
            std::path::absolute(self.root(domain)?).map_err(|error| Error::invalid(PARAMETER, error))?;
        let existing = FolderPath::find(&root, &STEPS)?.existing();
        let mut path = root;
        let mut plan = Vec::new();
        for (index, step) in STEPS.iter().enumerate() {
            path.push(step);
            if index >= existing {
                plan.push(Published::Folder { path: path.clone() });
            }
        }
        plan.push(Published::File { path: path.join(file) });
        Ok(plan)
    }

    pub(super) fn publish(&self, file: &File<'_>) -> Result<()> {
        let root = self.root(file.domain)?;
        let put = || {
            let folder = FolderPath::find(root, &STEPS)?.make()?;
            folder.put(file.name, &temporary(file.name), file.content.as_bytes())
        };
        Ok(again_while_missing(put)?)
    }
}

/// Writes a trial file where the challenge will be, and removes it. Missing folders are not created, because after a
/// crash nobody would know who created them. A folder with the mark in its name is created instead.
fn try_out(root: &Path, mark: &str) -> Result<(), Problem> {
    let existing = FolderPath::find(root, &STEPS)?.existing();
    // In the upper folders: a crash may have left something when fewer folders existed.
    for depth in 0..existing {
        let (above, _) = STEPS.split_at(depth);
        if let Some(folder) = Folder::find(root, above)? {
            clear(&folder, mark)?;
        }
    }
    let (here, missing) = STEPS.split_at(existing);
    let Some(folder) = Folder::find(root, here)? else { return Err(Problem::gone(root)) };
    clear(&folder, mark)?;
    let outcome = if missing.is_empty() {
        put_probe(&folder, mark)
    } else {
        folder.enter(mark).and_then(|inside| put_probe(&inside, mark))
    };
    // Also after a failure. That failure is more important than one of this step.
    let cleared = clear(&folder, mark);
    outcome.and(cleared)
}

fn put_probe(folder: &Folder, mark: &str) -> Result<(), Problem> {
    folder.put(mark, &new(mark), &PROBE)
}

/// Removes the trial files. If there are none, nothing is changed: we may have no write access to the upper folders.
fn clear(folder: &Folder, mark: &str) -> Result<(), Problem> {
    if let Some(inside) = folder.find_in(mark)? {
        clear_files(&inside, mark)?;
        return folder.remove_folder(mark);
    }
    clear_files(folder, mark)
}

fn clear_files(folder: &Folder, mark: &str) -> Result<(), Problem> {
    let files = [mark.to_owned(), new(mark)];
    files.iter().filter(|file| folder.has(file)).try_for_each(|file| folder.remove_file(file))
}

fn new(mark: &str) -> String {
    format!("{mark}.new")
}

/// Another entry may remove its last file, and the folder with it, just before we use the folder.
pub(super) fn again_while_missing(mut put: impl FnMut() -> Result<(), Problem>) -> Result<(), Problem> {
    for _ in 1..MAX_TRIES {
        match put() {
            Err(problem) if problem.is_missing() => {}
            done => return done,
        }
    }
    put()
}

/// The temporary name of a file. It can be found again after a crash.
fn temporary(file: &str) -> String {
    format!(".zerossl-{}", file.trim_end_matches(".txt"))
}

/// Removes a published file, and what a crash may have left while writing it.
pub(super) fn remove_file(path: &Path) -> Result<()> {
    let file = path.file_name().and_then(OsStr::to_str).filter(|name| is_file_name(name));
    let root = path.parent().and_then(|folder| before(folder, &STEPS));
    let (Some(root), Some(file)) = (root, file) else { return Err(not_removed(path)) };
    let Some(folder) = Folder::find(root, &STEPS)? else { return Ok(()) };
    folder.remove_file(&temporary(file))?;
    Ok(folder.remove_file(file)?)
}

/// Removes a created folder if it is empty.
pub(super) fn remove_folder(path: &Path) -> Result<()> {
    let [first, second] = STEPS;
    let (parent, name) = match (before(path, &STEPS), before(path, &[first])) {
        (Some(root), _) => (Folder::find(root, &[first])?, second),
        (None, Some(root)) => (Folder::find(root, &[])?, first),
        (None, None) => return Err(not_removed(path)),
    };
    parent.map_or(Ok(()), |parent| Ok(parent.remove_folder(name)?))
}

/// The root of a path that ends with these steps.
fn before<'a>(path: &'a Path, steps: &[&str]) -> Option<&'a Path> {
    let back = |path: &'a Path, step: &&str| {
        path.file_name().filter(|name| name == step).and_then(|_| path.parent())
    };
    steps.iter().rev().try_fold(path, back).filter(|root| root.is_absolute())
}

/// The journal can be edited. Whatever it contains, nothing else is removed.
fn not_removed(path: &Path) -> Error {
    Error::storage(
        path,
        "it does not have the shape of what we publish, so it is not removed; look at the journal",
    )
}
