//! Files that only the shared store has, through the listener of a host that has not published them.

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::listen::{PATH, alone, body, get, read, status};
use crate::cancel::CancelToken;
use crate::error::{Error, Kind, Result};
use crate::ledger::fleet::Fleet;
use crate::ledger::memory::{Fault, Memory};
use crate::ledger::records::Records;
use crate::ledger::seal::Seal;
use crate::ledger::{Fetched, Ledger, Swap, Version};
use crate::limits::{Limits, Within};
use crate::obtain::challenge::FOLDER;
use crate::obtain::publish::listen::listen_for_all;
use crate::obtain::publish::registry::Serving;

/// Well below what a lookup may take.
const SOON: Duration = Duration::from_secs(1);

/// Calls for challenges are carried out, and their answers wait until so many may pass.
#[derive(Debug)]
struct Gate {
    arrived: AtomicUsize,
    allowed: AtomicUsize,
}

impl Gate {
    fn with(allowed: usize) -> Arc<Self> {
        Arc::new(Self { arrived: AtomicUsize::new(0), allowed: AtomicUsize::new(allowed) })
    }

    fn allow(&self, calls: usize) {
        self.allowed.store(calls, Ordering::SeqCst);
    }

    fn wait_for(&self, calls: usize) {
        until(|| self.arrived.load(Ordering::SeqCst) >= calls);
    }

    fn pass(&self, limits: &dyn Limits, name: &str) -> Result<()> {
        if !name.starts_with("challenges/") {
            return Ok(());
        }
        let number = self.arrived.fetch_add(1, Ordering::SeqCst);
        while number >= self.allowed.load(Ordering::SeqCst) {
            let now = Instant::now();
            if now >= limits.deadline() {
                return Err(Error::new(Kind::Storage, "the engine does not answer"));
            }
            if !limits.cancel().sleep_until(limits.deadline().min(now + Duration::from_millis(5))) {
                return Err(Error::cancelled());
            }
        }
        Ok(())
    }
}

/// The engine as one host reaches it.
#[derive(Debug)]
struct Gated(Arc<Memory>, Arc<Gate>);

impl Ledger for Gated {
    fn get(&self, limits: &dyn Limits, name: &str, knows: Option<&Version>) -> Result<Fetched> {
        let found = self.0.get(limits, name, knows)?;
        self.1.pass(limits, name).map(|()| found)
    }

    fn put_if(&self, limits: &dyn Limits, name: &str, content: &[u8], at: Option<&Version>) -> Result<Swap> {
        self.0.put_if(limits, name, content, at)
    }

    fn list(&self, limits: &dyn Limits, prefix: &str) -> Result<Vec<(String, Version)>> {
        let found = self.0.list(limits, prefix)?;
        self.1.pass(limits, prefix).map(|()| found)
    }

    fn delete(&self, limits: &dyn Limits, name: &str) -> Result<()> {
        self.0.delete(limits, name)
    }

    fn place(&self, name: &str) -> String {
        self.0.place(name)
    }
}

fn until(is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < end, "it never came to that");
        thread::yield_now();
    }
}

