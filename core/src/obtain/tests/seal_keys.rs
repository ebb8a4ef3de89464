//! A new seal key for a shared store, and records that cannot be opened.

use super::hosts::Hosts;
use crate::obtain::interface::{Obtain, Outcome, RenewAll, Renewal};
use crate::operation::Request;

/// What a run that reports says of each entry.
fn report(hosts: &Hosts, host: usize) -> Vec<(String, Result<Option<Outcome>, String>)> {
    let wanted = RenewAll { on_failure: Some("report".to_owned()), ..RenewAll::new(hosts.folder(host)) };
    let run = crate::obtain::renewals::renew_all;
    let report = hosts.run(RenewAll::OPERATION, &wanted, run).expect("a report");
    let row = |row: Renewal| {
        let outcome = row.error.map_or(Ok(row.outcome), |error| Err(error["kind"].to_string()));
        (row.name, outcome)
    };
    report.results.into_iter().map(row).collect()
}

/// Its record stays, and no renewal will ever write it again.
#[test]
fn an_entry_that_was_removed_does_not_need_the_old_key_for_ever() {
    let mut hosts = Hosts::new();
    hosts.obtain(0).expect("a certificate");
    hosts.remove(0).expect("removed");
    hosts.obtain_as(&Obtain { name: Some("other".to_owned()), ..hosts.wanted(0) }).expect("another one");
    hosts.seal_keys = vec![2, 1];
    // What is renewed is sealed with the new key.
    let forced = Obtain { name: Some("other".to_owned()), force: Some(true), ..hosts.wanted(0) };
    hosts.obtain_as(&forced).expect("renewed");
    assert_eq!(report(&hosts, 0).len(), 1);
    hosts.seal_keys = vec![2];
    for host in 0..2 {
        let rows = report(&hosts, host);
        assert!(matches!(&*rows, [(name, Ok(_))] if name == "other"), "{rows:?}");
    }
    hosts.obtain(1).expect("the name can be used again");
}

/// It must not keep the others from being renewed.
#[test]
fn a_record_that_cannot_be_opened_fails_alone() {
    let mut hosts = Hosts::new();
    hosts.obtain(0).expect("a certificate");
    hosts.seal_keys = vec![2, 1];
    hosts.obtain_as(&Obtain { name: Some("other".to_owned()), ..hosts.wanted(0) }).expect("another one");
    hosts.seal_keys = vec![2];
    for host in 0..2 {
        let mut rows = report(&hosts, host);
        rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        let [(bad, Err(kind)), (good, Ok(_))] = &*rows else { panic!("{rows:?}") };
        assert_eq!((bad.as_str(), kind.as_str(), good.as_str()), ("example.com", "\"storage\"", "other"));
    }
}
