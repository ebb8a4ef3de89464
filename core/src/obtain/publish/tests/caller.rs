use serde_json::{Map, Value};

use super::*;
use crate::cancel::CancelToken;
use crate::event::{Event, EventType};
use crate::op::{Next, Op};
use crate::operation::{Operation, Run};
use crate::parameter::Arguments;

/// Asks the caller to publish a file and to remove a record.
fn both(context: &Context<'_>, _: &Arguments) -> Result<String> {
    let how = publishing(context, ValidationMethod::Https);
    Publisher::Caller.publish(&how, &file("a.example", "x"))?;
    Publisher::Caller.withdraw(&how, &Published::Challenge { challenge: record("b.example") })?;
    Ok("{}".to_owned())
}

/// Listens, reports the address, and waits.
fn listening(context: &Context<'_>, _: &Arguments) -> Result<String> {
    let how = publishing(context, ValidationMethod::Http);
    // Not the address of the listener's own tests.
    let publisher = Publisher::listen(([0, 0, 0, 0], 0).into());
    publisher.publish(&how, &file("a.example", "x"))?;
    publisher.publish(&how, &file("b.example", "x"))?;
    Ok("{}".to_owned())
}

static BOTH: Operation = operation(both);
static LISTENING: Operation = operation(listening);

const fn operation(steps: fn(&Context<'_>, &Arguments) -> Result<String>) -> Operation {
    Operation { name: "test", parameters: &[], run: Run::Steps(steps), ..*GetCertificate::OPERATION }
}

fn start(operation: &'static Operation, cancel: &CancelToken) -> Op {
    let client = client();
    Op::start(cancel, move |channel| client.run(operation, Some(channel), || Ok(Map::new())))
        .expect("a thread")
}

fn next(op: &Op, kind: EventType) -> Value {
    loop {
        match op.next(None).expect("the same process") {
            Next::Event(event) if event.kind() == kind => return fields(&event),
            Next::Event(_) => {}
            end => panic!("{end:?} before an event of type {}", kind.name()),
        }
    }
}

fn fields(event: &Event) -> Value {
    serde_json::from_str(event.json()).expect("JSON")
}

#[test]
fn the_caller_is_asked_and_answers() {
    let op = start(&BOTH, &CancelToken::new());
    let Challenge::File { url, .. } = file("a.example", "x") else { unreachable!("it is a file") };
    let expected = json!({
        "type": "publish", "id": 1, "message": format!("publish {url} and reply"),
        "stage": "publish", "method": "HTTPS_CSR_HASH", "entry": "an entry", "order": "an id",
        "domain": "a.example", "url": url, "file": format!("{HASH}.txt"), "content": "x",
    });
    assert_eq!(next(&op, EventType::Publish), expected);
    op.reply(r#"{"id": 1, "ok": true}"#).expect("it waits");
    let name = format!("_{HASH}.b.example");
    let expected = json!({
        "type": "cleanup", "id": 2, "message": format!("take {name} away again and reply"),
        "stage": "publish", "method": "HTTPS_CSR_HASH", "entry": "an entry", "order": "an id",
        "domain": "b.example", "name": name, "target": "a.b.example.",
    });
    assert_eq!(next(&op, EventType::Cleanup), expected);
    op.reply(r#"{"id": 2, "error": "the zone\n is \u0007 locked"}"#).expect("it waits");
    let error = op.finish().expect_err("the caller said so");
    assert_eq!(error.kind(), Kind::Validation);
    let expected = "b.example: it was not taken away: the zone is locked";
    assert!(error.message().ends_with(expected), "{error}");
}

#[test]
fn a_cancel_ends_the_question() {
    let op = start(&BOTH, &CancelToken::new());
    next(&op, EventType::Publish);
    op.cancel();
    assert_eq!(op.finish().expect_err("cancelled").kind(), Kind::Cancelled);
}

#[test]
fn a_listener_reports_its_port_once() {
    let op = start(&LISTENING, &CancelToken::new());
    let event = next(&op, EventType::Progress);
    let port = event["port"].as_u64().filter(|port| *port != 0).expect("a port");
    let address = format!("0.0.0.0:{port}");
    let expected = json!({
        "type": "progress", "message": format!("listening on {address}"),
        "stage": "publish", "entry": "an entry", "port": port, "address": address,
    });
    assert_eq!(event, expected);
    while let Next::Event(event) = op.next(None).expect("the same process") {
        assert_ne!(event.kind(), EventType::Progress, "{}", event.json());
    }
    op.result().expect("it listened");
}
