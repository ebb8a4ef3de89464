//! Somebody who can write to a shared store puts records there whose names lead elsewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::hosts::Hosts;
use crate::obtain::interface::InstallCertificates;
use crate::obtain::interface::Renewal;

/// Everything below a folder.
fn found(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(self::found(&path));
        }
        found.insert(path);
    }
    found
}

/// The entry of a host.
fn is_expected(path: &Path, store: &Path) -> bool {
    (0..2).any(|host| {
        let folder = store.join(format!("host-{host}"));
        path == folder || path.starts_with(folder.join("example.com"))
    })
}

#[test]
fn names_of_entries_lead_nowhere_else() {
    for seal_keys in [Vec::new(), vec![1]] {
        let hosts = Hosts { seal_keys, ..Hosts::new() };
        hosts.obtain(0).expect("ordered");
        let records = hosts.memory.records();
        let (_, record) =
            records.iter().find(|(name, _)| name.starts_with("entries/")).expect("an entry").clone();
        let outside = hosts.stand.store().join("host-1-evil");
        let absolute = outside.display().to_string();
        let names = [
            "../evil",
            "a/../../evil",
            "../host-1-evil",
            ".",
            "..",
            ".evil",
            "a\\b",
            "a\nb",
            "a/b",
            &absolute,
        ];
        for name in names {
            let place = format!("{name:?}, sealed with {:?}", hosts.seal_keys);
            let mut records = hosts.memory.records();
            let mut forged: Value = serde_json::from_slice(&record).expect("JSON");
            forged["name"] = name.into();
            records.push((format!("entries/{name}.json"), forged.to_string().into_bytes()));
            hosts.memory.restore(records);
            let _ = hosts.install_as(&InstallCertificates::new(hosts.folder(1)));
            let _ = hosts.renew(1);
            let parent = hosts.stand.store().with_file_name("evil");
            let written: Vec<_> = found(&hosts.stand.store())
                .into_iter()
                .filter(|path| !is_expected(path, &hosts.stand.store()))
                .collect();
            assert!(written.is_empty() && !parent.exists(), "{place}: {written:?}");
            hosts.install(1);
            let before = found(&hosts.stand.store());
            let names = |results: Vec<Renewal>| -> Vec<String> {
                results.into_iter().map(|result| result.name).collect()
            };
            let renewed = hosts.renew(1).expect(&place);
            assert_eq!(names(renewed.results), ["example.com"], "{place}");
            assert_eq!(hosts.install(1).len(), 1, "{place}");
            assert_eq!(hosts.list(1).entries.len(), 1, "{place}");
            let wanted = InstallCertificates {
                names: Some(vec![name.to_owned()]),
                ..InstallCertificates::new(hosts.folder(1))
            };
            hosts.install_as(&wanted).expect_err("no name of an entry");
            assert_eq!(found(&hosts.stand.store()), before, "{place}");
        }
        assert_eq!(hosts.stand.count("create_certificate"), 1);
    }
}
