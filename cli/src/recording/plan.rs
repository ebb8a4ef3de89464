//! Which calls are recorded. None of them changes anything, but for the order that is made on request, and cancelled.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};
use zerossl::{Error, Exchange, Kind};

use crate::failure::{Failure, Result};
use crate::output::parsed;
use crate::run::Session;

/// A call, and what went over the wire for it.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(super) operation: &'static str,
    pub(super) name: String,
    pub(super) about: String,
    pub(super) parameters: Map<String, Value>,
    pub(super) exchanges: Vec<Exchange>,
}

/// An id that no certificate has.
const NO_ID: &str = "ffffffffffffffffffffffffffffffff";

/// What can be asked without changing anything.
pub(crate) fn survey(session: &Session, csr: &str) -> Result<Vec<Recorded>> {
    let mut tape = Tape::new(session);
    let all = tape.call(
        "list_certificates",
        "first-page",
        "A page of the account's certificates.",
        &json!({"limit": 3}),
    )?;
    tape.call("list_certificates", "drafts", "A page of drafts.", &json!({"status": ["draft"], "limit": 2}))?;
    let all = match all["total_count"].as_u64() {
        Some(count) if count > 3 => tape.unrecorded("list_certificates", &json!({"limit": 100}))?,
        _ => all,
    };
    for certificate in one_of_each(&all) {
        let (id, status) = (&certificate["id"], certificate["status"].as_str().unwrap_or_default());
        let name = status.replace('_', "-");
        tape.call("get_certificate", &name, &format!("A certificate that is {status}."), &json!({"id": id}))?;
        match status {
            "draft" | "pending_validation" => {
                let about = "How far the validation is.";
                tape.call("verification_status", &name, about, &json!({"id": id}))?;
            }
            "issued" => {
                tape.call(
                    "download_certificate",
                    &name,
                    "A certificate with its chain.",
                    &json!({"id": id}),
                )?;
            }
            _ => {}
        }
    }
    tape.call("get_certificate", "unknown", "An id that the account does not have.", &json!({"id": NO_ID}))?;
    let about = "A CSR that the service checks.";
    tape.call("validate_csr", "good", about, &json!({"csr": csr}))?;
    let about = "The CA's own certificates, which are public.";
    let cas = tape.call("list_ca_certificates", "first-page", about, &json!({"limit": 2}))?;
    if let Some(id) = cas.pointer("/data/0/id") {
        tape.call("get_ca_certificate", "first", about, &json!({"id": id}))?;
        tape.call("download_ca_certificate", "first", about, &json!({"id": id}))?;
    }
    Ok(tape.recorded)
}

/// An order that is made, looked at, and cancelled, whatever fails in between.
pub(crate) fn order(session: &Session, domain: &str, csr: &str) -> Result<Vec<Recorded>> {
    let mut tape = Tape::new(session);
    let about = "An order, as it is made.";
    let made = tape.call("create_certificate", "new", about, &json!({"domains": [domain], "csr": csr}))?;
    let Some(id) = made["id"].as_str() else { return Ok(tape.recorded) };
    let given_up = (|| {
        tape.call("get_certificate", "new", "A new order.", &json!({"id": id}))?;
        tape.call("verification_status", "new", "A new order, before the validation.", &json!({"id": id}))?;
        tape.call("cancel_certificate", "new", "A new order is cancelled.", &json!({"id": id}))
    })();
    if let Err(failure) = given_up {
        session.steady.call("cancel_certificate", json!({"id": id}).to_string().as_str())?;
        return Err(failure);
    }
    tape.call("get_certificate", "just-cancelled", "An order that was cancelled.", &json!({"id": id}))?;
    tape.call("cancel_certificate", "twice", "An order that is cancelled already.", &json!({"id": id}))?;
    Ok(tape.recorded)
}

/// The first certificate in each state.
fn one_of_each(list: &Value) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    for certificate in list["results"].as_array().into_iter().flatten() {
        if found.iter().all(|known| known["status"] != certificate["status"]) {
            found.push(certificate.clone());
        }
    }
    found
}

struct Tape<'a> {
    session: &'a Session,
    recorded: Vec<Recorded>,
}

impl<'a> Tape<'a> {
    fn new(session: &'a Session) -> Self {
        Self { session, recorded: Vec::new() }
    }

    /// Makes a call, and keeps what went over the wire. A refusal of the service is worth recording; its answer is null.
    fn call(
        &mut self,
        operation: &'static str,
        name: &str,
        about: &str,
        parameters: &Value,
    ) -> Result<Value> {
        let parameters = parameters.as_object().cloned().unwrap_or_default();
        let exchanges = Arc::new(Mutex::new(Vec::new()));
        let taken = Arc::clone(&exchanges);
        let take = move |exchange| taken.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
        let client = self.session.client.recording_to(take);
        let op = client.start_call(operation, parameters.clone())?;
        let outcome = self.session.watch(operation, &op, |_| Ok(()));
        let exchanges = std::mem::take(&mut *exchanges.lock().unwrap_or_else(PoisonError::into_inner));
        let answer = match outcome {
            Ok(json) => parsed(&json)?,
            Err(Failure::Library(error)) if is_worth_it(&error) => Value::Null,
            Err(failure) => return Err(failure),
        };
        self.recorded.push(Recorded {
            operation,
            name: format!("recorded-{name}"),
            about: about.to_owned(),
            parameters,
            exchanges,
        });
        Ok(answer)
    }

    fn unrecorded(&self, operation: &'static str, parameters: &Value) -> Result<Value> {
        let parameters = parameters.as_object().cloned().unwrap_or_default();
        parsed(&self.session.page(operation, parameters)?)
    }
}

/// An answer of the service, even if it is a surprise.
fn is_worth_it(error: &Error) -> bool {
    matches!(error.kind(), Kind::Api | Kind::Response)
}
