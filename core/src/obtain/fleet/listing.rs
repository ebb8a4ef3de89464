//! What the shared store says about its entries.

use crate::context::Context;
use crate::error::{Kind, Result};
use crate::ledger::fleet::Fleet;
use crate::ledger::records::{Of, Read};
use crate::obtain::found::Found;
use crate::obtain::store::entry::Entry;
use crate::obtain::store::files::CERT;
use crate::obtain::store::journal::Installed;
use crate::obtain::store::shared::image::Image;

/// Every entry that was not removed. `here` is what this host's folder says: whether its deploy hook has run, and its last
/// error.
pub(crate) fn entries(
    context: &Context<'_>,
    fleet: &Fleet<'_>,
    here: impl Fn(&str) -> Found,
) -> Result<Vec<(String, Found)>> {
    let mut entries = Vec::new();
    for (name, _) in fleet.records.list(context, Of::Entry)? {
        let local = here(&name);
        match fleet.records.read::<Image>(context, Of::Entry, &name, None) {
            Ok(Read::Found(image, _)) if !image.removed => entries.push((name, found(&image, local))),
            // A listing may lag behind a removal.
            Ok(_) => {}
            Err(error) if matches!(error.kind(), Kind::Cancelled | Kind::Timeout) => return Err(error),
            Err(error) => entries.push((name, Found { journal: Err(error), ..local })),
        }
    }
    Ok(entries)
}

fn found(image: &Image, local: Found) -> Found {
    let text = |name: &str| image.files.get(name).map(|content| content.reveal().as_bytes().to_vec());
    let installed = image.journal.installed.clone().map(|installed| {
        let here = local.journal.as_ref().ok().and_then(|journal| journal.installed.as_ref());
        let here = here.filter(|here| here.id == installed.id);
        Installed {
            deployed: here.is_some_and(|here| here.deployed),
            deployed_for: here.and_then(|here| here.deployed_for.clone()),
            ..installed
        }
    });
    let leaf = installed.as_ref().and_then(|installed| text(&Entry::in_version(installed.serial, CERT)));
    Found {
        journal: Ok(image.journal.with_installed(installed)),
        request: Ok(image.request()),
        leaf: Ok(leaf),
        last_error: local.last_error,
    }
}
