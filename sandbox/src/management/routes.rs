//! The routes of the management interface: method, path, and handler.

use std::collections::BTreeMap;

use hyper::Method;
use serde_json::{Map, Value, json};

use crate::clock::stamp;
use crate::dns::DnsRecord;
use crate::management::bodies::{AccountChange, ClockMove, DnsManner, NewAccount, Place};
use crate::management::request::{Answer, Refused, Request, done, pem, shown};
use crate::management::script::{self, NewFault};

pub(super) struct Route {
    method: Method,
    path: &'static str,
    pub(super) run: fn(&Request<'_>) -> Answer,
}

const fn get(path: &'static str, run: fn(&Request<'_>) -> Answer) -> Route {
    Route { method: Method::GET, path, run }
}

const fn post(path: &'static str, run: fn(&Request<'_>) -> Answer) -> Route {
    Route { method: Method::POST, path, run }
}

const fn patch(path: &'static str, run: fn(&Request<'_>) -> Answer) -> Route {
    Route { method: Method::PATCH, path, run }
}

const fn delete(path: &'static str, run: fn(&Request<'_>) -> Answer) -> Route {
    Route { method: Method::DELETE, path, run }
}

static ROUTES: &[Route] = &[
    get("/", overview),
    get("/records", |request| shown(&request.sandbox.records())),
    post("/records", |request| {
        let record = request.body::<DnsRecord>()?;
        request.sandbox.add_record(&record.name, &record.kind, &record.value)?;
        done()
    }),
    delete("/records", |request| {
        let query = request.query();
        let part = |name: &str| query.get(name).map(String::as_str);
        request.sandbox.service.zone.remove(part("name"), part("type"));
        done()
    }),
    post("/dns-answers", |request| {
        let manner = request.body::<DnsManner>()?;
        request.sandbox.set_dns_answer(&manner.name, manner.answer, manner.delay);
        done()
    }),
    get("/dns-questions", |request| shown(&request.sandbox.dns_questions())),
    get("/addresses", addresses),
    post("/addresses", add_address),
    get("/mails", |request| shown(&request.sandbox.mails())),
    // A link in a mail is opened with GET.
    get("/mails/{}/answer", answer_mail),
    post("/mails/{}/answer", answer_mail),
    get("/faults", |request| shown(&script::list(&request.sandbox.dispatcher.faults))),
    post("/faults", |request| {
        request.body::<NewFault>()?.add_to(&request.sandbox.dispatcher.faults)?;
        done()
    }),
    delete("/faults", |request| {
        request.sandbox.clear_faults();
        done()
    }),
    get("/clock", clock),
    post("/clock", |request| {
        request.sandbox.advance(request.body::<ClockMove>()?.advance);
        clock(request)
    }),
    get("/accounts", |request| shown(&request.sandbox.accounts())),
    post("/accounts", |request| {
        let account = request.body::<NewAccount>()?;
        shown(&json!({"number": request.sandbox.add_account(&account.access_key, account.quota)?}))
    }),
    patch("/accounts/{}", |request| {
        let number = request.part.parse().map_err(|_| Refused(404, "accounts have numbers".to_owned()))?;
        let change = request.body::<AccountChange>()?;
        request.sandbox.change_account(number, change.quota, change.active)?;
        done()
    }),
    get("/settings", |request| shown(&request.sandbox.settings())),
    patch("/settings", |request| {
        let change = request.body::<Map<String, Value>>()?;
        let mut state = request.sandbox.service.state();
        state.settings = state.settings.changed(&change).map_err(|why| Refused(400, why))?;
        shown(&state.settings)
    }),
    get("/requests", |request| shown(&request.sandbox.dispatcher.journal.entries())),
    delete("/requests", |request| {
        request.sandbox.dispatcher.journal.clear();
        done()
    }),
    get("/certificates", |request| shown(&request.sandbox.certificates())),
    post("/reset", |request| {
        request.sandbox.reset();
        done()
    }),
    get("/roots", |request| Ok(pem(request.sandbox.root_pem()))),
    get("/intermediates", |request| {
        Ok(pem(request.sandbox.intermediate_pem().to_owned() + request.sandbox.rsa_intermediate_pem()?))
    }),
    get("/crl", |request| Ok(pem(request.sandbox.crl_pem()?))),
];

impl Route {
    /// The route of a call, and the variable part of its path.
    pub(super) fn find<'a>(method: &Method, path: &'a str) -> Result<(&'static Self, &'a str), Refused> {
        let fitting = ROUTES.iter().filter_map(|route| Some((route, open_part(route.path, path)?)));
        let (of_method, others): (Vec<_>, Vec<_>) = fitting.partition(|(route, _)| route.method == *method);
        match (of_method.first(), others.first()) {
            (Some(found), _) => Ok(*found),
            (None, Some(_)) => Err(Refused(405, "the path is known, the method is not".to_owned())),
            (None, None) => Err(Refused(404, "there is no such path; / tells all".to_owned())),
        }
    }
}

fn open_part<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    match pattern.split_once("{}") {
        None => (path == pattern).then_some(""),
        Some((before, after)) => {
            let part = path.strip_prefix(before)?.strip_suffix(after)?;
            (!part.is_empty() && !part.contains('/')).then_some(part)
        }
    }
}

fn overview(request: &Request<'_>) -> Answer {
    let calls: Vec<String> = ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    shown(&json!({
        "base_url": request.sandbox.base_url,
        "dns": request.sandbox.dns_address(),
        "calls": calls,
    }))
}

fn addresses(request: &Request<'_>) -> Answer {
    let book = request.sandbox.service.address_book();
    let names: BTreeMap<_, _> = book.entries().collect();
    shown(&json!({"http_port": book.http_port, "https_port": book.https_port, "names": names}))
}

fn add_address(request: &Request<'_>) -> Answer {
    let given = request.body::<Place>()?;
    let mut book = request.sandbox.service.address_book();
    match (&given.name, given.address) {
        (Some(name), Some(address)) => book.enter(name, address),
        (None, None) => {}
        _ => return Err(Refused(400, "name and address go together".to_owned())),
    }
    book.http_port = given.http_port.unwrap_or(book.http_port);
    book.https_port = given.https_port.unwrap_or(book.https_port);
    done()
}

fn answer_mail(request: &Request<'_>) -> Answer {
    if request.sandbox.answer_mail(request.part) {
        done()
    } else {
        Err(Refused(404, "there is no such mail".to_owned()))
    }
}

fn clock(request: &Request<'_>) -> Answer {
    shown(&json!({"now": stamp(request.sandbox.service.state().clock.now())}))
}