fn on<T>(ledger: Arc<dyn Ledger>, work: impl FnOnce(&Fleet<'_>, &dyn Limits) -> T) -> T {
    let records = Arc::new(Records::new(ledger, Seal::default()));
    let never = CancelToken::never();
    let limits = Within { cancel: &never, deadline: Instant::now() + Duration::from_secs(30) };
    work(&Fleet { records: &records, lease: Duration::from_secs(60) }, &limits)
}

/// A host that answers for all, and has one file itself.
fn host(memory: &Arc<Memory>, gate: &Arc<Gate>) -> (Serving, SocketAddr) {
    let serving = on(Arc::new(Gated(Arc::clone(memory), Arc::clone(gate))), |fleet, _| {
        listen_for_all(([127, 0, 0, 1], 0).into(), fleet).expect("a free port")
    });
    serving.serve("own.example", PATH.to_owned(), "its own");
    let address = serving.address;
    (serving, address)
}

/// What another host does.
fn publish(memory: &Arc<Memory>, file: usize) {
    let ledger = Arc::clone(memory);
    on(ledger, |fleet, limits| fleet.publish(limits, "a.example", &name(file), "content of a"))
        .expect("published");
}

fn name(file: usize) -> String {
    format!("{file:032x}.txt")
}

fn path(file: usize) -> String {
    FOLDER.to_owned() + &name(file)
}

/// Asks, and does not wait for the answer.
fn ask(address: SocketAddr, file: usize) -> TcpStream {
    let mut guest = TcpStream::connect(address).expect("it listens");
    guest.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket");
    let request = format!("GET {} HTTP/1.1\r\nHost: A.example:80\r\n\r\n", path(file));
    guest.write_all(request.as_bytes()).expect("it reads");
    guest
}

fn count_lists(memory: &Memory) -> u32 {
    memory.calls().iter().map(|(kind, _)| u32::from(*kind == "list")).sum()
}

/// The answer comes when the listener has read what was sent before.
fn gets_its_own_soon(address: SocketAddr) {
    let begin = Instant::now();
    assert_eq!(body(&get(address, PATH, "own.example")), Some("its own"));
    assert!(begin.elapsed() < SOON, "answered after {:?}", begin.elapsed());
}

#[test]
fn a_store_that_does_not_answer_holds_up_only_who_asks_for_its_files() {
    let _alone = alone();
    let (memory, gate) = (Arc::<Memory>::default(), Gate::with(0));
    let (serving, address) = host(&memory, &gate);
    let first = ask(address, 0);
    gate.wait_for(1);
    let guests: Vec<_> = (1..200).map(|file| ask(address, file)).collect();
    (0..5).for_each(|_| gets_its_own_soon(address));
    gate.allow(usize::MAX);
    let answers: Vec<String> = [first].into_iter().chain(guests).map(read).collect();
    let count = |wanted: &str| answers.iter().filter(|answer| status(answer) == wanted).count();
    // One in the first round, 64 in the next one, and the others need not wait.
    assert_eq!((count("404"), count("503")), (65, 135));
    assert_eq!(serving.served(), 5);
}

#[test]
fn made_up_names_do_not_crowd_out_a_file() {
    const NAMES: usize = 2500;
    let _alone = alone();
    // As far away as a store in the same region.
    let memory = Arc::new(Memory::with_faults(|_, _, _| {
        thread::sleep(Duration::from_millis(10));
        None
    }));
    publish(&memory, 0);
    let (_serving, address) = host(&memory, &Gate::with(usize::MAX));
    let (asked, found) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..48 {
            scope.spawn(|| {
                loop {
                    let file = asked.fetch_add(1, Ordering::Relaxed) + 1;
                    if file > NAMES {
                        break;
                    }
                    assert_eq!(status(&read(ask(address, file))), "404");
                }
            });
        }
        while asked.load(Ordering::Relaxed) < NAMES {
            let begin = Instant::now();
            assert_eq!(body(&read(ask(address, 0))), Some("content of a"), "in the crowd");
            assert!(begin.elapsed() < SOON, "answered after {:?}", begin.elapsed());
            found.fetch_add(1, Ordering::Relaxed);
        }
    });
    assert!(found.load(Ordering::Relaxed) > 10, "{found:?}");
    let calls = memory.calls();
    assert!(calls.len() < NAMES / 10, "{} calls to the store", calls.len());
    // So many do not wait for the end of the pause.
    let each = begin.elapsed() / count_lists(&memory);
    assert!(each < Duration::from_millis(250), "a list in {each:?}");
}

#[test]
fn a_small_crowd_costs_the_store_two_lists_a_second() {
    let _alone = alone();
    let (memory, gate) = (Arc::<Memory>::default(), Gate::with(usize::MAX));
    let (_serving, address) = host(&memory, &gate);
    let begin = Instant::now();
    for _ in 0..4 {
        let guests: Vec<_> = (0..20).map(|file| ask(address, file)).collect();
        assert!(guests.into_iter().map(read).all(|answer| status(&answer) == "404"));
    }
    // The first and the last list have no pause on one side, and a slow beginning may have been no crowd.
    let lists = count_lists(&memory);
    assert!(lists >= 2 && begin.elapsed() > Duration::from_millis(500) * (lists - 1), "{lists} lists");
}

