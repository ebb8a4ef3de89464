//! Cancelling: wherever a call hangs, it ends soon.

mod support;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use support::{SOON, client, fault, sandbox, timed};
use zerossl::{CancelToken, Client, Kind, ListCertificates};
use zerossl_sandbox::{Reply, When, WireFault};

/// Cancels when `ready` says that the call runs. The call must then end soon.
fn cancelled_once(client: &Client, ready: impl FnOnce() + Send + 'static) {
    let token = CancelToken::new();
    let client = client.cancelled_by(&token);
    let canceller = thread::spawn(move || {
        ready();
        token.cancel();
    });
    let (outcome, took) = timed(|| client.send(&ListCertificates::default()));
    let error = outcome.expect_err("it was cancelled");
    assert_eq!(error.kind(), Kind::Cancelled, "{error}");
    assert!(took < SOON, "{took:?}");
    canceller.join().expect("no panic");
}

/// What the test waits for has happened: the server has received the request.
fn seen(comes: Receiver<()>) -> impl FnOnce() + Send {
    move || comes.recv().expect("a request")
}

fn at(address: std::net::SocketAddr) -> Client {
    Client::builder().access_key("k").base_url(format!("http://{address}")).build().expect("settings")
}

/// The same client, and what says that its call waits: a wait asks the token every 50 milliseconds, and ahead of the
/// first wait of a call it is asked twice.
fn waiting(client: &Client) -> (Client, impl FnOnce() + Send + use<>) {
    let (told, asked) = channel();
    let asking = CancelToken::asking(move || {
        // Nobody listens any more after the cancel.
        let _ = told.send(());
        false
    });
    let waits = move || (0..6).for_each(|_| asked.recv().expect("a call"));
    (client.cancelled_by(&asking), waits)
}

/// Nobody accepts there, and there is no pause, neither of the pace nor before a retry: what waits is connect.
#[test]
fn in_connect() {
    let (address, _guard) = support::unresponsive_address();
    let client = Client::builder().access_key("k").base_url(format!("http://{address}"));
    let client = client.requests_per_second(0.0).max_retries(0).build().expect("settings");
    let (client, waits) = waiting(&client);
    cancelled_once(&client, waits);
}

#[test]
fn in_the_tls_handshake() {
    let (address, comes) = support::raw_server(support::read_to_end);
    let client =
        Client::builder().access_key("k").base_url(format!("https://{address}")).build().expect("settings");
    cancelled_once(&client, seen(comes));
}

#[test]
fn while_waiting_for_the_answer() {
    let (address, comes) = support::raw_server(support::read_to_end);
    cancelled_once(&at(address), seen(comes));
}

#[test]
fn in_the_middle_of_the_body() {
    let (told, comes) = channel();
    let (address, _) = support::raw_server(move |mut stream| {
        support::read_head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
        let _ = told.send(());
        support::read_to_end(stream);
    });
    cancelled_once(&at(address), seen(comes));
}

#[test]
fn in_the_pause_before_a_retry() {
    let (address, _) = support::raw_server(move |mut stream| {
        support::read_head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 429 No\r\nRetry-After: 50\r\nContent-Length: 0\r\n\r\n");
    });
    let (told, comes) = channel();
    // The pause follows this line, and nothing else.
    let client = at(address).logging_to(move |line| {
        if line.starts_with("trying /certificates again in ") {
            let _ = told.send(());
        }
    });
    cancelled_once(&client, seen(comes));
}

#[test]
fn in_the_pause_of_the_pace() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let client = Client::builder().access_key("k").base_url(format!("http://{address}"));
    let client = client.requests_per_second(0.02).build().expect("settings");
    thread::scope(|scope| {
        scope.spawn(|| client.send(&ListCertificates::default()).expect("the first goes at once"));
        let (mut stream, _) = listener.accept().expect("a request");
        support::read_head(&mut stream);
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 14\r\n\r\n";
        stream.write_all(format!("{head}{{\"results\":[]}}").as_bytes()).expect("an answer");
    });
    let (client, waits) = waiting(&client);
    cancelled_once(&client, waits);
    // The second has not even connected. So the wait was that of the pace.
    listener.set_nonblocking(true).expect("its mode");
    assert_eq!(listener.accept().expect_err("no connection").kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_cancelled_token_leaves_the_client_alone() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    let token = CancelToken::new();
    token.cancel();
    let error = client.cancelled_by(&token).send(&ListCertificates::default()).expect_err("cancelled");
    assert_eq!(error.kind(), Kind::Cancelled);
    assert!(sandbox.requests().is_empty());
    client.send(&ListCertificates::default()).expect("the client itself goes on");
}

