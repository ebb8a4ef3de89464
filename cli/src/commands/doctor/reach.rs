//! Whether the names have addresses, and whether a web server is there, seen from this machine. The service looks from
//! elsewhere, so what is found is a warning.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use serde_json::{Map, Value};
use zerossl::CancelToken;

const TIMEOUT: Duration = Duration::from_secs(5);

/// Each name that is validated by a file of a web server, with the address that answers, or why none does.
pub(super) fn check(
    parameters: &Map<String, Value>,
    cancel: &CancelToken,
) -> Vec<(String, Result<String, String>)> {
    let validation = &parameters["validation"];
    let port = match validation["method"].as_str() {
        // A server of our own starts with the order.
        _ if validation.get("listen").is_some() => return Vec::new(),
        Some("HTTP_CSR_HASH") => 80,
        Some("HTTPS_CSR_HASH") => 443,
        _ => return Vec::new(),
    };
    let texts = |name: &str| {
        let list = parameters.get(name).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).collect::<Vec<_>>()
    };
    let elsewhere = texts("connect_to");
    let domains = texts("domains").into_iter().take_while(|_| !cancel.is_cancelled());
    let outcomes = domains.map(|domain| {
        let (host, port) = target(domain, port, &elsewhere);
        (domain.to_owned(), connect(&host, port).map(|address| format!("{address} answers")))
    });
    outcomes.collect()
}

/// Where to connect: `HOST:PORT:TO_HOST:TO_PORT` as in curl, an empty part stands for any.
fn target(domain: &str, port: u16, elsewhere: &[&str]) -> (String, u16) {
    let fits = |rule: &&str| {
        let mut parts = rule.splitn(3, ':');
        let (host, at, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let (to, to_port) = rest.rsplit_once(':')?;
        let is_this = (host.is_empty() || host == domain) && (at.is_empty() || at.parse() == Ok(port));
        let to = if to.is_empty() { domain } else { to.trim_matches(['[', ']']) };
        is_this.then(|| (to.to_owned(), to_port.parse().unwrap_or(port)))
    };
    elsewhere.iter().find_map(fits).unwrap_or_else(|| (domain.to_owned(), port))
}

fn connect(host: &str, port: u16) -> Result<SocketAddr, String> {
    let addresses =
        (host, port).to_socket_addrs().map_err(|error| format!("no address was found: {error}"))?;
    let mut why = "no address was found".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(_) => return Ok(address),
            Err(error) => why = format!("{address} does not answer: {error}; no file can be fetched there"),
        }
    }
    Err(why)
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn as_in_curl() {
        let rules = ["other.example:80:10.0.0.1:81", "::[2001:db8::1]:8080"];
        assert_eq!(target("example.com", 80, &rules), ("2001:db8::1".to_owned(), 8080));
        assert_eq!(target("other.example", 80, &rules), ("10.0.0.1".to_owned(), 81));
        assert_eq!(target("other.example", 443, &[rules[0]]), ("other.example".to_owned(), 443));
    }
}
