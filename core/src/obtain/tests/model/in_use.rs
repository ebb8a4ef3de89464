//! The certificate that a host uses, as a program that reads it would see it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::actions::ENTRIES;
use super::keys;
use super::rules::{PAIR_IN_USE, STAYS_IN_USE};
use super::world::{Scene, Violation, broken};
use crate::obtain::check::{self, Leaf};
use crate::obtain::interface::Layout;
use crate::obtain::store::files::files;
use crate::signing_request;

const KEY_FILE: &str = "privkey.pem";
const END: &str = "-----END CERTIFICATE-----\n";

/// The certificate that a host uses.
pub(super) struct InUse {
    pub(super) leaf: Leaf,
    pub(super) pem: String,
    /// Not while files are copied, one after the other.
    pub(super) is_whole: bool,
    pub(super) layout: Layout,
    /// The caller keeps the key.
    pub(super) is_by_csr: bool,
}

impl Scene {
    /// The certificate that a host uses, if there is one. At any moment its key, its chain and its names are right; with
    /// copies that are being replaced, in each file by itself.
    pub(super) fn in_use(&self, host: usize, entry: usize) -> Result<Option<InUse>, Violation> {
        let folder = self.folder(host).join(ENTRIES[entry]).join("current");
        if !folder.exists() || self.is_in_doubt[entry] {
            return Ok(None);
        }
        // A removal that was broken off has taken some away. With the caller's CSR, nobody can tell.
        let is_there = |file: &str| folder.join(file).exists();
        if self.is_removing[entry] && !files(false).iter().all(|file| is_there(file)) {
            return Ok(None);
        }
        if folder.is_symlink() || has_mark(&folder) {
            return whole(&folder, entry).map(Some);
        }
        let read = |file: &str| fs::read_to_string(folder.join(file)).ok();
        let (key, chain) = match (read("combined.pem"), read("fullchain.pem")) {
            (Some(combined), _) => match combined.find("-----BEGIN CERTIFICATE-----") {
                Some(at) => (Some(combined[..at].to_owned()), combined[at..].to_owned()),
                None => return broken(PAIR_IN_USE, "combined.pem is not whole"),
            },
            // For a key of the caller, or for the first time.
            (None, Some(chain)) => (None, chain),
            (None, None) => return Ok(None),
        };
        let Some(leaf) = Leaf::of(chain.as_bytes()) else { return broken(PAIR_IN_USE, "no leaf") };
        let public_key = match key {
            Some(pem) => public_key(&pem)?,
            None => leaf.public_key.clone(),
        };
        fits(&chain, &public_key, &leaf, entry)?;
        let pem = chain.split_inclusive(END).next().unwrap_or_default().to_owned();
        Ok(Some(InUse { leaf, pem, is_whole: false, layout: Layout::Files, is_by_csr: false }))
    }

    /// Until another one is there, or the entry is removed. Where the layout changes, it is absent for a moment; then the
    /// new one is ready, and what a crash leaves of that moment is mended by the next call.
    pub(super) fn one_stays_in_use(&mut self, host: usize, entry: usize) -> Result<(), Violation> {
        let is_removed = self.image(entry)?.is_some_and(|image| image.removed);
        // A removal that was broken off is gone on with.
        if self.is_in_doubt[entry] || self.may_leave_orders[entry] || is_removed {
            self.has_one[host][entry] = false;
            return Ok(());
        }
        let has_one = self.in_use(host, entry)?.is_some();
        let new = self.folder(host).join(ENTRIES[entry]).join(".current.new");
        let is_changing = !has_one && (self.is_changing[host][entry] || new.is_symlink() || has_mark(&new));
        if std::mem::replace(&mut self.is_changing[host][entry], is_changing) != is_changing && is_changing {
            self.count("absent in a change of the layout");
        }
        if !is_changing && std::mem::replace(&mut self.has_one[host][entry], has_one) && !has_one {
            return broken(STAYS_IN_USE, format!("{} on host {host}", ENTRIES[entry]));
        }
        Ok(())
    }
}

fn whole(folder: &Path, entry: usize) -> Result<InUse, Violation> {
    let read = |file: &str| {
        fs::read_to_string(folder.join(file)).or_else(|error| broken(PAIR_IN_USE, format!("{file}: {error}")))
    };
    let (pem, chain, whole) = (read("cert.pem")?, read("chain.pem")?, read("fullchain.pem")?);
    let Some(leaf) = Leaf::of(pem.as_bytes()) else { return broken(PAIR_IN_USE, "no leaf") };
    if whole != format!("{pem}{chain}") {
        return broken(PAIR_IN_USE, "files of different versions");
    }
    let is_by_csr = !folder.join(KEY_FILE).exists();
    let public_key = if is_by_csr {
        if folder.join("combined.pem").exists() || !keys::is_own(&leaf.public_key) {
            return broken(PAIR_IN_USE, "no key, and it is not the caller's");
        }
        leaf.public_key.clone()
    } else {
        let key_pem = read(KEY_FILE)?;
        if read("combined.pem")? != format!("{key_pem}{whole}") {
            return broken(PAIR_IN_USE, "files of different versions");
        }
        public_key(&key_pem)?
    };
    fits(&whole, &public_key, &leaf, entry)?;
    let layout = if folder.is_symlink() { Layout::Links } else { Layout::Files };
    Ok(InUse { leaf, pem, is_whole: true, layout, is_by_csr })
}

/// Whether the copies in a folder are those of a version.
fn has_mark(folder: &Path) -> bool {
    let mark = fs::read_to_string(folder.join(".version")).ok();
    mark.and_then(|mark| mark.trim().parse::<u32>().ok()).is_some_and(|serial| serial > 0)
}

fn public_key(pem: &str) -> Result<String, Violation> {
    match signing_request::read_key(pem, None) {
        Ok(key) => Ok(signing_request::public_key(&key)),
        Err(_) => broken(PAIR_IN_USE, "no key"),
    }
}

fn fits(chain: &str, public_key: &str, leaf: &Leaf, entry: usize) -> Result<(), Violation> {
    let names = vec![ENTRIES[entry].to_owned()];
    let with_www = [names.clone(), vec![format!("www.{}", ENTRIES[entry])]].concat();
    let then = leaf.lifetime.not_before + Duration::from_secs(1);
    let fits = |names: &[String]| check::check(chain, public_key, names, then);
    fits(&names).or_else(|_| fits(&with_www)).or_else(|why| broken(PAIR_IN_USE, why))
}
