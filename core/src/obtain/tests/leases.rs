//! Whoever does no work leaves no lease behind: the other hosts need not wait for its end.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::hosts::Hosts;
use crate::endpoints::RevokeCertificate;
use crate::generate_csr::GenerateCsr;
use crate::obtain::events::Stage;
use crate::obtain::interface::{Obtain, Outcome};

/// An order waits, so that joining takes the lease. Host 1 has the entry in its folder.
fn with_an_order(wanted: impl FnOnce(Obtain) -> Obtain) -> (Hosts, String) {
    let hosts = Hosts::new();
    let pending = hosts.order_that_waits(wanted(hosts.wanted(0)));
    hosts.install(1);
    (hosts, pending)
}

fn with_a_hook(wanted: Obtain) -> Obtain {
    Obtain { deploy_hook: Some(vec!["true".to_owned()]), ..wanted }
}

/// Others may write the folder of host 1, so it may not run the commands of a request.
fn open_to_others(hosts: &Hosts) {
    fs::set_permissions(hosts.folder(1), fs::Permissions::from_mode(0o777)).expect("its mode");
}

/// Another host goes on with the order at once.
fn expect_no_lease(hosts: &Hosts, pending: &str) {
    let result = hosts.renew(2).expect("it is its turn").results.remove(0);
    assert_eq!((result.outcome, result.id.as_deref()), (Some(Outcome::Pending), Some(pending)));
}

#[test]
fn a_redeploy_that_is_refused_leaves_none() {
    let (hosts, pending) = with_an_order(|wanted| wanted);
    let error = hosts.redeploy(1).expect_err("there is nothing to run");
    assert_eq!(error.parameter(), Some("name"), "{error}");
    expect_no_lease(&hosts, &pending);
}

#[test]
fn a_redeploy_of_a_request_that_may_not_be_run_leaves_none() {
    let (hosts, pending) = with_an_order(with_a_hook);
    open_to_others(&hosts);
    let error = hosts.redeploy(1).expect_err("others may write its folder");
    assert!(error.message().contains("others may write it"), "{error}");
    expect_no_lease(&hosts, &pending);
}

#[test]
fn a_removal_by_a_request_that_may_not_be_run_leaves_none() {
    let (hosts, pending) = with_an_order(with_a_hook);
    open_to_others(&hosts);
    let error = hosts.remove(1).expect_err("others may write its folder");
    assert!(error.message().contains("others may write it"), "{error}");
    expect_no_lease(&hosts, &pending);
}

/// The order is cancelled by then.
#[test]
fn a_removal_that_fails_at_the_files_leaves_none() {
    let (hosts, _) = with_an_order(|wanted| wanted);
    hosts.stand.sandbox.set_issue_delay(Duration::ZERO);
    let current = hosts.folder(1).join("example.com/current");
    fs::create_dir(&current).expect("a folder");
    fs::write(current.join("other"), "not ours").expect("written");
    let error = hosts.remove(1).expect_err("a folder of somebody else");
    assert!(error.message().contains("move it away"), "{error}");
    let result = hosts.renew(2).expect("it is its turn").results.remove(0);
    assert_eq!(result.outcome, Some(Outcome::Issued));
}

/// Whether the key turns out to be one of a revoked certificate, or the entry is not in the store yet.
#[test]
fn a_dry_run_writes_nothing_into_the_store() {
    let made = |hosts: &Hosts| {
        let generated = GenerateCsr::new(["example.com"]);
        let private_key = hosts.stand.client().send(&generated).expect("a key").private_key;
        Obtain { private_key, ..hosts.wanted(0) }
    };
    for is_in_store in [true, false] {
        let hosts = Hosts::new();
        let wanted = made(&hosts);
        let obtained = if is_in_store { hosts.obtain_as(&wanted) } else { hosts.stand.obtain(&wanted) };
        let id = obtained.expect("a certificate").certificate.expect("one").id;
        hosts.stand.client().send(&RevokeCertificate::new(&id)).expect("revoked");
        // The first use of a store makes its header.
        hosts.list(0);
        assert_eq!(hosts.install(3).len(), usize::from(is_in_store));
        let before = hosts.memory.records();
        let checked = hosts.obtain_as(&Obtain { dry_run: Some(true), ..wanted.clone() }).expect("checked");
        assert!(checked.findings.iter().any(|found| found.stage == Stage::Key), "{:?}", checked.findings);
        assert!(hosts.memory.records() == before, "in the store: {is_in_store}");
    }
}
