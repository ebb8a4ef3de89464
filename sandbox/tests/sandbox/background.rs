//! An order that waits does not delay other calls.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zerossl_sandbox::{DnsAnswer, Fault, Options, Reply, Sandbox, Settings, When, serve_files};

use crate::support::management::Manager;
use crate::support::openssl::Folder;
use crate::support::website::{Website, ok};
use crate::support::{Client, agent, publish, start_with};

/// Long enough that a test notices a call that waits for it.
const LONG: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn id(order: &Value) -> String {
    order["id"].as_str().unwrap_or_else(|| panic!("not an order: {order}")).to_owned()
}

fn start(settings: Settings) -> (Sandbox, Client, Manager) {
    let management = Some("127.0.0.1:0".parse().expect("an address"));
    let (sandbox, client) = start_with(Options { quota: 100, settings, management, ..Options::default() });
    let manager = Manager::of(&sandbox);
    (sandbox, client, manager)
}

/// Calls of every kind, of the account and of another one.
fn go_on(sandbox: &Sandbox, client: &Client, manager: &Manager, hanging: &str, round: usize) {
    let other = client.with_key("other");
    for (place, client) in [client, &other].into_iter().enumerate() {
        let name = format!("n{round}-{place}.example.net");
        let order = client.create(&[&name]);
        publish(sandbox, &order);
        assert_eq!(client.verify(&id(&order), "CNAME_CSR_HASH")["status"], "pending_validation");
        assert!(client.get("/certificates")["total_count"].as_u64().is_some_and(|count| count > 0));
        let given_up = client.create(&[&format!("c-{name}")]);
        let path = format!("/certificates/{}/cancel", id(&given_up));
        assert_eq!(client.post(&path, &json!({})), json!({"success": 1}));
        let name = format!("m-{name}");
        let draft = client.create(&[&name]);
        let by_mail = json!({"validation_method": "EMAIL", "validation_email": format!("admin@{name}")});
        client.post(&format!("/certificates/{}/challenges", id(&draft)), &by_mail);
    }
    assert_eq!(client.get(&format!("/certificates/{hanging}"))["status"], "pending_validation");
    assert_eq!(client.get(&format!("/certificates/{hanging}/status"))["validation_completed"], 0);
    let mails = manager.get("/mails");
    let token = mails.as_array().and_then(|mails| mails.last()).expect("a mail")["token"].clone();
    manager.does(&format!("/mails/{}/answer", token.as_str().expect("a token")), &json!({}));
    manager.get("/certificates");
    manager.patch("/settings", &json!({"list_lag_seconds": 0}));
    manager.text("/crl");
}

#[test]
fn an_order_whose_server_hangs_delays_nobody() {
    let settings = Settings { issue_delay: (HOUR, HOUR), validation_timeout: LONG, ..Settings::default() };
    let (sandbox, client, manager) = start(settings);
    sandbox.add_account("other", 100).expect("an account");
    let order = client.create(&["example.com"]);
    let hanging = id(&order);
    let site = Website::of(&order);
    sandbox.address_book("example.com", site.address());
    assert_eq!(client.verify(&hanging, "HTTP_CSR_HASH")["status"], "pending_validation");
    // From here on, its server accepts connections but sends nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    sandbox.address_book("example.com", silent.local_addr().expect("an address"));

    thread::scope(|scope| {
        let advanced = scope.spawn(|| sandbox.advance(HOUR));
        let (connection, _) = silent.accept().expect("the recheck");
        silent.set_nonblocking(true).expect("a socket");
        let began = Instant::now();
        for round in 0..10 {
            go_on(&sandbox, &client, &manager, &hanging, round);
        }
        assert!(began.elapsed() < LONG / 2, "{:?}", began.elapsed());
        assert!(silent.accept().is_err(), "an order has one recheck at a time");
        assert!(!advanced.is_finished(), "the recheck is still running");
        drop(connection);
        advanced.join().expect("no panic");
    });
    // Its proof is checked again, and found.
    assert_eq!(client.get(&format!("/certificates/{hanging}"))["status"], "pending_validation");
    sandbox.address_book("example.com", site.address());
    sandbox.advance(HOUR);
    assert_eq!(client.get(&format!("/certificates/{hanging}"))["status"], "issued");
}

