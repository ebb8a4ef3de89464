//! What every engine has to do: one suite, run on each of them.
//!
//! The engines are real ones. `make test-fleet` starts them and says where they are; without them, the tests are ignored.

#[cfg(any(feature = "postgresql", feature = "s3"))]
pub(super) mod failing;
#[cfg(any(feature = "postgresql", feature = "s3"))]
pub(super) mod middleman;
#[cfg(feature = "s3")]
pub(super) mod server;

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use super::{Fetched, Ledger, Swap, Version};
use crate::cancel::CancelToken;
use crate::limits::Limits;

/// Whoever calls an engine.
pub(super) struct Caller {
    pub(super) cancel: CancelToken,
    pub(super) timeout: Duration,
}

impl Limits for Caller {
    fn cancel(&self) -> &CancelToken {
        &self.cancel
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }
}

impl Caller {
    pub(super) fn new() -> Self {
        Self { cancel: CancelToken::new(), timeout: Duration::from_secs(60) }
    }

    pub(super) fn get(&self, ledger: &Arc<dyn Ledger>, name: &str) -> Option<(Vec<u8>, Version)> {
        match ledger.get(self, name, None).expect(name) {
            Fetched::Record { content, version } => Some((content, version)),
            Fetched::Absent => None,
            Fetched::Unchanged => panic!("{name}: nobody knew a version"),
        }
    }

    /// The new version, if the write won.
    pub(super) fn put(
        &self,
        ledger: &Arc<dyn Ledger>,
        name: &str,
        content: &[u8],
        replaces: Option<&Version>,
    ) -> Option<Version> {
        match ledger.put_if(self, name, content, replaces).expect(name) {
            Swap::Done(version) => Some(version),
            Swap::Refused => None,
        }
    }
}

/// A folder of records that no other test has.
pub(super) fn folder() -> String {
    format!("test-{:016x}", fastrand::u64(..))
}

pub(super) fn a_record_is_there_or_not(ledger: &Arc<dyn Ledger>) {
    let (caller, name) = (Caller::new(), format!("{}/journal", folder()));
    assert_eq!(caller.get(ledger, &name), None);
    let content = [&b"{}\n"[..], &[0, 255, 128]].concat();
    let version = caller.put(ledger, &name, &content, None).expect("nobody else writes");
    assert_eq!(caller.get(ledger, &name), Some((content, version.clone())));
    let same = ledger.get(&caller, &name, Some(&version)).expect("there");
    assert!(matches!(same, Fetched::Unchanged), "{same:?}");
    let empty = caller.put(ledger, &name, b"", Some(&version)).expect("nobody else writes");
    match ledger.get(&caller, &name, Some(&version)).expect("there") {
        Fetched::Record { content, version } => assert_eq!((content, version), (Vec::new(), empty)),
        other => panic!("{other:?}"),
    }
    assert!(ledger.place(&name).ends_with(&name));
}

pub(super) fn a_large_record_comes_back(ledger: &Arc<dyn Ledger>) {
    let (caller, name) = (Caller::new(), format!("{}/large", folder()));
    let content: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let version = caller.put(ledger, &name, &content, None).expect("nobody else writes");
    assert!(caller.get(ledger, &name) == Some((content, version)), "it came back changed");
}

pub(super) fn a_write_wins_only_over_the_version_it_replaces(ledger: &Arc<dyn Ledger>) {
    let (caller, name) = (Caller::new(), format!("{}/journal", folder()));
    let first = caller.put(ledger, &name, b"1", None).expect("it is absent");
    assert_eq!(caller.put(ledger, &name, b"other", None), None, "it is there");
    let second = caller.put(ledger, &name, b"2", Some(&first)).expect("that version is there");
    assert_eq!(caller.put(ledger, &name, b"3", Some(&first)), None, "that version was replaced");
    assert_eq!(caller.get(ledger, &name), Some((b"2".to_vec(), second.clone())));

    ledger.delete(&caller, &name).expect("there");
    assert_eq!(caller.get(ledger, &name), None);
    assert_eq!(caller.put(ledger, &name, b"4", Some(&second)), None, "it is gone");
    assert_eq!(caller.get(ledger, &name), None, "a refused write made it");
    let made = caller.put(ledger, &name, b"6", None).expect("it is absent");
    assert_ne!(made, second);
    for old in [&first, &second] {
        assert_eq!(
            caller.put(ledger, &name, b"5", Some(old)),
            None,
            "an old version of a record that was made anew"
        );
    }
    assert_eq!(caller.get(ledger, &name), Some((b"6".to_vec(), made)));
}

pub(super) fn one_of_many_writers_wins(ledger: &Arc<dyn Ledger>) {
    const WRITERS: usize = 16;
    const ROUNDS: usize = 100;
    let name = format!("{}/journal", folder());
    let start = Arc::new(Barrier::new(WRITERS));
    let writers = (0..WRITERS).map(|writer| {
        let (ledger, name, start) = (Arc::clone(ledger), name.clone(), Arc::clone(&start));
        thread::spawn(move || {
            let caller = Caller::new();
            let rounds = (0..ROUNDS).map(|round| {
                // All of them replace the same version: the first round makes the record.
                let before = caller.get(&ledger, &name).map(|(_, version)| version);
                start.wait();
                let content = format!("{round} {writer}");
                let won = caller.put(&ledger, &name, content.as_bytes(), before.as_ref()).is_some();
                start.wait();
                won
            });
            rounds.collect::<Vec<_>>()
        })
    });
    let writers: Vec<_> = writers.collect();
    let won: Vec<_> = writers.into_iter().map(|writer| writer.join().expect("no panic")).collect();
    for round in 0..ROUNDS {
        assert_eq!(won.iter().filter(|rounds| rounds[round]).count(), 1, "round {round}");
    }
    let last = won.iter().position(|rounds| rounds[ROUNDS - 1]).expect("a winner");
    let content = Caller::new().get(ledger, &name).expect("there").0;
    assert_eq!(String::from_utf8_lossy(&content), format!("{} {last}", ROUNDS - 1));
}