#[test]
fn who_waits_for_the_store_is_not_pushed_out() {
    let _alone = alone();
    let (memory, gate) = (Arc::<Memory>::default(), Gate::with(0));
    publish(&memory, 0);
    let (_serving, address) = host(&memory, &gate);
    let guest = ask(address, 0);
    gate.wait_for(1);
    let newcomers: Vec<_> = (0..200).map(|_| TcpStream::connect(address).expect("it listens")).collect();
    gets_its_own_soon(address);
    gate.allow(usize::MAX);
    assert_eq!(body(&read(guest)), Some("content of a"));
    drop(newcomers);
}

#[test]
fn what_was_just_published_is_found_though_it_was_asked_for_before() {
    let _alone = alone();
    let (memory, gate) = (Arc::<Memory>::default(), Gate::with(usize::MAX));
    let (_serving, address) = host(&memory, &gate);
    for crowd in [1, 20] {
        let file = crowd;
        let guests: Vec<_> = (file..file + crowd).map(|file| ask(address, file)).collect();
        assert!(guests.into_iter().map(read).all(|answer| status(&answer) == "404"));
        publish(&memory, file);
        assert_eq!(body(&read(ask(address, file))), Some("content of a"), "after {crowd} names");
    }
}

#[test]
fn who_comes_during_a_round_is_answered_by_the_next() {
    for crowd in [1, 20] {
        let _alone = alone();
        let (memory, gate) = (Arc::<Memory>::default(), Gate::with(0));
        let (_serving, address) = host(&memory, &gate);
        let mut before = vec![ask(address, 1)];
        gate.wait_for(1);
        let mut calls: u32 = 1;
        if crowd > 1 {
            // They come during the first round, and are the second one.
            before.extend((2..=crowd).map(|file| ask(address, file)));
            gets_its_own_soon(address);
            gate.allow(1);
            gate.wait_for(2);
            calls = 2;
        }
        // The store has said that this is absent, and it has not reached the host yet.
        publish(&memory, crowd);
        let after = ask(address, crowd);
        gets_its_own_soon(address);
        gate.allow(usize::MAX);
        assert!(before.into_iter().map(read).all(|answer| status(&answer) == "404"));
        assert_eq!(body(&read(after)), Some("content of a"), "after {calls} calls");
        assert_eq!(count_lists(&memory), calls - 1);
    }
}

#[test]
fn the_end_does_not_wait_for_the_store() {
    let _alone = alone();
    let (memory, gate) = (Arc::<Memory>::default(), Gate::with(0));
    let (serving, address) = host(&memory, &gate);
    let guests: Vec<_> = (0..10).map(|file| ask(address, file)).collect();
    gate.wait_for(1);
    gets_its_own_soon(address);
    let begin = Instant::now();
    drop(serving);
    assert!(begin.elapsed() < SOON, "ended after {:?}", begin.elapsed());
    TcpListener::bind(address).expect("the port is free");
    assert!(guests.into_iter().map(read).all(|answer| answer.is_empty()));
    // Nobody has the store any more.
    assert_eq!((Arc::strong_count(&memory), Arc::strong_count(&gate)), (1, 1));
}

#[test]
fn a_store_that_fails_does_not_say_that_a_file_is_absent() {
    let _alone = alone();
    let fails = Arc::new(AtomicBool::new(false));
    let memory = Arc::new(Memory::with_faults({
        let fails = Arc::clone(&fails);
        move |_, _, _| fails.load(Ordering::Relaxed).then_some(Fault::Unreachable)
    }));
    publish(&memory, 0);
    let (_serving, address) = host(&memory, &Gate::with(usize::MAX));
    assert_eq!(body(&read(ask(address, 0))), Some("content of a"));
    for crowd in [1, 20] {
        fails.store(true, Ordering::Relaxed);
        let guests: Vec<_> = (0..crowd).map(|file| ask(address, file)).collect();
        assert!(guests.into_iter().map(read).all(|answer| status(&answer) == "503"), "{crowd}");
        fails.store(false, Ordering::Relaxed);
        assert_eq!(body(&read(ask(address, 0))), Some("content of a"));
    }
}
