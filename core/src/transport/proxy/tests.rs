use std::io::Read;
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::*;
use crate::closed_address::closed_address;

fn chosen(setting: Option<&str>, base_url: &str, environment: &[(&str, &str)]) -> Option<String> {
    let base_url = BaseUrl::parse("base_url", base_url).expect("a URL");
    let value = |name: &str| {
        environment.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
    };
    choose(setting.map(Secret::from).as_ref(), &base_url, value).map(|choice| choice.url.reveal().to_owned())
}

#[test]
fn the_environment_counts_only_when_it_is_asked_for() {
    const HTTPS: &str = "https://api.zerossl.com";
    let both = [("HTTPS_PROXY", "http://a:1"), ("ALL_PROXY", "http://b:2")];
    assert_eq!(chosen(None, HTTPS, &both), None);
    assert_eq!(chosen(Some("http://c:3"), HTTPS, &both).as_deref(), Some("http://c:3"));
    assert_eq!(chosen(Some("env"), HTTPS, &both).as_deref(), Some("http://a:1"));
    assert_eq!(chosen(Some("env"), HTTPS, &both[1..]).as_deref(), Some("http://b:2"));
    assert_eq!(chosen(Some("env"), HTTPS, &[]), None);
    assert_eq!(chosen(Some("env"), HTTPS, &[both[0], ("NO_PROXY", "zerossl.com")]), None);
    assert_eq!(chosen(Some("env"), "http://127.0.0.1:1", &both), None);
}

fn usable(url: &str, base_url: &str) -> Result<Proxy> {
    let choice = Choice { url: url.into(), source: "https_proxy" };
    Proxy::new(&choice, &BaseUrl::parse("base_url", base_url).expect("a URL"))
}

#[test]
fn a_plain_base_url_goes_through_no_proxy_elsewhere() {
    let plain = "http://localhost:1";
    assert!(usable("http://proxy.example.com:3128", plain).is_err());
    assert!(usable("http://127.0.0.1:3128", plain).is_ok());
    assert!(usable("socks5://127.0.0.1:3128", plain).is_err());
}

#[test]
fn a_proxy_is_named_by_host_and_port_and_by_what_says_so() {
    for (url, name) in [
        ("http://user:secret@proxy.example.com:3128", "the proxy proxy.example.com:3128"),
        ("proxy.example.com:3128", "the proxy proxy.example.com:3128"),
        ("https://user@proxy.example.com", "the proxy proxy.example.com:443"),
    ] {
        assert_eq!(usable(url, "https://api.zerossl.com").expect("a proxy").to_string(), name);
    }
    let refused =
        usable("socks5://user:secret@h:1", "https://api.zerossl.com").expect_err("SOCKS").to_string();
    assert!(refused.contains("https_proxy") && !refused.contains("secret"), "{refused}");
}

#[test]
fn a_password_that_would_be_taken_for_something_else_is_refused_and_not_shown() {
    for url in [
        "http://s3cret:12/s3cret@h:1",
        "http://s3cret:12?s3cret@h:1",
        "http://s3cret:12#s3cret@h:1",
        "http://s3cret/s3cret@h:1",
        "http://u:s3cret:12/@h:1",
        "s3cret:12/s3cret@h:1",
        "https://s3cret:s3cret//@h",
    ] {
        let refused = usable(url, "https://api.zerossl.com").expect_err(url).to_string();
        assert!(refused.contains("%2F") && !refused.contains("s3cret"), "{refused}");
    }
    for url in ["http://u:s3cret%2F%3F%23@h:1/", "http://u:s3@cret@h:1", "http://h:1/path?query"] {
        let proxy = usable(url, "https://api.zerossl.com").expect(url);
        assert_eq!(proxy.to_string(), "the proxy h:1");
    }
}

#[test]
fn a_port_that_is_none_is_refused() {
    for url in [
        "http://user:secret@h:0",
        "http://user:secret@h:65536",
        "http://user:secret@h:proxy",
        "user:secret@h:+1",
        "http://user:secret@[::1]:x",
    ] {
        let refused = usable(url, "https://api.zerossl.com").expect_err(url).to_string();
        assert!(refused.contains("port") && !refused.contains("secret"), "{refused}");
    }
}