#[test]
fn a_verify_that_waits_delays_nobody() {
    let (sandbox, client, manager) = start(Settings { validation_timeout: LONG, ..Settings::default() });
    sandbox.add_account("other", 100).expect("an account");
    let pending = client.order_by_record(&sandbox, &["stalled.example.org"]);
    sandbox.change_settings(|settings| settings.brands = vec!["brand".to_owned()]);
    let brand = client.order_by_record(&sandbox, &["brand.example.org"]);
    assert_eq!(pending["status"], "pending_validation");
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    sandbox.address_book("example.com", silent.local_addr().expect("an address"));
    let by_file = id(&client.create(&["example.com"]));
    let by_record = client.create(&["silent.example.com"]);
    publish(&sandbox, &by_record);
    // Its CNAME record is found; the query for its CAA records gets no answer.
    sandbox.set_dns_answer("silent.example.com", DnsAnswer::Silence, Duration::ZERO);

    thread::scope(|scope| {
        let file = scope.spawn(|| Client::of(&sandbox).verify(&by_file, "HTTP_CSR_HASH"));
        let record = scope.spawn(|| Client::of(&sandbox).verify(&id(&by_record), "CNAME_CSR_HASH"));
        let (connection, _) = silent.accept().expect("the check");
        let is_asked = || {
            let questions = sandbox.dns_questions();
            questions.iter().any(|asked| asked.kind == "CAA" && asked.name == "silent.example.com")
        };
        while !is_asked() {
            thread::yield_now();
        }
        let began = Instant::now();
        for round in 0..5 {
            go_on(&sandbox, &client, &manager, &id(&brand), round);
        }
        assert!(began.elapsed() < LONG / 2, "{:?}", began.elapsed());
        assert!(!file.is_finished() && !record.is_finished());
        drop(connection);
        assert_eq!(file.join().expect("no panic")["error"]["code"], 0);
        sandbox.set_dns_answer("silent.example.com", DnsAnswer::Normal, Duration::ZERO);
        assert_eq!(record.join().expect("no panic")["status"], "pending_validation");
    });
}

#[test]
fn a_late_verify_that_waits_delays_nobody() {
    let (sandbox, client, manager) = start(Settings { validation_timeout: LONG, ..Settings::default() });
    sandbox.add_account("other", 100).expect("an account");
    let pending = {
        sandbox.change_settings(|settings| settings.brands = vec!["brand".to_owned()]);
        id(&client.order_by_record(&sandbox, &["brand.example.org"]))
    };
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    sandbox.address_book("example.com", silent.local_addr().expect("an address"));
    let operation = Some("verify_domains".to_owned());
    let order = id(&client.create(&["example.com"]));
    sandbox.fault(Fault {
        operation,
        times: 1,
        when: When::Late { by: HOUR },
        reply: Reply::json(200, json!({})),
    });
    assert_eq!(client.verify(&order, "HTTP_CSR_HASH"), json!({}));
    thread::scope(|scope| {
        let advanced = scope.spawn(|| sandbox.advance(HOUR));
        let (connection, _) = silent.accept().expect("the check");
        let began = Instant::now();
        go_on(&sandbox, &client, &manager, &pending, 0);
        assert!(began.elapsed() < LONG / 2, "{:?}", began.elapsed());
        drop(connection);
        advanced.join().expect("no panic");
    });
}

#[test]
fn an_order_is_issued_by_itself() {
    let delay = Duration::from_millis(100);
    let (sandbox, client, _) = start(Settings { issue_delay: (delay, delay), ..Settings::default() });
    let order = client.create(&["example.com"]);
    let site = Website::of(&order);
    sandbox.address_book("example.com", site.address());
    assert_eq!(client.verify(&id(&order), "HTTP_CSR_HASH")["status"], "pending_validation");
    // Without any call, the recheck runs when it is due.
    while site.hosts().len() < 2 {
        thread::yield_now();
    }
    while client.get(&format!("/certificates/{}", id(&order)))["status"] != "issued" {
        thread::yield_now();
    }
    assert_eq!(site.hosts().len(), 2);
}

