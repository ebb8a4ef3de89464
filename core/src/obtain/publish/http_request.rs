//! The little of HTTP that is needed: the head of a request is parsed, and one answer is made.
//!
//! A whole HTTP server would be larger than all of `publish/`, and would bring threads or a runtime of its own into the
//! host's process. What is served is one small text, to GET and HEAD, on connections that are closed after it. So
//! `httparse` parses, and the rest is here.

use std::sync::Arc;

use httparse::{EMPTY_HEADER, Error, Request, Status};

use super::files::Files;
use super::question::{Finding, Found, Question};

/// More than any browser sends.
const MAX_HEADERS: usize = 64;

/// What a request gets.
#[derive(Debug)]
pub(super) enum Reply {
    Now(Vec<u8>),
    Later(Waiting),
}

/// A request whose file is looked for.
#[derive(Debug)]
pub(super) struct Waiting {
    question: Arc<Question>,
    is_head: bool,
}

impl Waiting {
    pub(super) fn is_over(&self) -> bool {
        self.question.answer().is_some()
    }

    /// The answer, when it is known.
    pub(super) fn answer(&self, files: &Files) -> Option<Vec<u8>> {
        self.question.answer().map(|finding| answer_with(finding, self.is_head, files))
    }
}

/// The reply to the head of a request; none while the head is not complete.
pub(super) fn reply(head: &[u8], files: &Files) -> Option<Reply> {
    let mut headers = [EMPTY_HEADER; MAX_HEADERS];
    let mut request = Request::new(&mut headers);
    match request.parse(head) {
        Ok(Status::Complete(_)) => Some(reply_to(&request, files)),
        Ok(Status::Partial) => None,
        Err(Error::TooManyHeaders) => Some(too_long()),
        Err(_) => Some(Reply::Now(plain("400 Bad Request", ""))),
    }
}

/// The reply to a head that is longer than we read.
pub(super) fn too_long() -> Reply {
    Reply::Now(plain("431 Request Header Fields Too Large", ""))
}

fn reply_to(request: &Request<'_, '_>, files: &Files) -> Reply {
    let method = request.method.unwrap_or_default();
    if !matches!(method, "GET" | "HEAD") {
        return Reply::Now(plain("405 Method Not Allowed", "Allow: GET, HEAD\r\n"));
    }
    let (path, host) = target(request);
    let is_head = method == "HEAD";
    match files.find(path, host) {
        Found::Now(finding) => Reply::Now(answer_with(&finding, is_head, files)),
        Found::Later(question) => Reply::Later(Waiting { question, is_head }),
    }
}

fn answer_with(finding: &Finding, is_head: bool, files: &Files) -> Vec<u8> {
    match finding {
        Finding::Content(content) => {
            files.count();
            let body = if is_head { "" } else { content };
            whole("200 OK", "Cache-Control: no-store\r\n", content.len(), body)
        }
        Finding::Absent => plain("404 Not Found", ""),
        Finding::Unknown => plain("503 Service Unavailable", ""),
    }
}

/// The path without a query, and the host as it came: with a port, in any case.
fn target<'a>(request: &Request<'_, 'a>) -> (&'a str, Option<&'a str>) {
    let target = request.path.unwrap_or_default();
    let host = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("host"));
    let host = host.and_then(|header| std::str::from_utf8(header.value).ok()).map(str::trim);
    // A proxy may ask with the whole URL.
    let (path, host) = match target.split_once("://") {
        Some((_, rest)) if !target.starts_with('/') => {
            let authority = rest.split('/').next().unwrap_or_default();
            (rest.get(authority.len()..).unwrap_or_default(), Some(authority))
        }
        _ => (target, host),
    };
    (path.split('?').next().unwrap_or_default(), host)
}

fn plain(status: &str, headers: &str) -> Vec<u8> {
    whole(status, headers, 0, "")
}

fn whole(status: &str, headers: &str, length: usize, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n{headers}\
         Connection: close\r\n\r\n{body}"
    )
    .into_bytes()
}
