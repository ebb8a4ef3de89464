//! The one table of operations: name, method, path, and what carries it out.

use hyper::Method;

use crate::answer::Answer;
use crate::as_of::{self, AsOf, Since};
use crate::call::Call;
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
    /// Whether the API had it on a day.
    since: Option<Since>,
}

const fn route(operation: &'static str, method: Method, path: &'static str, handler: Handler) -> Route {
    Route { operation, method, path, handler, needs_key: true, since: None }
}

/// A route for callers without an access key.
const fn open(operation: &'static str, method: Method, path: &'static str, handler: Handler) -> Route {
    Route { operation, method, path, handler, needs_key: false, since: None }
}

/// A route that the API has had only since a day.
const fn newer(since: Since, mut route: Route) -> Route {
    route.since = Some(since);
    route
}

static ROUTES: &[Route] = &[
    route("create_certificate", Method::POST, "certificates", create::answer),
    route("list_certificates", Method::GET, "certificates", list::answer),
    route("get_certificate", Method::GET, "certificates/{id}", get::answer),
    route("delete_certificate", Method::DELETE, "certificates/{id}", delete::answer),
    route("verify_domains", Method::POST, "certificates/{id}/challenges", verify::answer),
    route("resend_verification", Method::POST, "certificates/{id}/challenges/email", resend::answer),
    route("verification_status", Method::GET, "certificates/{id}/status", status::answer),
    route("cancel_certificate", Method::POST, "certificates/{id}/cancel", cancel::answer),
    route("revoke_certificate", Method::POST, "certificates/{id}/revoke", revoke::answer),
    route("download_certificate_zip", Method::GET, "certificates/{id}/download", download::answer),
    route("download_certificate", Method::GET, "certificates/{id}/download/{format}", download::answer),
    route("validate_csr", Method::POST, "validation/csr", validate_csr::answer),
    route("generate_eab_credentials", Method::POST, "acme/eab-credentials", eab::answer),
    open("generate_eab_credentials", Method::POST, "acme/eab-credentials-email", eab::answer_by_email),
    newer(
        Since::Formats,
        route("list_ca_certificates", Method::GET, "ca_certificates", ca_certificates::list),
    ),
    newer(
        Since::Formats,
        route("get_ca_certificate", Method::GET, "ca_certificates/{id}", ca_certificates::get),
    ),
    newer(
        Since::Formats,
        route(
            "download_ca_certificate",
            Method::GET,
            "ca_certificates/{id}/download/{format}",
            ca_certificates::download,
        ),
    ),
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

/// What method and path lead to.
#[derive(Clone, Copy)]
pub(crate) enum Found {
    Route(&'static Route),
    /// The path is one of the API, the method is not.
    OtherMethod,
    Nothing,
}

/// Finds the route of a call, and takes the parts of its path.
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
    for wanted in pattern.split('/') {
        let given = given.next().filter(|part| !part.is_empty())?;
        match wanted {
            "{id}" => parts.id = given,
            "{format}" => parts.format = Some(given),
            _ if wanted == given => {}
            _ => return None,
        }
    }
    given.next().is_none().then_some(parts)
}
