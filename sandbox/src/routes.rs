//! The table of routes: operation, method, path, and handler.

use hyper::Method;

use crate::answer::Answer;
use crate::as_of::{self, AsOf, Since};
use crate::call::Call;
use crate::operation;
use crate::operations::{
    ca_certificates, cancel, create, delete, download, eab, get, list, resend, revoke, status, validate_csr,
    verify,
};
use crate::refusal::Refusal;
use crate::service::Service;

/// Carries an operation out.
pub(crate) type Handler = fn(&Service, &Call) -> Result<Answer, Refusal>;

pub(crate) struct Route {
    pub(crate) operation: &'static str,
    method: Method,
    path: &'static str,
    pub(crate) handler: Handler,
    pub(crate) needs_key: bool,
    /// Whether the API had it on that day.
    since: Option<Since>,
}

const fn route(method: Method, operation: &'static str, path: &'static str, handler: Handler) -> Route {
    Route { operation, method, path, handler, needs_key: true, since: None }
}

const fn get(operation: &'static str, path: &'static str, handler: Handler) -> Route {
    route(Method::GET, operation, path, handler)
}

const fn post(operation: &'static str, path: &'static str, handler: Handler) -> Route {
    route(Method::POST, operation, path, handler)
}

impl Route {
    /// Allowed without an access key.
    const fn open(mut self) -> Self {
        self.needs_key = false;
        self
    }

    /// The day from which the API has it.
    const fn since(mut self, since: Since) -> Self {
        self.since = Some(since);
        self
    }
}

static ROUTES: &[Route] = &[
    post(operation::CREATE_CERTIFICATE, "certificates", create::answer),
    get(operation::LIST_CERTIFICATES, "certificates", list::answer),
    get(operation::GET_CERTIFICATE, "certificates/{id}", get::answer),
    route(Method::DELETE, operation::DELETE_CERTIFICATE, "certificates/{id}", delete::answer),
    post(operation::VERIFY_DOMAINS, "certificates/{id}/challenges", verify::answer),
    post(operation::RESEND_VERIFICATION, "certificates/{id}/challenges/email", resend::answer),
    get(operation::VERIFICATION_STATUS, "certificates/{id}/status", status::answer),
    post(operation::CANCEL_CERTIFICATE, "certificates/{id}/cancel", cancel::answer),
    post(operation::REVOKE_CERTIFICATE, "certificates/{id}/revoke", revoke::answer),
    get(operation::DOWNLOAD_CERTIFICATE_ZIP, "certificates/{id}/download", download::answer),
    get(operation::DOWNLOAD_CERTIFICATE, "certificates/{id}/download/{format}", download::answer),
    post(operation::VALIDATE_CSR, "validation/csr", validate_csr::answer),
    post(operation::GENERATE_EAB_CREDENTIALS, "acme/eab-credentials", eab::answer),
    post(operation::GENERATE_EAB_CREDENTIALS, "acme/eab-credentials-email", eab::answer_by_email).open(),
    get(operation::LIST_CA_CERTIFICATES, "ca_certificates", ca_certificates::list).since(Since::Formats),
    get(operation::GET_CA_CERTIFICATE, "ca_certificates/{id}", ca_certificates::get).since(Since::Formats),
    get(
        operation::DOWNLOAD_CA_CERTIFICATE,
        "ca_certificates/{id}/download/{format}",
        ca_certificates::download,
    )
    .since(Since::Formats),
];

/// The names of all operations, each once.
pub(crate) fn operations() -> Vec<&'static str> {
    let mut names: Vec<_> = ROUTES.iter().map(|route| route.operation).collect();
    names.dedup();
    names
}

pub(crate) fn is_operation(name: &str) -> bool {
    ROUTES.iter().any(|route| route.operation == name)
}

/// The result for a method and a path.
#[derive(Clone, Copy)]
pub(crate) enum Found {
    Route(&'static Route),
    /// The path exists, but not with this method.
    OtherMethod,
    Nothing,
}

impl Found {
    pub(crate) fn operation(self) -> Option<&'static str> {
        match self {
            Self::Route(route) => Some(route.operation),
            Self::OtherMethod | Self::Nothing => None,
        }
    }
}

/// Finds the route of a call, and reads the variable parts of its path.
pub(crate) fn find(call: &mut Call, day: Option<AsOf>) -> Found {
    let mut other_method = false;
    let there = |route: &&Route| route.since.is_none_or(|since| as_of::has(day, since));
    for route in ROUTES.iter().filter(there) {
        let Some(parts) = parts(route.path, &call.path) else {
            continue;
        };
        if route.method == call.method {
            let (id, format) = (parts.id.to_owned(), parts.format.map(str::to_owned));
            (call.id, call.format) = (id, format);
            return Found::Route(route);
        }
        other_method = true;
    }
    if other_method { Found::OtherMethod } else { Found::Nothing }
}

#[derive(Default)]
struct Parts<'a> {
    id: &'a str,
    format: Option<&'a str>,
}

fn parts<'a>(pattern: &str, path: &'a str) -> Option<Parts<'a>> {
    let mut parts = Parts::default();
    let mut given = path.strip_prefix('/')?.split('/');
    for segment in pattern.split('/') {
        let given = given.next().filter(|part| !part.is_empty())?;
        match segment {
            "{id}" => parts.id = given,
            "{format}" => parts.format = Some(given),
            _ if segment == given => {}
            _ => return None,
        }
    }
    given.next().is_none().then_some(parts)
}