/// Proxies of the environment, and the port that is used.
const PORTS: [(&str, &str); 14] = [
    ("127.0.0.1", "127.0.0.1:1080"),
    ("http://127.0.0.1", "127.0.0.1:1080"),
    ("http://127.0.0.1:", "127.0.0.1:1080"),
    ("http://127.0.0.1/", "127.0.0.1:1080"),
    ("HTTP://127.0.0.1", "127.0.0.1:1080"),
    ("http://user:s3cret@127.0.0.1", "127.0.0.1:1080"),
    ("user:s3cret@127.0.0.1", "127.0.0.1:1080"),
    ("http://[::1]", "[::1]:1080"),
    ("http://127.0.0.1:80", "127.0.0.1:80"),
    ("127.0.0.1:80", "127.0.0.1:80"),
    ("https://127.0.0.1", "127.0.0.1:443"),
    ("https://127.0.0.1:", "127.0.0.1:443"),
    ("https://user:s3cret@[::1]/", "[::1]:443"),
    ("https://127.0.0.1:80", "127.0.0.1:80"),
];

#[test]
fn a_proxy_of_the_environment_without_a_port_has_curls() {
    for (url, place) in PORTS {
        let proxy = usable(url, "https://api.zerossl.com").expect(url);
        assert_eq!(proxy.to_string(), format!("the proxy {place}"), "{url}");
        let credentials = url.contains('@').then_some(("user", "s3cret"));
        assert_eq!(proxy.ureq.username().zip(proxy.ureq.password()), credentials);
    }
    // Whatever is in the credentials.
    let proxy = usable("http://us%40er:p%2F%3Aa%25@h", "https://api.zerossl.com").expect("a proxy");
    assert_eq!((proxy.ureq.username(), proxy.ureq.password()), (Some("us@er"), Some("p/:a%")));
    // A setting does not have curl's default.
    for (url, place) in [("http://h", "the proxy h:80"), ("https://h", "the proxy h:443")] {
        let choice = Choice { url: url.into(), source: SETTING };
        let base_url = BaseUrl::parse("base_url", "https://api.zerossl.com").expect("a URL");
        assert_eq!(Proxy::new(&choice, &base_url).expect("a proxy").to_string(), place);
    }
}

/// The variables that curl itself uses.
#[test]
fn curl_finds_proxies_at_the_same_ports() {
    if !has_curl() {
        return;
    }
    for (url, place) in PORTS {
        // It fails, because it is not a proxy or does not exist: only the output matters.
        let said = curl()
            .env("https_proxy", url)
            .args(["-q", "--silent", "--verbose", "--max-time", "5", "https://api.example.com/"])
            .output()
            .expect("curl runs");
        let said = String::from_utf8_lossy(&said.stderr);
        assert!(said.contains(&format!("Trying {place}...")), "{url}: {said}");
    }
}

const API: &str = "api.example.com";
const A: &str = "http://a:1";

/// A host, the environment's variables (`https_proxy` is A unless it is in the list), and the proxy that is used.
type Row<'a> = (&'a str, Vec<(&'a str, &'a str)>, Option<&'a str>);

fn rows() -> Vec<Row<'static>> {
    let b = "http://b:2";
    let c = "http://c:3";
    let mut rows: Vec<Row<'static>> = vec![
        (API, vec![("HTTPS_PROXY", b)], Some(A)),
        (API, vec![("https_proxy", ""), ("HTTPS_PROXY", b), ("all_proxy", c)], Some(b)),
        (API, vec![("https_proxy", ""), ("all_proxy", b), ("ALL_PROXY", c)], Some(b)),
        (API, vec![("https_proxy", ""), ("ALL_PROXY", c)], Some(c)),
        (API, vec![("https_proxy", ""), ("http_proxy", b), ("HTTP_PROXY", b)], None),
        (API, vec![("no_proxy", "x.com"), ("NO_PROXY", "example.com")], Some(A)),
        (API, vec![("no_proxy", ""), ("NO_PROXY", "example.com")], None),
        (API, vec![("no_proxy", " "), ("NO_PROXY", "example.com")], Some(A)),
    ];
    let mut with = |host: &'static str, excepted: &[&'static str], used: &[&'static str]| {
        rows.extend(excepted.iter().map(|list| (host, vec![("no_proxy", *list)], None)));
        rows.extend(used.iter().map(|list| (host, vec![("no_proxy", *list)], Some(A))));
    };
    with(
        API,
        &[
            "*",
            "example.com",
            ".example.com",
            "example.com.",
            ".example.com.",
            "com",
            "API.EXAMPLE.COM",
            "x.com example.com",
            "x.com  ,  example.com",
            "x.com,,example.com",
            "\texample.com",
        ],
        &[
            " *",
            "*,x",
            "x,*",
            "..example.com",
            "om",
            "ample.com",
            "x.api.example.com",
            "api.example.com:443",
            "api.example.com:8443",
            "https://api.example.com",
            "x;example.com",
            "api.example.com/24",
            "x.com\nexample.com",
            ".",
            "..",
            "api.example.com..",
        ],
    );
    with("api.example.com.", &["api.example.com", "api.example.com.", "example.com."], &["com.."]);
    with("1.2.3.4.example.com", &[], &["1.2.3.4"]);
    with("localhost", &["localhost", "localhost."], &["127.0.0.1", "127.0.0.0/8"]);
    with(
        "127.0.0.1",
        &[
            "127.0.0.1",
            "127.0.0.0/8",
            "127.0.0.0/31",
            "127.0.0.1/32",
            "127.255.0.1/8",
            "0.0.0.0/1",
            "127.0.0.1/0",
            "127.0.0.1/",
            "127.0.0.1/x",
            "127.0.0.0/8x",
            "127.0.0.0/08",
        ],
        &[
            "0.0.1",
            "127.0.0.1.",
            ".127.0.0.1",
            "0.0.0.0/0",
            "128.0.0.0/0",
            "127.1.0.0/16",
            "127.0.0.1/33",
            "127.0.0.1/-1",
            "127.0.0.1:443",
            "127.1",
            "127.0.0",
            "*.0.0.1",
            "localhost",
            "::ffff:127.0.0.1",
        ],
    );
    with("[::1]", &["::1"], &["[::1]:443", "::1/129", "fe80::/10", ":1", "8000::/0", "1", "127.0.0.1"]);
    rows
}

