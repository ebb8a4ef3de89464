//! Ctrl-C, SIGTERM, and readers that go away.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use zerossl_sandbox::{Fault, Options, Reply, When, WireFault};

use crate::support::{Place, Ran, until};

pub(crate) fn send(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id().try_into().expect("a number")), signal).expect("it runs");
}

/// Interrupted in the middle of an order, it goes on with the same one.
#[test]
fn an_interrupted_order_is_finished_by_the_next_call() {
    for (signal, status) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let place = Place::new();
        place.sandbox.set_issue_delay(Duration::from_secs(3600));
        let arguments = place.obtain(&["example.com"]);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let child = place.command(&arguments).spawn().expect("the program runs");
        let is_pending =
            || place.sandbox.certificates().iter().any(|order| order.status == "pending_validation");
        until("an order", is_pending);
        send(&child, signal);
        let ran = Ran::wait(child).expect(status);
        assert!(ran.err.contains("cancelled"), "{ran:?}");
        place.sandbox.advance(Duration::from_secs(3600));
        let ran = place.run(&[&arguments[..], &["--clock-offset", "3600", "--json"]].concat()).expect(0);
        assert_eq!(ran.json()["outcome"], "resumed");
        assert_eq!(place.sandbox.certificates().len(), 1);
    }
}

#[test]
fn a_hanging_call_ends_at_once() {
    let place = Place::new();
    let operation = Some("list_certificates".to_owned());
    let reply = Reply::broken(WireFault::Hang);
    place.sandbox.fault(Fault { operation, times: usize::MAX, when: When::Before, reply });
    let child = place.command(&["list-certificates"]).spawn().expect("the program runs");
    until("the request", || !place.sandbox.requests().is_empty());
    send(&child, Signal::SIGINT);
    Ran::wait(child).expect(130);
}

/// The first one asks, and is not heard here: nobody reads the output, and the pipe is full.
#[test]
fn the_second_one_ends_it() {
    let place = Place::with(Options { quota: 100, ..Options::default() });
    place.draft(60);
    let arguments = ["list-certificates", "--json", "--limit", "100"];
    let mut child = place.command(&arguments).spawn().expect("the program runs");
    let is_stuck = |child: &Child| {
        let path = format!("/proc/{}/task/{}/wchan", child.id(), child.id());
        std::fs::read_to_string(path).is_ok_and(|place| place.contains("pipe"))
    };
    until("a full pipe", || is_stuck(&child));
    send(&child, Signal::SIGINT);
    // That it goes on is the point, so there is nothing to wait for.
    std::thread::sleep(Duration::from_millis(200));
    assert!(child.try_wait().expect("its state").is_none(), "one signal does not end it");
    // Two that come at the same moment are one.
    until("the end", || {
        send(&child, Signal::SIGINT);
        child.try_wait().expect("its state").is_some()
    });
    let status = child.wait().expect("it ends");
    assert_eq!((status.code(), status.signal()), (Some(130), None));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let place = Place::with(Options { quota: 400, ..Options::default() });
    place.draft(300);
    // More lines than a pipe holds, on several pages.
    let arguments = ["list-certificates", "--limit", "20", "--requests-per-second", "0"];
    let mut child = place.command(&arguments).spawn().expect("the program runs");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    assert!(line.starts_with("ID "), "{line}");
    let ran = Ran::wait(child).expect(0);
    assert_eq!(ran.err, "", "nothing is said");
    let pages =
        place.sandbox.requests().iter().filter(|asked| asked.operation == Some("list_certificates")).count();
    assert!(pages < 15, "it stops reading: {pages} pages");
}

/// `2>&1 | head`, or a log that is gone.
#[test]
fn nobody_has_to_read_what_is_said() {
    let place = Place::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let arguments = place.obtain(&["example.com", "-v"]);
    let mut command = place.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let ran = Ran::of(command.stderr(writer)).expect(0);
    assert!(ran.out.starts_with("issued "), "{ran:?}");
}