/// A server that answers nobody until this many clients have connected.
fn answers_all_at_once(order: &Value, many: usize) -> u16 {
    let lines = &order["validation"]["other_methods"]["a0.example.com"]["file_validation_content"];
    let lines: Vec<_> = lines.as_array().expect("lines").iter().filter_map(Value::as_str).collect();
    let page = ok(&lines.join("\n"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        let mut asking = Vec::new();
        while asking.len() < many {
            let (stream, _) = listener.accept().expect("a connection");
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).expect("a request");
            asking.push(stream);
        }
        for mut stream in asking {
            stream.write_all(page.as_bytes()).expect("sent");
        }
    });
    port
}

#[test]
fn the_names_of_an_order_are_checked_at_the_same_time() {
    let (sandbox, client, _) = start(Settings { validation_timeout: LONG, ..Settings::default() });
    let names: Vec<String> = (0..20).map(|number| format!("a{number}.example.com")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let order = client.create(&names);
    sandbox.set_http_port(answers_all_at_once(&order, names.len()));
    let verified = client.verify(&id(&order), "HTTP_CSR_HASH");
    assert_eq!(verified["status"], "pending_validation", "{verified}");
    let by_record = client.create(&["a.example.net", "b.example.net", "c.example.net"]);
    let failed = client.verify(&id(&by_record), "CNAME_CSR_HASH");
    let told: Vec<_> = failed["error"]["details"].as_object().expect("details").keys().collect();
    assert_eq!(told, ["a.example.net", "b.example.net", "c.example.net"], "in their order");
}

#[test]
fn the_timeout_of_a_check_is_a_setting() {
    let (sandbox, client, manager) = start(Settings::default());
    manager.patch("/settings", &json!({"validation_timeout_seconds": 0.2}));
    let (asked, has_asked) = mpsc::channel();
    let dripping = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = dripping.local_addr().expect("an address").port();
    thread::spawn(move || {
        // A header, then one byte from time to time: the whole answer has to arrive in time.
        let (mut stream, _) = dripping.accept().expect("a connection");
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
        asked.send(()).expect("a test");
        while stream.write_all(b"A").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    sandbox.set_http_port(port);
    let order = client.create(&["example.com"]);
    let failed = client.verify(&id(&order), "HTTP_CSR_HASH");
    has_asked.recv().expect("it was fetched");
    let found =
        failed["error"]["details"]["example.com"].as_object().and_then(|all| all.values().next().cloned());
    assert_eq!(found.expect("a fault")["error_slug"], "timeout", "{failed}");

    // A name without an answer leaves time for its parents.
    let order = client.create(&["a.example.net"]);
    let (name, target) = {
        let values = &order["validation"]["other_methods"]["a.example.net"];
        let text = |name: &str| values[name].as_str().expect("text").to_owned();
        (text("cname_validation_p1"), text("cname_validation_p2"))
    };
    manager.patch("/settings", &json!({"validation_timeout_seconds": 2}));
    sandbox.set_dns_answer(&name, DnsAnswer::Silence, Duration::ZERO);
    sandbox.add_record(&name.replace(".a.example", ".example"), "CNAME", &target).expect("a record");
    assert_eq!(client.verify(&id(&order), "CNAME_CSR_HASH")["status"], "pending_validation");
}

#[test]
fn a_client_that_says_nothing_does_not_stop_the_web_server() {
    let folder = Folder::new();
    folder.write("file.txt", "here");
    let port = serve_files(folder.path()).expect("a server");
    let mut silent = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    silent.set_nonblocking(true).expect("a socket");
    let mut response = agent().get(format!("http://127.0.0.1:{port}/file.txt")).call().expect("an answer");
    assert_eq!(response.body_mut().read_to_string().expect("text"), "here");
    let open = silent.read(&mut [0]).expect_err("neither an answer nor an end");
    assert_eq!(open.kind(), std::io::ErrorKind::WouldBlock, "its turn has not passed");
}