/// Differences from curl 7.88.
fn rows_beyond_curl() -> Vec<Row<'static>> {
    let with = |host, list, used: Option<&'static str>| (host, vec![("no_proxy", list)], used);
    vec![
        with(API, "*.example.com", None),
        with("example.com", "*.example.com", None),
        with("[::1]", "[::1]", None),
        with("[::1]", "::1/128", None),
        with("[::1]", "[::/64]", None),
        with("[::1]", "[::]/64", None),
        with("[::1]", "::/1", None),
        with("[::1]", "0:0:0:0:0:0:0:1", None),
        with("[::1]", "::2/127", Some(A)),
        with("[::1]", "8000::/1", Some(A)),
    ]
}

fn environment<'a>(row: &Row<'a>) -> Vec<(&'a str, &'a str)> {
    let mut variables = row.1.clone();
    if variables.iter().all(|(name, _)| *name != "https_proxy") {
        variables.push(("https_proxy", A));
    }
    variables
}

#[test]
fn the_environment_is_read_as_it_is_written_here() {
    for row in rows().into_iter().chain(rows_beyond_curl()) {
        let used = chosen(Some("env"), &format!("https://{}", row.0), &environment(&row));
        assert_eq!(used.as_deref(), row.2, "{row:?}");
    }
}

/// A proxy that only counts connections.
fn counting_proxy() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let count = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&count);
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(std::result::Result::ok) {
            theirs.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 512]);
        }
    });
    (url, count)
}

fn has_curl() -> bool {
    let has_it = Command::new("curl").arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(has_it || std::env::var_os("CI").is_none(), "curl is missing");
    has_it
}

/// curl in an environment without our variables.
fn curl() -> Command {
    let mut curl = Command::new("curl");
    curl.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    curl
}

/// The same table with the real curl, and not with somebody's memory of it.
#[test]
fn curl_reads_the_environment_as_we_do() {
    if !has_curl() {
        return;
    }
    let proxies: Vec<_> =
        ["http://a:1", "http://b:2", "http://c:3"].into_iter().map(|name| (name, counting_proxy())).collect();
    // Without a proxy, the connection goes to a port where nobody listens.
    let closed = closed_address();
    for row in rows() {
        let before: Vec<_> = proxies.iter().map(|(_, (_, count))| count.load(Ordering::SeqCst)).collect();
        let mut curl = curl();
        for (name, value) in environment(&row) {
            let proxy = proxies.iter().find(|(proxy, _)| *proxy == value);
            curl.env(name, proxy.map_or(value, |(_, (url, _))| url));
        }
        let there = format!("::127.0.0.1:{}", closed.port());
        let url = format!("https://{}/", row.0);
        // It fails in both cases: only the connection matters.
        curl.args(["-q", "--silent", "--max-time", "60", "--connect-to", &there, &url])
            .output()
            .expect("curl runs");
        let used = proxies
            .iter()
            .zip(before)
            .find(|((_, (_, count)), before)| count.load(Ordering::SeqCst) > *before);
        assert_eq!(used.map(|((name, _), _)| *name), row.2, "{row:?}");
    }
}
