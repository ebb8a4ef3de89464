//! DNS messages on their way: lost, doubled, forged, too long for a datagram.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::rc::Rc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::super::name_server::{Failure, NameServer};
use super::super::reactor::Reactor;
use crate::cancel::CancelToken;

const NOW: Duration = Duration::from_secs(20);

/// A UDP socket and a TCP listener with the same port.
fn ports() -> (UdpSocket, TcpListener) {
    loop {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        if let Ok(tcp) = TcpListener::bind(udp.local_addr().expect("an address")) {
            return (udp, tcp);
        }
    }
}

/// A server that does this, and its address. It has to be joined.
fn serve(work: impl FnOnce(UdpSocket, TcpListener) + Send + 'static) -> (SocketAddr, JoinHandle<()>) {
    let (udp, tcp) = ports();
    (udp.local_addr().expect("an address"), thread::spawn(move || work(udp, tcp)))
}

/// Says that the answer is too long for a datagram, and takes the connection.
fn send_to_tcp(udp: &UdpSocket, tcp: &TcpListener) -> TcpStream {
    let (question, from) = receive(udp);
    let mut short = answer(&question, address(1));
    short.metadata.truncation = true;
    udp.send_to(&bytes(&short), from).expect("sent");
    tcp.accept().expect("a connection").0
}

fn receive(socket: &UdpSocket) -> (Message, SocketAddr) {
    let mut question = [0; 512];
    let (length, from) = socket.recv_from(&mut question).expect("a question");
    (Message::from_vec(&question[..length]).expect("readable"), from)
}

fn answer(question: &Message, address: Ipv4Addr) -> Message {
    let mut answer = Message::response(question.metadata.id, OpCode::Query);
    let query = question.queries.first().expect("a query").clone();
    answer.add_answer(Record::from_rdata(query.name().clone(), 5, RData::A(address.into())));
    answer.add_query(query);
    answer
}

fn bytes(message: &Message) -> Vec<u8> {
    message.to_vec().expect("an answer")
}

fn address(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(192, 0, 2, last)
}

/// The addresses that the server gives for a name.
fn ask(servers: &[SocketAddr], timeout: Duration) -> Result<Vec<Ipv4Addr>, Failure> {
    let reactor = Rc::new(Reactor::default());
    let server = NameServer::new(&reactor, "it".to_owned(), servers.to_vec(), true, timeout);
    let name = Name::from_ascii("example.com.").expect("a name");
    let asked = server.ask(&name, RecordType::A);
    let records = reactor.run(&CancelToken::new(), asked).expect("no cancel")?;
    let found = records.iter().filter_map(|record| match record.data {
        RData::A(address) => Some(address.0),
        _ => None,
    });
    Ok(found.collect())
}

#[test]
fn what_does_not_fit_comes_over_tcp() {
    let (server, serving) = serve(|udp, tcp| {
        let mut stream = send_to_tcp(&udp, &tcp);
        let mut length = [0; 2];
        stream.read_exact(&mut length).expect("a length");
        let mut question = vec![0; u16::from_be_bytes(length).into()];
        stream.read_exact(&mut question).expect("a question");
        let question = Message::from_vec(&question).expect("readable");
        let mut long = answer(&question, address(0));
        let record = long.answers[0].clone();
        long.answers = (0..100)
            .map(|last| Record::from_rdata(record.name.clone(), 5, RData::A(address(last).into())))
            .collect();
        let long = bytes(&long);
        assert!(long.len() > 512);
        stream.set_nodelay(true).expect("no delay");
        stream.write_all(&u16::try_from(long.len()).expect("short").to_be_bytes()).expect("written");
        for some in long.chunks(100) {
            stream.write_all(some).expect("written");
        }
    });
    let found = ask(&[server], NOW).expect("an answer");
    assert_eq!(found, (0..100).map(address).collect::<Vec<_>>());
    serving.join().expect("served");
}

