//! A dry run says what would be in the way of an order, and orders, publishes and stores nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::errno::Errno;
use serde_json::json;
use zerossl_sandbox::{Reply, When, WireFault};

use super::disk::{LimitedDisk, Step};
use super::stand::Stand;
use crate::endpoints::RevokeCertificate;
use crate::generate_csr::GenerateCsr;
use crate::obtain::events::Stage;
use crate::obtain::interface::{FindingLevel, Obtain, Obtained, Outcome};
use crate::obtain::store::storage::Disk;
use crate::{Client, Kind};

fn dry(wanted: Obtain) -> Obtain {
    Obtain { dry_run: Some(true), ..wanted }
}

fn stages(checked: &Obtained) -> Vec<(Stage, Option<&str>)> {
    checked.findings.iter().map(|found| (found.stage, found.domain.as_deref())).collect()
}

/// The files of the store but locks, which are empty, and their contents.
fn stored(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            files.extend(stored(&path));
        } else if path.file_name().is_some_and(|name| name != "lock") {
            let content = fs::read(&path).expect("a file");
            files.insert(path, content);
        }
    }
    files
}

/// Nothing but the list was asked for, and nothing is left behind.
fn inspect(stand: &Stand, check: impl FnOnce() -> Obtained) -> Obtained {
    let files = || [stand.store(), stand.webroot()].map(|folder| stored(&folder));
    let (requests, before) = (stand.sandbox.requests().len(), files());
    let checked = check();
    assert_eq!(checked.outcome, Outcome::Checked);
    let asked = stand.sandbox.requests();
    let asked = asked.get(requests..).unwrap_or_default();
    assert!(asked.iter().all(|asked| asked.operation == Some("list_certificates")), "{asked:?}");
    let after = files();
    assert!(after == before, "{:?}", after.map(|files| files.into_keys().collect::<Vec<_>>()));
    checked
}

#[test]
fn without_a_problem_there_is_no_finding() {
    let stand = Stand::new();
    let checked = inspect(&stand, || stand.obtain(&dry(stand.wanted())).expect("checked"));
    assert_eq!((checked.findings, checked.certificate), (Vec::new(), None));
    assert_eq!(stand.obtain(&stand.wanted()).expect("a certificate").outcome, Outcome::Issued);
}

/// A change is tried out beside a certificate in use, and is not taken for what is wanted from now on.
#[test]
fn what_is_tried_out_is_not_stored() {
    let stand = Stand::new();
    let obtained = stand.obtain(&stand.wanted()).expect("a certificate");
    let other = Obtain { renew_at: Some(0.5), ..stand.wanted() };
    let other = Obtain { domains: vec!["example.com".to_owned(), "www.example.com".to_owned()], ..other };
    let checked = inspect(&stand, || stand.obtain(&dry(other)).expect("checked"));
    let ids = [&checked, &obtained].map(|one| one.certificate.as_ref().map(|there| there.id.clone()));
    assert_eq!((ids[0].as_ref(), &checked.files), (ids[1].as_ref(), &obtained.files));
    assert_eq!(stand.obtain(&stand.wanted()).expect("good").outcome, Outcome::Unchanged);
}

/// What the service says of a key is a finding, and no note in the entry.
#[test]
fn a_key_of_a_revoked_certificate_is_a_finding() {
    let stand = Stand::new();
    let key = stand.client().send(&GenerateCsr::new(["example.com"])).expect("a key").private_key;
    let wanted = Obtain { private_key: key, ..stand.wanted() };
    let id = stand.obtain(&wanted).expect("a certificate").certificate.expect("one").id;
    stand.client().send(&RevokeCertificate::new(id)).expect("revoked");
    let checked = inspect(&stand, || stand.obtain(&dry(wanted)).expect("checked"));
    assert_eq!(stages(&checked), [(Stage::Key, None)]);
    assert!(checked.findings[0].message.contains("was revoked"), "{:?}", checked.findings);
}

/// One problem does not hide the others, and each is said once.
#[test]
fn all_problems_are_found_at_once() {
    let stand = Stand::new();
    stand.sandbox.add_record("www.example.com", "CAA", "0 issue \"example.net\"").expect("a record");
    stand.strike("list_certificates", 1, When::Before, Reply::page(404));
    let webroot = json!({"example.com": stand.webroot(), "example.org": stand.webroot().join("absent")});
    let names = ["example.com", "www.example.com", "example.org", "www.example.org"];
    let wanted = Obtain {
        domains: names.map(str::to_owned).to_vec(),
        validation: json!({"method": "HTTP_CSR_HASH", "webroot": webroot}),
        preflight: Some("warn".to_owned()),
        resolver: Some(stand.sandbox.dns_address().to_string()),
        deploy_hook: Some(vec!["/nonexistent/hook".to_owned()]),
        ..stand.wanted()
    };
    let disk = LimitedDisk(|step, _: &Path| (step == Step::Link).then_some(Errno::EPERM));
    let checked = inspect(&stand, || stand.obtain_on(&disk, &stand.client(), &dry(wanted)).expect("checked"));
    let found = [
        (Stage::Order, None),
        (Stage::Publish, Some("example.org")),
        (Stage::Preflight, Some("www.example.com")),
        (Stage::Install, None),
        (Stage::Deploy, None),
    ];
    assert_eq!(stages(&checked), found, "{:?}", checked.findings);
    let words = ["404", "webroot.example.org", "sectigo.com", "symbolic link", "deploy_hook"];
    for (finding, word) in checked.findings.iter().zip(words) {
        assert_eq!(finding.level, FindingLevel::Error, "{finding:?}");
        assert!(finding.message.contains(word), "{finding:?}");
    }
}

