//! Guests of the library's own listener that mean no good, while it serves the files of an order.
//!
//! Each way has a sandbox of its own, which looks for the files at a port that its guests besiege. The order is issued and
//! installed all the same; that is shown by how the call ends: the deploy hook, which comes after that, fails.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use zerossl::{ClientBuilder, Error};
use zerossl_sandbox::{Body, Fault, Options, Reply, Sandbox, When};

/// What a guest does each millisecond with each of its connections. False: it leaves.
type Turn = fn(&mut TcpStream) -> bool;

/// The ways, by name.
const WAYS: [(&str, &str, Turn); 4] = [
    ("besieged_in_silence", "guests of the listener that say nothing", |_| true),
    ("besieged_byte_by_byte", "guests of the listener that send byte by byte", |guest| {
        guest.write_all(b"x").is_ok()
    }),
    ("besieged_by_slow_readers", "guests of the listener that read byte by byte", |guest| {
        let _ = guest.write_all(b"GET /.well-known/pki-validation/x.txt HTTP/1.1\r\n\r\n");
        guest.read(&mut [0]).is_ok_and(|read| read > 0)
    }),
    ("besieged_by_brief_visits", "guests of the listener that come and go", |_| false),
];
/// More than the listener has room for.
const CONNECTIONS: usize = 100;
/// How long the guests have to come, while the order is made.
const TIME: Duration = Duration::from_secs(1);
const DEADLINE: f64 = 20.0;

/// A besieged port, until the program ends.
#[derive(Debug)]
pub struct Siege {
    /// The way's name.
    pub name: &'static str,
    about: &'static str,
    address: SocketAddr,
    sandbox: Sandbox,
    guests: Arc<AtomicUsize>,
}

impl Siege {
    /// One for each way.
    pub fn start() -> io::Result<Vec<Self>> {
        WAYS.iter().map(|(name, about, turn)| Self::of(name, about, *turn)).collect()
    }

    fn of(name: &'static str, about: &'static str, turn: Turn) -> io::Result<Self> {
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let sandbox =
            Sandbox::start(Options { http_port: address.port(), quota: 100, ..Options::default() })?;
        let reply = Reply { delay: TIME, ..Reply::new(200, Body::AsIs) };
        let operation = Some("create_certificate".to_owned());
        sandbox.fault(Fault { operation, times: usize::MAX, when: When::After, reply });
        let guests = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            let guests = Arc::clone(&guests);
            thread::spawn(move || crowd(address, turn, &guests));
        }
        Ok(Self { name, about, address, sandbox, guests })
    }

    /// The settings of a client.
    fn settings(&self) -> Map<String, Value> {
        Map::from_iter([
            ("access_key".to_owned(), self.sandbox.access_key().into()),
            ("base_url".to_owned(), self.sandbox.base_url().into()),
            ("requests_per_second".to_owned(), 0.into()),
        ])
    }

    /// The parameters of `obtain`, with a store of its own.
    fn parameters(&self, store: &Path) -> io::Result<Value> {
        fs::create_dir_all(store)?;
        Ok(json!({
            "domains": ["example.com"], "directory": store, "preflight": "off", "deadline": DEADLINE, "poll_interval": 0.1,
            "validation": {"method": "HTTP_CSR_HASH", "listen": self.address.to_string()}, "deploy_hook": ["false"],
        }))
    }

    /// Makes the call in Rust. Returns what is not as it must be, or else the error that other languages must get.
    pub fn play(&self, store: &Path) -> Result<Error, String> {
        let settings = Value::Object(self.settings()).to_string();
        let client = ClientBuilder::from_json(&settings).and_then(ClientBuilder::build).expect("settings");
        let parameters = self.parameters(store).expect("a store").to_string();
        let (before, begin) = (self.guests.load(Ordering::Relaxed), Instant::now());
        let outcome = client.call("obtain", &parameters);
        let (guests, took) = (self.guests.load(Ordering::Relaxed) - before, begin.elapsed());
        let is_installed = store.join("example.com/current/fullchain.pem").exists();
        match outcome {
            Err(error) if is_installed && guests >= CONNECTIONS && took.as_secs_f64() < DEADLINE => Ok(error),
            outcome => Err(format!(
                "{}: {guests} guests, {took:?}, installed: {is_installed}: {outcome:?}",
                self.name
            )),
        }
    }

    /// The same call as a case for the other languages.
    pub fn case(&self, error: &Error, store: &Path) -> io::Result<Value> {
        Ok(json!({
            "about": self.about, "source": "inferred", "settings": self.settings(), "parameters": self.parameters(store)?,
            "exchange": [], "error": {"kind": error.kind().name(), "message_contains": ["the deploy hook failed"]},
        }))
    }
}

/// Comes whenever somebody listens, with as many connections as there is room for.
fn crowd(address: SocketAddr, turn: Turn, guests: &AtomicUsize) {
    let mut inside: Vec<TcpStream> = Vec::new();
    loop {
        if inside.len() < CONNECTIONS
            && let Ok(guest) = TcpStream::connect(address)
            // Where nobody listens, a connection may meet itself, and would have the port.
            && guest.local_addr().ok() != Some(address)
            && guest.set_read_timeout(Some(Duration::from_millis(1))).is_ok()
        {
            inside.push(guest);
            guests.fetch_add(1, Ordering::Relaxed);
        }
        inside.retain_mut(turn);
        thread::sleep(Duration::from_millis(1));
    }
}