#[test]
fn a_connection_that_breaks_off_is_no_answer() {
    let (server, serving) = serve(|udp, tcp| {
        let mut stream = send_to_tcp(&udp, &tcp);
        stream.read_exact(&mut [0; 2]).expect("a length");
        stream.write_all(&[0, 200, 1, 2, 3]).expect("written");
    });
    let failure = ask(&[server], NOW).expect_err("it broke off");
    assert!(failure.0.starts_with("cannot be reached ("), "{failure}");
    serving.join().expect("served");
}

/// Whoever does not see the question has to guess its id.
#[test]
fn answers_to_other_questions_are_passed_over() {
    let (server, serving) = serve(|udp, _| {
        let (question, from) = receive(&udp);
        for wrong in [1, 2, 0x8000] {
            let mut forged = answer(&question, address(66));
            forged.metadata.id ^= wrong;
            udp.send_to(&bytes(&forged), from).expect("sent");
        }
        udp.send_to(&[], from).expect("sent");
        udp.send_to(&bytes(&answer(&question, address(1))), from).expect("sent");
    });
    assert_eq!(ask(&[server], NOW).expect("an answer"), [address(1)]);
    serving.join().expect("served");
}

#[test]
fn an_answer_about_another_name_is_none() {
    let (server, serving) = serve(|udp, _| {
        let (question, from) = receive(&udp);
        let mut other = answer(&question, address(66));
        let name = Name::from_ascii("example.net.").expect("a name");
        other.queries[0].set_name(name);
        udp.send_to(&bytes(&other), from).expect("sent");
    });
    assert_eq!(ask(&[server], NOW).expect_err("no answer").0, "gave no usable answer");
    serving.join().expect("served");
}

/// Some servers leave the question out when they refuse it.
#[test]
fn a_refusal_needs_no_question() {
    let (server, serving) = serve(|udp, _| {
        let (question, from) = receive(&udp);
        let refusal = Message::error_msg(question.metadata.id, OpCode::Query, ResponseCode::Refused);
        udp.send_to(&bytes(&refusal), from).expect("sent");
    });
    assert_eq!(ask(&[server], NOW).expect_err("a refusal").0, "answered REFUSED");
    serving.join().expect("served");
}

#[test]
fn a_lost_datagram_is_sent_again() {
    let (server, serving) = serve(|udp, _| {
        let (first, _) = receive(&udp);
        let (second, from) = receive(&udp);
        assert_eq!(first.queries, second.queries);
        udp.send_to(&bytes(&answer(&second, address(1))), from).expect("sent");
    });
    assert_eq!(ask(&[server], Duration::from_millis(500)).expect("an answer"), [address(1)]);
    serving.join().expect("served");
}

#[test]
fn a_silent_or_a_failing_address_does_not_hold_up_the_others() {
    let ((silent, _), (closed, _)) = (ports(), ports());
    let (good, serving) = serve(|udp, _| {
        let (question, from) = receive(&udp);
        udp.send_to(&bytes(&answer(&question, address(1))), from).expect("sent");
    });
    let [silent_at, closed_at] = [&silent, &closed].map(|socket| socket.local_addr().expect("an address"));
    drop(closed);
    let start = Instant::now();
    assert_eq!(ask(&[silent_at, closed_at, good], NOW).expect("an answer"), [address(1)]);
    assert!(start.elapsed() < NOW / 2, "{:?}", start.elapsed());
    serving.join().expect("served");
}

#[test]
fn the_first_failure_is_reported() {
    let (silent, _) = ports();
    let (failing, serving) = serve(|udp, _| {
        let (question, from) = receive(&udp);
        let failed = Message::error_msg(question.metadata.id, OpCode::Query, ResponseCode::ServFail);
        udp.send_to(&bytes(&failed), from).expect("sent");
    });
    let servers = [silent.local_addr().expect("an address"), failing];
    assert_eq!(ask(&servers, Duration::from_millis(500)).expect_err("two failures").0, "answered SERVFAIL");
    assert_eq!(ask(&[], NOW).expect_err("nobody to ask").0, "cannot be reached");
    serving.join().expect("served");
}
