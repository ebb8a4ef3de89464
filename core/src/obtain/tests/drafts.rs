//! `cancel_drafts` leaves alone what a store knows as its own.

use std::fs;
use std::time::Duration;

use zerossl_sandbox::{Reply, When, WireFault};

use super::hosts::Hosts;
use super::stand::Stand;
use super::time::SandboxClock;
use crate::endpoints::{CreateCertificate, GetCertificate};
use crate::error::{Kind, Result};
use crate::generate_csr::GenerateCsr;
use crate::obtain::drafts::cancel_drafts;
use crate::obtain::interface::{CancelDrafts, Drafts, Obtain, Outcome};
use crate::obtain::store::storage::Disk;
use crate::operation::Request as _;
use crate::{json as coded, parameter};

fn cancel(stand: &Stand, wanted: &CancelDrafts) -> Result<Drafts> {
    stand.client().enter(CancelDrafts::OPERATION, None, |context| {
        let arguments = parameter::check(CancelDrafts::PARAMETERS, coded::encode(wanted)?)?;
        let clock = SandboxClock::new(&stand.sandbox);
        cancel_drafts(context, &stand.env(&Disk, &clock), &arguments)
    })
}

/// A draft of somebody else's.
fn draft(stand: &Stand, name: &str) -> String {
    let client = stand.client();
    let csr = client.send(&GenerateCsr::new([name])).expect("a CSR").csr;
    client.send(&CreateCertificate::new([name], csr)).expect("an order").id
}

fn all_of(stand: &Stand) -> CancelDrafts {
    CancelDrafts {
        older_than: Some(0.0),
        directory: Some(stand.store()),
        dry_run: Some(false),
        ..CancelDrafts::default()
    }
}

#[test]
fn orders_of_the_store_are_kept() {
    let stand = Stand::new();
    stand.sandbox.set_issue_delay(Duration::from_secs(3600));
    let waiting = stand.obtain(&Obtain { deadline: Some(60.0), ..stand.wanted() }).expect("it waits");
    let kept = waiting.certificate.expect("an order").id;
    let forgotten = draft(&stand, "example.org");
    let drafts = cancel(&stand, &all_of(&stand)).expect("cancelled");
    assert_eq!(drafts.cancelled, [forgotten]);
    let order = stand.client().send(&GetCertificate::new(kept)).expect("it is there");
    assert!(order.is_open(), "{order:?}");
}

/// Of which this host has no folder.
#[test]
fn orders_of_other_hosts_are_kept() {
    let hosts = Hosts::new();
    hosts.stand.sandbox.set_issue_delay(Duration::from_secs(3600));
    let waiting = Obtain { deadline: Some(60.0), ..hosts.wanted(0) };
    assert_eq!(hosts.obtain_as(&waiting).expect("it waits").outcome, Outcome::Pending);
    fs::create_dir_all(hosts.folder(1)).expect("a folder");
    let wanted = CancelDrafts { directory: Some(hosts.folder(1)), ..all_of(&hosts.stand) };
    let drafts = hosts.run(CancelDrafts::OPERATION, &wanted, cancel_drafts).expect("listed");
    assert_eq!(drafts.cancelled, Vec::<String>::new());
}

/// Its answer was lost, so only its names and its CSR tell.
#[test]
fn an_order_that_was_not_found_yet_is_kept() {
    let stand = Stand::of_a_folder();
    stand.strike("create_certificate", 1, When::After, Reply::broken(WireFault::Reset));
    stand.pass("list_certificates", 1);
    stand.strike("list_certificates", 1, When::Before, Reply::page(503));
    stand.obtain(&stand.wanted()).expect_err("its answer is lost");
    let drafts = cancel(&stand, &all_of(&stand)).expect("nothing to do");
    assert_eq!((drafts.selected.len(), stand.live().len()), (0, 1));
    // Without the store nobody knows.
    let drafts = cancel(&stand, &CancelDrafts { directory: None, ..all_of(&stand) }).expect("cancelled");
    assert_eq!(drafts.cancelled.len(), 1);
}

#[test]
fn a_store_that_cannot_be_read_lets_nothing_be_cancelled() {
    let stand = Stand::new();
    stand.obtain(&stand.wanted()).expect("a certificate");
    draft(&stand, "example.org");
    fs::write(stand.store().join("example.com/journal.json"), "{").expect("written");
    let error = cancel(&stand, &all_of(&stand)).expect_err("its orders are not known");
    assert_eq!((error.kind(), stand.count("cancel_certificate")), (Kind::Storage, 0), "{error}");
}

#[test]
fn the_age_is_that_of_the_servers_clock() {
    let stand = Stand::new();
    let id = draft(&stand, "example.org");
    let week = CancelDrafts { dry_run: None, older_than: None, ..all_of(&stand) };
    assert!(cancel(&stand, &week).expect("a list").selected.is_empty());
    stand.sandbox.advance(Duration::from_secs(8 * 24 * 3600));
    let drafts = cancel(&stand, &week).expect("a list");
    assert_eq!((drafts.selected[0].id.as_str(), drafts.cancelled.len()), (id.as_str(), 0));
}
