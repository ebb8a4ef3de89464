use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};
use tempfile::TempDir;

use super::*;

fn sh_for(timeout: Duration, grace: Duration, script: &str) -> Ended {
    let argv = words(&["/bin/sh", "-c", script]);
    let command = Command { argv: &argv, environment: &[], passed: &[], timeout };
    run_with_grace(&command, grace, &CancelToken::new(), None, ()).expect("sh")
}

/// Reports when all processes that have it open are gone.
struct Fifo {
    path: PathBuf,
    receiver: Receiver<String>,
}

impl Fifo {
    fn new(folder: &TempDir) -> Self {
        let path = folder.path().join("fifo");
        mkfifo(&path, Mode::S_IRWXU).expect("a FIFO");
        let (sender, receiver) = channel();
        let read = path.clone();
        std::thread::spawn(move || {
            let mut text = String::new();
            fs::File::open(read).and_then(|mut file| file.read_to_string(&mut text)).expect("it can be read");
            sender.send(text)
        });
        Self { path, receiver }
    }

    fn shown(&self) -> std::path::Display<'_> {
        self.path.display()
    }

    fn all_gone(self) -> String {
        self.receiver.recv_timeout(LONG).expect("they end")
    }
}

/// Reports when it is dropped.
struct Keep(Sender<&'static str>);

impl Drop for Keep {
    fn drop(&mut self) {
        self.0.send("dropped").expect("the test listens");
    }
}

#[test]
fn what_is_left_in_the_background_is_not_waited_for() {
    for background in ["sleep 1000", "yes"] {
        let started = Instant::now();
        let ended = sh(&format!("{background} & echo $! >&2; echo done"));
        assert!(started.elapsed() < LONG / 2);
        assert!(ended.success);
        let mut numbers = ended.output.lines().filter_map(|line| line.parse().ok());
        if let Some(number) = numbers.next() {
            // `yes` ended by itself when nobody read its output.
            let _ = kill(Pid::from_raw(number), Signal::SIGKILL);
        }
        assert!(ended.output.contains("done") || background == "yes", "{}", ended.output);
    }
}

#[test]
fn what_takes_too_long_is_asked_to_end() {
    let folder = TempDir::new().expect("a folder");
    let fifo = Fifo::new(&folder);
    let script =
        format!("exec 9>{}; trap 'echo asked; exit 0' TERM; echo on; sleep 1000 & wait", fifo.shown());
    let ended = sh_for(Duration::from_millis(500), LONG, &script);
    assert_eq!(ended.how, "it ran longer than 0.5 s and was ended");
    assert!(!ended.success);
    assert_eq!(ended.output, "on\nasked\n");
    fifo.all_gone();
}

#[test]
fn what_does_not_listen_is_ended() {
    for (what, script) in [
        ("all", "trap '' TERM; sleep 1000 & sleep 1000"),
        ("a child", "(trap '' TERM; sleep 1000) & sleep 1000"),
        ("without output", "trap '' TERM; exec >/dev/null 2>&1; sleep 1000 & sleep 1000"),
    ] {
        let folder = TempDir::new().expect("a folder");
        let fifo = Fifo::new(&folder);
        let script = format!("exec 9>{}; {script}", fifo.shown());
        let (timeout, grace) = (Duration::from_millis(500), Duration::from_millis(200));
        let ended = sh_for(timeout, grace, &script);
        assert!(ended.how.contains("was ended"), "{what}: {}", ended.how);
        fifo.all_gone();
    }
}

#[test]
fn what_has_left_its_group_is_ended_too() {
    let folder = TempDir::new().expect("a folder");
    let fifo = Fifo::new(&folder);
    let group = nix::unistd::getpgrp();
    let perl = format!("setpgrp(0, {group}) or die; exec 'sleep', '1000'");
    let script = format!("exec 9>{}; exec perl -e \"{perl}\"", fifo.shown());
    let ended = sh_for(Duration::from_secs(1), LONG, &script);
    assert_eq!((ended.how.as_str(), ended.output.as_str()), ("it ran longer than 1 s and was ended", ""));
    fifo.all_gone();
}

#[test]
fn after_a_cancel_it_continues_and_keeps_what_it_needs() {
    let folder = TempDir::new().expect("a folder");
    let place = |name: &str| folder.path().join(name);
    let (gate, started, done) = (place("gate"), place("started"), place("done"));
    mkfifo(&gate, Mode::S_IRWXU).expect("a FIFO");
    let script =
        format!("echo > {}; read line < {}; echo > {}", started.display(), gate.display(), done.display());
    let (sender, receiver) = channel();
    let cancel = cancelled_when(started);
    let before = Instant::now();
    let argv = words(&["/bin/sh", "-c", &script]);
    let command = Command { argv: &argv, environment: &[], passed: &[], timeout: LONG };
    let error = run(&command, &cancel, None, Keep(sender)).expect_err("cancelled");
    assert_eq!(error.kind(), Kind::Cancelled);
    assert!(before.elapsed() < LONG / 2);
    assert!(receiver.try_recv().is_err() && !done.exists(), "it still runs");
    fs::write(&gate, "go\n").expect("it reads");
    assert_eq!(receiver.recv_timeout(LONG), Ok("dropped"));
    assert!(done.exists(), "it was kept to the end");
}

/// A token whose owner cancels when the file exists.
fn cancelled_when(file: PathBuf) -> CancelToken {
    CancelToken::asking(move || Path::exists(&file))
}

#[test]
fn after_a_cancel_its_time_is_still_limited() {
    let folder = TempDir::new().expect("a folder");
    let fifo = Fifo::new(&folder);
    let started = folder.path().join("started");
    let script = format!("exec 9>{}; echo > {}; sleep 1000", fifo.shown(), started.display());
    let (sender, receiver) = channel();
    let argv = words(&["/bin/sh", "-c", &script]);
    let command = Command { argv: &argv, environment: &[], passed: &[], timeout: Duration::from_secs(1) };
    run(&command, &cancelled_when(started), None, Keep(sender)).expect_err("cancelled");
    assert_eq!(receiver.recv_timeout(LONG), Ok("dropped"));
    fifo.all_gone();
}

#[test]
fn nothing_is_started_after_a_cancel() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("file").display().to_string();
    let cancel = CancelToken::new();
    cancel.cancel();
    let argv = words(&["touch", &file]);
    let (sender, receiver) = channel();
    let command = Command { argv: &argv, environment: &[], passed: &[], timeout: LONG };
    run(&command, &cancel, None, Keep(sender)).expect_err("cancelled");
    assert_eq!(receiver.recv_timeout(LONG), Ok("dropped"));
    assert!(!Path::new(&file).exists());
}
