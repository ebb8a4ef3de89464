//! The little of HTTP that is needed: the head of a request is read, and one answer is made.

use super::files::Files;

/// An answer to the head of a request.
pub(super) fn answer(head: &[u8], files: &Files) -> Vec<u8> {
    let Some(request) = Request::read(head) else { return plain("400 Bad Request", "") };
    if !matches!(request.method, "GET" | "HEAD") {
        return plain("405 Method Not Allowed", "Allow: GET, HEAD\r\n");
    }
    let Some(content) = files.find(request.path, request.host) else { return plain("404 Not Found", "") };
    let body = if request.method == "HEAD" { "" } else { &content };
    whole("200 OK", "Cache-Control: no-store\r\n", content.len(), body)
}

/// The answer to a head that is longer than we read.
pub(super) fn too_long() -> Vec<u8> {
    plain("431 Request Header Fields Too Large", "")
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

/// Whether the head has come to its end: an empty line.
pub(super) fn is_whole(head: &[u8]) -> bool {
    head.windows(2).any(|pair| pair == b"\n\n") || head.windows(4).any(|four| four == b"\r\n\r\n")
}

#[derive(Debug, PartialEq)]
struct Request<'a> {
    method: &'a str,
    /// Without a query.
    path: &'a str,
    /// As it came: with a port, in any case.
    host: Option<&'a str>,
}

impl<'a> Request<'a> {
    fn read(head: &'a [u8]) -> Option<Self> {
        let mut lines = std::str::from_utf8(head).ok()?.lines();
        let mut words = lines.next()?.split(' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        if !version.starts_with("HTTP/1.") || words.next().is_some() {
            return None;
        }
        let header = lines.take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(':'));
        let host = header.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("host"));
        let host = host.map(|(_, value)| value.trim());
        // A proxy may ask with the whole URL.
        let (path, host) = match target.split_once("://") {
            Some((_, rest)) if !target.starts_with('/') => {
                let (authority, _) = rest.split_once('/')?;
                (rest.get(authority.len()..)?, Some(authority))
            }
            _ => (target, host),
        };
        Some(Self { method, path: path.split('?').next()?, host })
    }
}
