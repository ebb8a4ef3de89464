//! The table of routes: operation, method, path, and handler.

use hyper::Method;

use crate::answer::Answer;
use crate::as_of::{self, AsOf, Since};
use crate::call::Call;
use crate::operation;
use crate::operations;
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
    post(operation::CREATE_CERTIFICATE, "certificates", operations::create::answer),
    get(operation::LIST_CERTIFICATES, "certificates", operations::list::answer),
    get(operation::GET_CERTIFICATE, "certificates/{id}", operations::get::answer),
    route(Method::DELETE, "delete_certificate", "certificates/{id}", operations::delete::answer),
    post(operation::VERIFY_DOMAINS, "certificates/{id}/challenges", operations::verify::answer),
    post("resend_verification", "certificates/{id}/challenges/email", operations::resend::answer),
    get(operation::VERIFICATION_STATUS, "certificates/{id}/status", operations::status::answer),
    post("cancel_certificate", "certificates/{id}/cancel", operations::cancel::answer),
    post("revoke_certificate", "certificates/{id}/revoke", operations::revoke::answer),
    get("download_certificate_zip", "certificates/{id}/download", operations::download::answer),
    get("download_certificate", "certificates/{id}/download/{format}", operations::download::answer),
    post("validate_csr", "validation/csr", operations::validate_csr::answer),
    post("generate_eab_credentials", "acme/eab-credentials", operations::eab::answer),
    post("generate_eab_credentials", "acme/eab-credentials-email", operations::eab::answer_by_email).open(),
    get("list_ca_certificates", "ca_certificates", operations::ca_certificates::list).since(Since::Formats),
    get("get_ca_certificate", "ca_certificates/{id}", operations::ca_certificates::get).since(Since::Formats),
    get(
        "download_ca_certificate",
        "ca_certificates/{id}/download/{format}",
        operations::ca_certificates::download,
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
