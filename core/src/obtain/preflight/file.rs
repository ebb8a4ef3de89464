//! Validation files: whether the correct file is at the URL that the service fetches.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Instant;

use ureq::http::Uri;

use super::connect_to::HostPort;
use super::dns::absolute;
use super::fetch::{Body, Reply, Trouble, fetch};
use super::finding::{Finding, Place};
use super::probe::Probe;
use crate::excerpt::{compression, one_line};
use crate::obtain::address::why_not_public;

const MAX_SHOWN: usize = 200;

pub(super) async fn check(probe: &Probe, place: &Place, url: &str, content: &str) -> Option<Finding> {
    let addresses = match addresses(probe, place, url).await {
        Ok(addresses) => addresses,
        Err(finding) => return Some(*finding),
    };
    let at = addresses.iter().map(SocketAddr::to_string).collect::<Vec<_>>().join(", ");
    let (url, limit) = (url.to_owned(), probe.limits.fetch);
    let fetched = probe.reactor.blocking(move || fetch(&url, addresses, limit));
    match probe.reactor.timeout_at(Instant::now() + limit, fetched).await {
        Some(Ok(Ok(reply))) => judge(place, &reply, content),
        Some(Ok(Err(trouble))) => Some(report(place, &trouble, &at)),
        Some(Err(error)) => {
            Some(place.unclear(format!("no check could be made ({error})"), "try again later"))
        }
        None => Some(report(place, &Trouble::TooSlow, &at)),
    }
}

/// The addresses to fetch from. Only these are used, even if the name changes in the meantime.
async fn addresses(probe: &Probe, place: &Place, url: &str) -> Result<Vec<SocketAddr>, Box<Finding>> {
    let uri = url.parse::<Uri>().ok();
    let Some((uri, host)) = uri.as_ref().and_then(|uri| Some((uri, uri.host()?.trim_matches(['[', ']']))))
    else {
        return Err(place.unclear("it is no URL", "please report this").into());
    };
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
    let diverted = probe.connect_to.find(host, port);
    let port = diverted.and_then(|target| target.port).unwrap_or(port);
    if let Some(HostPort { host: Some(host), .. }) = diverted {
        return named(probe, place, host.clone(), port).await;
    }
    let found = match (host.parse::<IpAddr>(), absolute(host)) {
        (Ok(address), _) => vec![address],
        (_, Some(name)) => probe.dns.addresses(&name).await.map_err(|failure| {
            place.unanswered(format!("no address is known: the DNS of {host} {failure}"))
        })?,
        _ => return Err(place.no_name().into()),
    };
    public(place, host, &found, port)
}

/// A host in `connect_to` may have any address, and may be known only to the system.
async fn named(
    probe: &Probe,
    place: &Place,
    host: String,
    port: u16,
) -> Result<Vec<SocketAddr>, Box<Finding>> {
    let name = host.clone();
    let found = move || (name.as_str(), port).to_socket_addrs().map(Vec::from_iter);
    match probe.reactor.blocking(found).await {
        Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
        _ => Err(place.unclear(format!("{host} has no address"), "check `connect_to`").into()),
    }
}

fn public(place: &Place, host: &str, found: &[IpAddr], port: u16) -> Result<Vec<SocketAddr>, Box<Finding>> {
    let reason = |address: &IpAddr| why_not_public(*address).map(|why| (*address, why));
    let good: Vec<_> = found.iter().filter(|address| reason(address).is_none()).collect();
    if !good.is_empty() {
        return Ok(good.into_iter().map(|address| SocketAddr::new(*address, port)).collect());
    }
    let Some((address, why)) = found.iter().find_map(reason) else {
        let advice = "add an A or AAAA record that leads to the web server";
        return Err(place.wrong(format!("{host} has no address"), advice).into());
    };
    let advice = format!(
        "the CA comes from outside: check what the name leads to there. To look at this address from here, allow it \
         by `connect_to`: \"{host}::{}\"",
        SocketAddr::new(address, port)
    );
    let found = format!("{host} has the {why} address {address}, which was not connected to");
    Err(place.unclear(found, advice).into())
}

fn judge(place: &Place, reply: &Reply, content: &str) -> Option<Finding> {
    let status = reply.status;
    let body = match &reply.body {
        Body::Unread if (300..400).contains(&status) => {
            let to = reply.redirect.as_deref().unwrap_or("an unknown place");
            return Some(place.wrong(
                format!("a redirect (HTTP {status}) to {}", one_line(to, MAX_SHOWN)),
                "redirects are not followed: serve this path itself, before any rule that redirects",
            ));
        }
        Body::Unread => {
            return Some(place.wrong(
                format!("HTTP {status}"),
                "serve the file at this URL with status 200, without login or filter",
            ));
        }
        Body::TooLarge => {
            let advice = "serve the file itself: this looks like a page";
            return Some(place.wrong(format!("more than {} bytes", super::fetch::MAX_BODY), advice));
        }
        Body::Whole(body) => body,
    };
    // Same rule as in the sandbox: line ends and white space at the end are ignored.
    let text = std::str::from_utf8(body);
    if text.is_ok_and(|text| text.trim_end().lines().eq(content.lines())) {
        return None;
    }
    Some(place.wrong(describe(body), advice(body)))
}

fn describe(body: &[u8]) -> String {
    if let Some(name) = compression(body) {
        return format!("{} bytes compressed with {name}", body.len());
    }
    match one_line(&String::from_utf8_lossy(body), MAX_SHOWN) {
        text if text.is_empty() => "an empty file".to_owned(),
        text if body.starts_with(BOM) => {
            format!("a byte order mark, then `{}`", text.trim_start_matches('\u{feff}'))
        }
        text => format!("`{text}`"),
    }
}

const BOM: &[u8] = "\u{feff}".as_bytes();

fn advice(body: &[u8]) -> &'static str {
    if body.starts_with(BOM) {
        return "save the file without a byte order mark";
    }
    if compression(body).is_some() {
        return "serve exactly the expected lines, without a content encoding";
    }
    if body.trim_ascii_start().starts_with(b"<") {
        return "serve the file itself: this is a page, perhaps of another site or an error page with status 200";
    }
    "serve exactly the expected lines; an older order's file may be in its place"
}

fn report(place: &Place, trouble: &Trouble, at: &str) -> Finding {
    const ADVICE: &str = "check that the web server runs and that its port is open to the internet; if it is only out \
                          of reach from here, as behind NAT, say where it is with `connect_to`";
    match trouble {
        Trouble::TooSlow => place.wrong(format!("no complete answer in time from {at}"), ADVICE),
        Trouble::Refused => place.wrong(format!("{at} refused the connection"), ADVICE),
        Trouble::Unreachable(why) => place.unclear(format!("no way to {at} from here ({why})"), ADVICE),
        Trouble::BrokenOff(why) => place.wrong(format!("the connection to {at} broke off ({why})"), ADVICE),
        Trouble::Tls(why) => {
            let advice = "check that this port speaks TLS for this name";
            place.wrong(format!("no TLS connection to {at} ({why})"), advice)
        }
        Trouble::NotHttp => {
            place.wrong(format!("no HTTP answer from {at}"), "check what listens on this port")
        }
    }
}
