use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::CancelToken;

use crate::ledger::memory::{Fault, Memory};
use crate::limits::Within;

fn sealed_with(bytes: u8) -> Seal {
    Seal::new(Some(&STANDARD.encode([bytes; 32]).into()), &[]).expect("a key")
}

fn records(memory: &Arc<Memory>, seal: Seal) -> Records {
    Records::new(Arc::clone(memory) as Arc<dyn Ledger>, seal)
}

fn with<T>(run: impl FnOnce(&dyn Limits) -> Result<T>) -> Result<T> {
    let never = CancelToken::never();
    run(&Within { cancel: &never, deadline: Instant::now() + Duration::from_secs(10) })
}

fn read(records: &Records, name: &str) -> Result<Read<String>> {
    with(|call| records.read(call, Of::Entry, name, None))
}

fn swap(records: &Records, name: &str, text: &str, replaces: Option<&At>) -> Result<Option<At>> {
    with(|call| records.swap(call, Of::Entry, name, &text, replaces))
}

fn found(read: Result<Read<String>>) -> (String, At) {
    match read.expect("it can be read") {
        Read::Found(text, at) => (text, at),
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_of_two_writers_wins() {
    for seal in [Seal::default(), sealed_with(1)] {
        let is_sealed = seal.is_sealing();
        let memory = Arc::new(Memory::default());
        let records = records(&memory, seal);
        assert!(matches!(read(&records, "a"), Ok(Read::Absent)));
        let first = swap(&records, "a", "one", None).expect("written").expect("first");
        assert_eq!(swap(&records, "a", "two", None).expect("an answer"), None, "it is there");
        let (text, at) = found(read(&records, "a"));
        assert_eq!((text.as_str(), &at), ("one", &first));
        let second = swap(&records, "a", "two", Some(&first)).expect("written").expect("second");
        assert_eq!(second.revision, first.revision + 1);
        assert_eq!(swap(&records, "a", "three", Some(&first)).expect("an answer"), None, "it was replaced");
        let unchanged = with(|call| records.read::<String>(call, Of::Entry, "a", Some(&second.version)));
        assert!(matches!(unchanged, Ok(Read::Unchanged)));
        let listed = with(|call| records.list(call, Of::Entry)).expect("listed");
        assert_eq!(listed, [("a".to_owned(), second.version.clone())]);
        let all = format!(
            "{:?}",
            memory.records().iter().map(|(_, text)| String::from_utf8_lossy(text)).collect::<Vec<_>>()
        );
        assert_eq!(all.contains("two"), !is_sealed, "{all}");
    }
}

#[test]
fn a_lost_answer_is_told_from_a_refusal() {
    // The third call: the first two make the header and read it.
    for fault in [Fault::AnswerLost, Fault::Unreachable] {
        let puts = AtomicUsize::new(0);
        let memory = Arc::new(Memory::with_faults(move |_, kind, name| {
            (kind == "put" && name.contains("entries/") && puts.fetch_add(1, Ordering::Relaxed) == 1)
                .then_some(fault)
        }));
        let records = records(&memory, sealed_with(1));
        let first = swap(&records, "a", "one", None).expect("written").expect("first");
        let second = swap(&records, "a", "two", Some(&first));
        if fault == Fault::AnswerLost {
            let second = second.expect("it was carried out").expect("by us");
            assert_eq!(found(read(&records, "a")), ("two".to_owned(), second));
        } else {
            assert!(second.expect_err("it is not known to be carried out").is_retryable());
            assert_eq!(found(read(&records, "a")), ("one".to_owned(), first));
        }
    }
}

#[test]
fn a_store_that_is_made_by_two_is_one() {
    let lost = Arc::new(Memory::with_faults(|number, kind, _| {
        (kind == "put" && number == 1).then_some(Fault::AnswerLost)
    }));
    for memory in [Arc::new(Memory::default()), lost] {
        let (one, other) = (records(&memory, sealed_with(1)), records(&memory, sealed_with(1)));
        let id = with(|call| one.id(call).map(str::to_owned)).expect("made");
        assert_eq!(with(|call| other.id(call).map(str::to_owned)).expect("found"), id);
        assert_eq!(memory.records().len(), 1);
    }
}

#[test]
fn whether_it_is_sealed_is_fixed() {
    let memory = Arc::new(Memory::default());
    swap(&records(&memory, sealed_with(1)), "a", "one", None).expect("written");
    let error = read(&records(&memory, Seal::default()), "a").expect_err("no key");
    assert_eq!(error.parameter(), Some("seal_key"));
    let error = read(&records(&memory, sealed_with(2)), "a").expect_err("another key");
    assert!(error.message().contains("sealed with another key"), "{error}");
    let memory = Arc::new(Memory::default());
    swap(&records(&memory, Seal::default()), "a", "one", None).expect("written");
    let error = read(&records(&memory, sealed_with(1)), "a").expect_err("a key too many");
    assert_eq!(error.parameter(), Some("sealed"));
}

#[test]
fn a_record_cannot_be_passed_off_as_another() {
    let memory = Arc::new(Memory::default());
    let records_of = || records(&memory, sealed_with(1));
    let first = swap(&records_of(), "a", "one", None).expect("written").expect("first");
    let before = memory.records();
    swap(&records_of(), "a", "two", Some(&first)).expect("written");
    swap(&records_of(), "b", "other", None).expect("written");
    let content = |name: &str| {
        let all = memory.records();
        all.into_iter().find(|(file, _)| file == &format!("entries/{name}.json")).expect(name).1
    };
    let (a, b) =
        (String::from_utf8(content("a")).expect("text"), String::from_utf8(content("b")).expect("text"));
    let header = before.iter().find(|(name, _)| name == HEADER).cloned().expect("a header");
    for forged in [
        // Another entry's record, with and without its name; a later revision; not sealed; nonsense.
        b.clone(),
        b.replace("\"b\"", "\"a\""),
        a.replace("\"revision\":2", "\"revision\":9"),
        a.replace("\"sealed\":", "\"content\":"),
        "{}".to_owned(),
        String::new(),
    ] {
        memory.restore(vec![header.clone(), ("entries/a.json".to_owned(), forged.clone().into_bytes())]);
        let error = read(&records_of(), "a").expect_err(&forged);
        assert_eq!(error.kind(), Kind::Storage, "{error}");
        assert!(error.message().contains("memory://entries/a.json"), "{error}");
    }
    let newer = a.replace("\"format\":1", "\"format\":2").into_bytes();
    memory.restore(vec![header, ("entries/a.json".to_owned(), newer)]);
    let error = read(&records_of(), "a").expect_err("a newer format");
    assert!(error.message().contains("newer library"), "{error}");
}
