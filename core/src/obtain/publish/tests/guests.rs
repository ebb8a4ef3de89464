//! Guests of the listener that mean no good: whatever they do, others are answered soon, and the listener ends at once.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::listen::{PATH, alone, body, get, started};

/// More than the listener has room for.
const CONNECTIONS: usize = 100;
const SOON: Duration = Duration::from_secs(2);

struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Does something with many connections, again and again, while good guests ask.
fn besieged(attack: impl Fn(SocketAddr, &AtomicBool, &AtomicUsize) + Sync) {
    let _alone = alone();
    let (publisher, address) = started("127.0.0.1:0");
    let (is_over, attacks) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        // Also after a failure: the scope waits for the attackers.
        let _ends = Ends(&is_over);
        for _ in 0..4 {
            scope.spawn(|| attack(address, &is_over, &attacks));
        }
        while attacks.load(Ordering::Relaxed) < CONNECTIONS {
            thread::yield_now();
        }
        for _ in 0..50 {
            let begin = Instant::now();
            let answer = get(address, PATH, "a.example");
            assert_eq!(body(&answer), Some("content of a"));
            assert!(begin.elapsed() < SOON, "answered after {:?}", begin.elapsed());
        }
        let begin = Instant::now();
        drop(publisher);
        assert!(begin.elapsed() < SOON, "ended after {:?}", begin.elapsed());
    });
    TcpListener::bind(address).expect("the port is free");
}

/// Opens connections until it is over, and keeps so many.
fn crowd(
    address: SocketAddr,
    is_over: &AtomicBool,
    attacks: &AtomicUsize,
    turn: impl Fn(&mut TcpStream) -> bool,
) {
    let mut guests: Vec<TcpStream> = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        if guests.len() < CONNECTIONS / 2
            && let Ok(guest) = TcpStream::connect(address)
        {
            guest.set_read_timeout(Some(Duration::from_millis(1))).expect("a socket");
            guests.push(guest);
            attacks.fetch_add(1, Ordering::Relaxed);
        }
        guests.retain_mut(&turn);
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn heads_that_come_byte_by_byte_hold_nobody_up() {
    besieged(|address, is_over, attacks| {
        crowd(address, is_over, attacks, |guest| guest.write_all(b"x").is_ok());
    });
}

#[test]
fn who_says_nothing_holds_nobody_up() {
    besieged(|address, is_over, attacks| crowd(address, is_over, attacks, |_| true));
}

/// It asks, and takes one byte of the answer at a time.
#[test]
fn who_reads_slowly_holds_nobody_up() {
    let request = format!("GET {PATH} HTTP/1.1\r\nHost: a.example\r\n\r\n");
    besieged(|address, is_over, attacks| {
        crowd(address, is_over, attacks, |guest| {
            let _ = guest.write_all(request.as_bytes());
            guest.read(&mut [0]).is_ok_and(|read| read > 0)
        });
    });
}

/// Each connection is closed at once, or reset with something unread.
#[test]
fn who_comes_and_goes_holds_nobody_up() {
    besieged(|address, is_over, attacks| {
        while !is_over.load(Ordering::Relaxed) {
            if let Ok(mut guest) = TcpStream::connect(address) {
                let _ = guest.write_all(b"GET / HTTP/1.1\r\n\r\n");
                attacks.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
}
