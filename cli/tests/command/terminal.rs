//! The program on a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use nix::pty::{Winsize, openpty};

use crate::support::{Place, until};

/// A terminal of this width with the program on it, and all that was written so far.
struct Terminal {
    child: Child,
    keyboard: File,
    screen: Arc<Mutex<String>>,
    reader: thread::JoinHandle<()>,
}

impl Terminal {
    fn run(command: &mut Command, columns: u16) -> Self {
        let size = Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(Some(&size), None).expect("a terminal");
        let end = || Stdio::from(pty.slave.try_clone().expect("a descriptor"));
        command.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8");
        let child = command.stdin(end()).stdout(end()).stderr(end()).spawn().expect("the program runs");
        // Else the command would keep the terminal open.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut master = File::from(pty.master);
        let keyboard = master.try_clone().expect("a descriptor");
        let screen = Arc::new(Mutex::new(String::new()));
        let shown = Arc::clone(&screen);
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The end is an error on Linux.
            while let Ok(count @ 1..) = master.read(&mut bytes) {
                shown.lock().expect("a lock").push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        Self { child, keyboard, screen, reader }
    }

    fn screen(&self) -> String {
        self.screen.lock().expect("a lock").clone()
    }

    fn type_in(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).expect("a terminal");
    }

    fn end(mut self) -> (i32, String) {
        let status = self.child.wait().expect("it ends");
        self.reader.join().expect("the screen is read");
        let screen = self.screen.lock().expect("a lock").clone();
        (status.code().expect("a status"), screen)
    }
}

/// Without colours and the like.
fn plain(screen: &str) -> String {
    anstream::adapter::strip_str(screen).to_string()
}

#[test]
fn a_spinner_says_what_is_waited_for() {
    let place = Place::new();
    place.sandbox.set_issue_delay(std::time::Duration::from_secs(3600));
    let arguments = place.obtain(&["example.com"]);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let mut terminal = Terminal::run(&mut place.command(&arguments), 100);
    let is_waiting = |screen: &str| {
        let screen = plain(screen);
        // Since when: some seconds.
        screen.contains("1s example.com: wait: waiting for the certificate to be issued")
    };
    until("the spinner", || is_waiting(&terminal.screen()));
    assert!(terminal.screen().contains('\u{1b}'), "with colours");
    // Ctrl-C as a terminal would send it, had the program one of its own.
    crate::signals::send(&terminal.child, nix::sys::signal::Signal::SIGINT);
    terminal.type_in("");
    let (status, screen) = terminal.end();
    assert_eq!(status, 130, "{screen}");
    assert!(plain(&screen).contains("error: obtain: "), "{screen}");
}

#[test]
fn a_table_fits_the_terminal() {
    let place = Place::new();
    place.run_obtain(&["a-rather-long-name.of-a-host.example.com"]).expect(0);
    let store = place.path("store");
    let mut widths = Vec::new();
    for columns in [30_u16, 60, 200] {
        let status = &mut place.command(&["status", "--directory", &store]);
        let (status, screen) = Terminal::run(status, columns).end();
        assert_eq!(status, 0);
        let text = plain(&screen);
        let lines: Vec<_> =
            text.lines().filter(|line| line.contains("NAME") || line.contains("a-r")).collect();
        assert_eq!(lines.len(), 2, "{text}");
        let longest = lines.iter().map(|line| line.trim_end().chars().count()).max().unwrap_or_default();
        assert!(longest <= columns.into(), "{columns}: {text}");
        widths.push(longest);
    }
    assert!(widths[0] < widths[1] && widths[1] < widths[2], "{widths:?}");
}

#[test]
fn no_color_is_heard() {
    let place = Place::new();
    place.run_obtain(&["example.com"]).expect(0);
    let store = place.path("store");
    let arguments = ["status", "--directory", &store];
    let (_, with) = Terminal::run(&mut place.command(&arguments), 80).end();
    let (_, without) = Terminal::run(place.command(&arguments).env("NO_COLOR", "1"), 80).end();
    // The spinner moves the cursor, and colours nothing.
    assert!(with.contains("\u{1b}[32m") && !without.contains("\u{1b}[3"), "{without:?}");
}

/// A person makes the record that the order wants.
#[test]
fn a_person_publishes() {
    let place = Place::new();
    let store = place.path("store");
    let arguments = [
        "obtain",
        "*.example.com",
        "--directory",
        &store,
        "--validation-method",
        "CNAME_CSR_HASH",
        "--preflight",
        "off",
        "--poll-interval",
        "0.1",
    ];
    let mut terminal = Terminal::run(&mut place.command(&arguments), 120);
    until("the question", || terminal.screen().contains("Press Enter"));
    let screen = plain(&terminal.screen());
    let value = |name: &str| {
        let line = screen
            .lines()
            .find(|line| line.trim().starts_with(name))
            .unwrap_or_else(|| panic!("{name}: {screen}"));
        line.trim().trim_start_matches(name).trim().to_owned()
    };
    place.sandbox.add_record(&value("name"), "CNAME", &value("target")).expect("a record");
    terminal.type_in("\n");
    until("the other question", || terminal.screen().contains("Take away"));
    terminal.type_in("\n");
    let (status, screen) = terminal.end();
    assert_eq!(status, 0, "{screen}");
    assert!(plain(&screen).contains("issued *.example.com"), "{screen}");
}

#[test]
fn what_is_recorded_is_shown_before_it_is_written() {
    let place = Place::new();
    for (answer, status) in [("n\n", 1), ("y\n", 0)] {
        let mut terminal = Terminal::run(&mut place.command(&["record", "out"]), 120);
        until("the question", || terminal.screen().contains("[y/N]"));
        assert!(terminal.screen().contains("list_certificates/recorded-first-page.json"));
        assert!(!std::path::Path::new(&place.path("out")).exists());
        terminal.type_in(answer);
        assert_eq!(terminal.end().0, status);
    }
    assert!(std::path::Path::new(&place.path("out/list_certificates/recorded-first-page.json")).exists());
}