/// What keeps an entry from ordering is said, too: lost orders, and a certificate that waits for a person.
#[test]
fn the_state_of_the_entry_is_looked_at() {
    let stand = Stand::new();
    stand.strike("create_certificate", 3, When::Before, Reply::broken(WireFault::Reset));
    for _ in 0..3 {
        stand.obtain(&stand.wanted()).expect_err("its answer is lost");
    }
    let checked = inspect(&stand, || stand.obtain(&dry(stand.wanted())).expect("checked"));
    assert_eq!(stages(&checked), [(Stage::Order, None)]);
    assert!(checked.findings[0].message.contains("force"), "{:?}", checked.findings);
    let forced = Obtain { force: Some(true), ..stand.wanted() };
    assert_eq!(stages(&stand.obtain(&dry(forced)).expect("checked")), []);

    let (stand, other) = (Stand::new(), Stand::new());
    let foreign = other.obtain(&other.wanted()).expect("a certificate");
    let read = |name: &str| fs::read_to_string(&foreign.files[name]).expect(name);
    let wrong = json!({"certificate.crt": read("cert"), "ca_bundle.crt": read("chain")});
    stand.strike("download_certificate", 1, When::Before, Reply::json(200, wrong));
    stand.obtain(&stand.wanted()).expect_err("another key");
    let checked = inspect(&stand, || stand.obtain(&dry(stand.wanted())).expect("checked"));
    assert_eq!(stages(&checked), [(Stage::Order, None)]);
    assert!(checked.findings[0].message.contains("for a person"), "{:?}", checked.findings);
    let other = Obtain { validity_days: Some(30), ..stand.wanted() };
    let checked = inspect(&stand, || stand.obtain(&dry(other)).expect("checked"));
    assert_eq!(stages(&checked), [], "it is not in the way of another certificate");
}

/// A clock that is a little off is a warning; one that is far off keeps orders from being made, also without a dry run.
#[test]
fn the_clocks_are_compared() {
    let stand = Stand::new();
    for (minutes, level) in [(10, FindingLevel::Warning), (120, FindingLevel::Error)] {
        stand.sandbox.advance(Duration::from_secs(minutes * 60));
        // By this machine's own clock.
        let checked = inspect(&stand, || stand.client().send(&dry(stand.wanted())).expect("checked"));
        assert_eq!(stages(&checked), [(Stage::Order, None)]);
        let finding = &checked.findings[0];
        assert!(finding.level == level && finding.message.contains("set the clock"), "{finding:?}");
    }
    let error = stand.client().send(&stand.wanted()).expect_err("no order");
    assert!(error.kind() == Kind::Response && error.message().contains("set the clock"), "{error}");
    assert_eq!(stand.count("create_certificate"), 0);
}

/// A client without a key is told so, as is one that cannot reach the service.
#[test]
fn the_access_key_is_tried() {
    let stand = Stand::new();
    let settings = || {
        Client::builder().base_url(stand.sandbox.base_url()).max_retries(0).timeout(Duration::from_secs(2))
    };
    let wrong = settings().access_key("0123456789abcdef0123456789abcdef").build().expect("settings");
    let checked = stand.obtain_on(&Disk, &wrong, &dry(stand.wanted())).expect("checked");
    assert_eq!(stages(&checked), [(Stage::Order, None)]);
    assert!(checked.findings[0].message.contains("access key"), "{:?}", checked.findings);
    let keyless = settings().build().expect("settings");
    let checked = stand.obtain_on(&Disk, &keyless, &dry(stand.wanted())).expect("checked");
    assert_eq!(stages(&checked), [(Stage::Order, None)]);
}

#[test]
fn a_cancelled_dry_run_is_no_finding() {
    let stand = Stand::new();
    let cancel = crate::CancelToken::new();
    cancel.cancel();
    let client = stand.client().cancelled_by(&cancel);
    let error = stand.obtain_on(&Disk, &client, &dry(stand.wanted())).expect_err("cancelled");
    assert_eq!(error.kind(), Kind::Cancelled);
}

#[test]
fn a_dry_run_gives_up_and_adopts_nothing() {
    let stand = Stand::new();
    for wanted in [
        Obtain { abandon: Some(true), ..stand.wanted() },
        Obtain { adopt: Some("0123456789abcdef0123456789abcdef".to_owned()), ..stand.wanted() },
    ] {
        let error = stand.obtain(&dry(wanted)).expect_err("they do not go together");
        assert_eq!((error.kind(), error.parameter()), (Kind::InvalidArgument, Some("dry_run")));
    }
}
