//! Stores that earlier versions have written: the new version orders nothing again, and continues everything.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use super::stand::Stand;
use crate::key_type::KeyType;
use crate::obtain::interface::{Obtain, Outcome, RenewAll};

/// 2026-11-26, a day after the store was written.
const THEN: u64 = 1_795_694_400;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A copy of the store, with a sandbox on the following day.
fn old_store(require_country: bool) -> Stand {
    let stand = Stand::new();
    let then = SystemTime::UNIX_EPOCH + Duration::from_secs(THEN);
    if let Ok(ahead) = then.duration_since(stand.sandbox.now()) {
        stand.sandbox.advance(ahead);
    }
    stand.sandbox.change_settings(|settings| settings.require_country = Some(require_country));
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/stores/format-1/.");
    let done = Command::new("cp").arg("-a").arg(from).arg(stand.store()).status().expect("cp");
    assert!(done.success());
    let webroot = stand.webroot().display().to_string();
    for file in files(&stand.store()) {
        if file.extension().is_some_and(|extension| extension == "json") {
            let text = fs::read_to_string(&file).expect("JSON");
            fs::write(&file, text.replace("/srv/www", &webroot)).expect("written");
        }
    }
    stand
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn wanted(stand: &Stand, names: &[&str]) -> Obtain {
    Obtain { domains: names.iter().map(|name| (*name).to_owned()).collect(), ..stand.wanted() }
}

fn two(stand: &Stand) -> Obtain {
    let key_type = Some(KeyType::Rsa2048);
    Obtain { key_type, reuse_key: Some(true), ..wanted(stand, &["two.example.com", "www.two.example.com"]) }
}

#[test]
fn what_is_good_stays() {
    let stand = old_store(true);
    let hook = Some(vec!["true".to_owned()]);
    for wanted in
        [Obtain { deploy_hook: hook, ..stand.wanted() }, two(&stand), wanted(&stand, &["lost.example.com"])]
    {
        let before =
            fs::read(stand.store().join(&wanted.domains[0]).join("current/cert.pem")).expect("a leaf");
        assert_eq!(stand.obtain(&wanted).expect("it is good").outcome, Outcome::Unchanged);
        let after =
            fs::read(stand.store().join(&wanted.domains[0]).join("current/cert.pem")).expect("a leaf");
        assert_eq!(before, after);
    }
    assert_eq!(stand.count("create_certificate"), 0);
}

/// An order that was prepared without a country is continued, whether the service requires one or not.
#[test]
fn a_planned_order_continues_with_its_key() {
    for require_country in [false, true] {
        let stand = old_store(require_country);
        let key = fs::read(stand.store().join("refused.example.com/versions/1/privkey.pem")).expect("a key");
        let obtained = stand.obtain(&wanted(&stand, &["refused.example.com"])).expect("ordered");
        assert_eq!(fs::read(&obtained.files["privkey"]).expect("a key"), key);
        assert_eq!(stand.count("create_certificate"), 1);
        // This account does not know the order, so another one is made.
        stand.obtain(&wanted(&stand, &["pending.example.com"])).expect("ordered");
        assert_eq!(stand.count("create_certificate"), 2);
    }
}

#[test]
fn all_of_it_is_renewed_when_it_is_due() {
    for require_country in [false, true] {
        let stand = old_store(require_country);
        let key = fs::read(stand.store().join("two.example.com/current/privkey.pem")).expect("a key");
        stand.sandbox.advance(61 * DAY);
        let report = stand.renew_all(&RenewAll::new(stand.store())).expect("all of it");
        assert_eq!(report.results.len(), 5);
        for result in &report.results {
            assert!(
                matches!(result.outcome, Some(Outcome::Renewed | Outcome::Issued | Outcome::Resumed)),
                "{result:?}"
            );
            assert!(result.days_left >= Some(89), "{result:?}");
        }
        let kept = fs::read(stand.store().join("two.example.com/current/privkey.pem")).expect("a key");
        assert_eq!(kept, key, "reuse_key");
        assert_eq!(stand.count("create_certificate"), 5);
        let again = stand.renew_all(&RenewAll::new(stand.store())).expect("nothing to do");
        assert!(again.results.iter().all(|result| result.outcome == Some(Outcome::Unchanged)));
    }
}