#[test]
fn a_cancelled_create_says_that_the_order_may_exist() {
    let sandbox = sandbox();
    fault(&sandbox, "create_certificate", 1, When::After, Reply::broken(WireFault::Hang));
    let token = CancelToken::new();
    let bound = client(&sandbox).cancelled_by(&token);
    let csr = client(&sandbox).send(&zerossl::GenerateCsr::new(["example.com"])).expect("a CSR").csr;
    let call = thread::spawn(move || bound.send(&zerossl::CreateCertificate::new(["example.com"], csr)));
    while sandbox.certificates().is_empty() {
        thread::yield_now();
    }
    token.cancel();
    let error = call.join().expect("no panic").expect_err("cancelled");
    assert_eq!(error.kind(), Kind::Cancelled);
    assert!(error.message().contains("list_certificates") && !error.is_retryable(), "{error}");
}

/// Calls, iterators and ops use all tokens that a client has, in whatever order they were added.
#[test]
fn each_of_several_tokens_ends_calls_iterators_and_ops() {
    let (address, comes) = support::raw_server(support::read_to_end);
    for cancelled in 0..2 {
        let work: [fn(&Client) -> zerossl::Error; 3] = [
            |client| client.send(&ListCertificates::default()).expect_err("cancelled"),
            |client| {
                let first = client.certificates(ListCertificates::default()).next();
                first.expect("an item").expect_err("cancelled")
            },
            |client| {
                client.start("list_certificates", "{}").expect("it starts").finish().expect_err("cancelled")
            },
        ];
        for work in work {
            let tokens = [CancelToken::new(), CancelToken::new()];
            let client = at(address).cancelled_by(&tokens[0]).cancelled_by(&tokens[1]);
            let (error, took) = thread::scope(|scope| {
                let call = scope.spawn(|| timed(|| work(&client)));
                comes.recv().expect("a request");
                tokens[cancelled].cancel();
                call.join().expect("no panic")
            });
            assert_eq!(error.kind(), Kind::Cancelled, "{error}");
            assert!(took < SOON, "{took:?}");
            // The other token is not affected, and neither is a client with only that token.
            assert!(!tokens[1 - cancelled].is_cancelled());
            assert_eq!(
                at(address)
                    .cancelled_by(&tokens[cancelled])
                    .send(&ListCertificates::default())
                    .expect_err("at once")
                    .kind(),
                Kind::Cancelled
            );
        }
    }
}

/// The callback of a token belongs to the thread of the call. An op does not call it and is not ended by its answer,
/// but by the other token.
#[test]
fn an_op_hears_the_token_beside_one_that_asks() {
    let (address, comes) = support::raw_server(support::read_to_end);
    let here = thread::current().id();
    let asking = CancelToken::asking(move || {
        assert_eq!(thread::current().id(), here, "asked on another thread");
        false
    });
    let token = CancelToken::new();
    let op = at(address)
        .cancelled_by(&token)
        .cancelled_by(&asking)
        .start("list_certificates", "{}")
        .expect("it starts");
    comes.recv().expect("a request");
    token.cancel();
    let (error, took) = timed(|| op.finish().expect_err("cancelled"));
    assert_eq!(error.kind(), Kind::Cancelled, "{error}");
    assert!(took < SOON, "{took:?}");
}

/// An op whose pages nobody reads waits for its reader. The client's token ends that too.
#[test]
fn an_op_that_waits_for_its_reader_hears_the_clients_token() {
    let sandbox = sandbox();
    sandbox.set_quota(9);
    let client = client(&sandbox);
    let csr = client.send(&zerossl::GenerateCsr::new(["example.com"])).expect("a CSR").csr;
    for _ in 0..4 {
        client.send(&zerossl::CreateCertificate::new(["example.com"], &csr)).expect("an order");
    }
    let tokens = [CancelToken::new(), CancelToken::new()];
    let client = client.cancelled_by(&tokens[0]).cancelled_by(&tokens[1]);
    let op = client.start("list_certificates", r#"{"limit": 1}"#).expect("it starts");
    // The first page is there, and is not read.
    let mut news = UnixStream::from(op.dup_fd().expect("a descriptor"));
    news.set_nonblocking(false).expect("its mode");
    assert_eq!(news.read(&mut [0]).expect("news"), 1);
    tokens[0].cancel();
    let (error, took) = timed(|| op.finish().expect_err("cancelled"));
    assert_eq!(error.kind(), Kind::Cancelled, "{error}");
    assert!(took < SOON, "{took:?}");
}
