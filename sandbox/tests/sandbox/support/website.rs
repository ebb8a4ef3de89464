//! A web server with the validation files of an order.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;

/// Answers by path, as raw HTTP.
type Pages = HashMap<String, String>;

pub(crate) struct Website {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    hosts: Arc<Mutex<Vec<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Website {
    /// Serves the validation files of the order, for every host name.
    pub(crate) fn of(order: &Value) -> Self {
        Self::with(order, |lines| ok(&lines.join("\n")))
    }

    /// Serves the answer that the test chooses instead of the three lines.
    pub(crate) fn with(order: &Value, answer: impl Fn(&[&str]) -> String) -> Self {
        let methods = order["validation"]["other_methods"].as_object();
        let methods = methods.unwrap_or_else(|| panic!("not an order: {order}"));
        let mut pages = Pages::new();
        for method in methods.values() {
            let url = method["file_validation_url_http"].as_str().expect("a URL");
            let path = url.splitn(4, '/').nth(3).expect("a path");
            let lines = method["file_validation_content"].as_array().expect("lines");
            let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
            pages.insert(format!("/{path}"), answer(&lines));
        }
        Self::serve(pages)
    }

    fn serve(pages: Pages) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let ended = Arc::new(AtomicBool::new(false));
        let hosts = Arc::new(Mutex::new(Vec::new()));
        let thread = std::thread::spawn({
            let (ended, hosts) = (Arc::clone(&ended), Arc::clone(&hosts));
            move || {
                for stream in listener.incoming() {
                    if ended.load(Ordering::Relaxed) {
                        break;
                    }
                    if let Ok(stream) = stream {
                        answer(stream, &pages, &hosts);
                    }
                }
            }
        });
        Self { address, ended, hosts, thread: Some(thread) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The `Host` of each request so far.
    pub(crate) fn hosts(&self) -> Vec<String> {
        self.hosts.lock().expect("the list").clone()
    }
}

impl Drop for Website {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the thread, which then ends.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub(crate) fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn answer(mut stream: TcpStream, pages: &Pages, hosts: &Mutex<Vec<String>>) {
    const MISSING: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let lines = BufReader::new(&stream).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let host =
        head.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix("host: ").map(str::to_owned));
    hosts.lock().expect("the list").extend(host);
    let page = pages.get(path).map_or(MISSING, String::as_str);
    let _ = stream.write_all(page.as_bytes());
}