pub(super) fn a_list_has_every_record_below_a_prefix(ledger: &Arc<dyn Ledger>) {
    // More than a page of S3 has.
    const RECORDS: usize = 1100;
    const THREADS: usize = 8;
    let folder = folder();
    let writers = (0..THREADS).map(|thread| {
        let (ledger, folder) = (Arc::clone(ledger), folder.clone());
        thread::spawn(move || {
            let caller = Caller::new();
            let written = (thread..RECORDS).step_by(THREADS).map(|number| {
                let name = format!("{folder}/entries/{number:04}");
                let version = caller.put(&ledger, &name, b"x", None).expect("it is absent");
                (name, version)
            });
            written.collect::<Vec<_>>()
        })
    });
    let writers: Vec<_> = writers.collect();
    let mut written: Vec<_> =
        writers.into_iter().flat_map(|writer| writer.join().expect("no panic")).collect();
    let caller = Caller::new();
    caller.put(ledger, &format!("{folder}/entriesx"), b"x", None).expect("it is absent");
    let list = |prefix: &str| {
        let mut found = ledger.list(&caller, prefix).expect("a list");
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        found
    };
    written.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert!(list(&format!("{folder}/entries/")) == written, "other records or versions");
    assert_eq!(list(&format!("{folder}/entries/000")), written[..10]);
    assert_eq!(list(&format!("{folder}/nothing/")), []);
    // A prefix has no wildcards.
    assert_eq!(list(&format!("{folder}/entries_")), []);
    assert_eq!(list(&format!("{folder}/%")), []);
    assert_eq!(list(&format!("{folder}/entriesx")).len(), 1);
}

/// As entries may have them.
const NAMES: [&str; 12] = [
    "example.com",
    "wildcard_.example.com",
    "*.example.com",
    "a-b_c.d~e",
    "two words",
    "100%",
    "a%2Fb",
    "a+b=c&d;e,f:g@h!i$j(k)",
    "what?#",
    "bücher.example",
    "日本語",
    "it's \"quoted\" <b>",
];

pub(super) fn names_come_back_as_they_are(ledger: &Arc<dyn Ledger>) {
    let (caller, folder) = (Caller::new(), folder());
    let mut written: Vec<_> = NAMES
        .iter()
        .map(|name| {
            let record = format!("{folder}/{name}/journal");
            let version = caller.put(ledger, &record, name.as_bytes(), None).expect("it is absent");
            (record, version)
        })
        .collect();
    let mut found = ledger.list(&caller, &format!("{folder}/")).expect("a list");
    for records in [&mut written, &mut found] {
        records.sort_by(|(one, _), (other, _)| one.cmp(other));
    }
    assert_eq!(found, written);
    for (record, version) in &written {
        let (content, found) = caller.get(ledger, record).expect("there");
        assert_eq!(*record, format!("{folder}/{}/journal", String::from_utf8_lossy(&content)));
        assert_eq!(found, *version);
        let one = ledger.list(&caller, record).expect("a list");
        assert_eq!(one, [(record.clone(), version.clone())]);
        ledger.delete(&caller, record).expect("there");
        assert_eq!(caller.get(ledger, record), None);
    }
}

pub(super) fn what_is_gone_can_be_deleted(ledger: &Arc<dyn Ledger>) {
    let (caller, name) = (Caller::new(), format!("{}/journal", folder()));
    ledger.delete(&caller, &name).expect("never there");
    caller.put(ledger, &name, b"1", None).expect("it is absent");
    for _ in 0..2 {
        ledger.delete(&caller, &name).expect("there or gone");
        assert_eq!(caller.get(ledger, &name), None);
    }
}

/// The suite as tests of one engine. `ledger` makes it.
macro_rules! conformance {
    ($ledger:ident $(, $attribute:meta)?) => {
        mod conformance {
            use super::*;
            use crate::ledger::conformance as suite;

            conformance!(@all [$(#[$attribute])?] $ledger:
                a_record_is_there_or_not, a_large_record_comes_back,
                a_write_wins_only_over_the_version_it_replaces, one_of_many_writers_wins,
                a_list_has_every_record_below_a_prefix, names_come_back_as_they_are,
                what_is_gone_can_be_deleted);
        }
    };
    (@all $attributes:tt $ledger:ident: $($name:ident),+) => {
        $(conformance!(@one $attributes $ledger $name);)+
    };
    (@one [$($attribute:tt)*] $ledger:ident $name:ident) => {
        #[test]
        $($attribute)*
        fn $name() {
            suite::$name(&$ledger());
        }
    };
}
pub(super) use conformance;
