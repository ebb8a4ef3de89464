use super::super::Preflight;
use super::super::connect_to::{ConnectTo, HostPort};
use super::super::settings::server_address;

#[test]
fn a_resolver_is_an_address_with_or_without_a_port() {
    for (text, expected) in [
        ("192.0.2.1", "192.0.2.1:53"),
        ("192.0.2.1:5353", "192.0.2.1:5353"),
        ("2001:db8::1", "[2001:db8::1]:53"),
        ("[2001:db8::1]", "[2001:db8::1]:53"),
        ("[2001:db8::1]:5353", "[2001:db8::1]:5353"),
    ] {
        assert_eq!(server_address(text).expect(text).to_string(), expected);
    }
    for text in
        ["", "dns.example.com", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "[2001:db8::1", " 192.0.2.1"]
    {
        let error = Preflight::new(Some(text), &[]).expect_err(text);
        assert_eq!(error.parameter(), Some("resolver"));
    }
}

fn found(entry: &str, host: &str, port: u16) -> Option<(Option<String>, Option<u16>)> {
    let entries = ConnectTo::parse(&[entry.to_owned()]).expect(entry);
    entries.find(host, port).cloned().map(|HostPort { host, port }| (host, port))
}

#[test]
fn connect_to_is_read_as_curl_reads_it() {
    let to = |host: &str, port| Some((Some(host.to_owned()), Some(port)));
    assert_eq!(found("example.com:80:web:8080", "EXAMPLE.com", 80), to("web", 8080));
    assert_eq!(found("example.com:80:web:8080", "example.com", 443), None);
    assert_eq!(found("example.com:80:web:8080", "www.example.com", 80), None);
    assert_eq!(found("::web:8080", "www.example.com", 443), to("web", 8080));
    assert_eq!(found("example.com::[::1]:8080", "example.com", 1), to("::1", 8080));
    assert_eq!(found("[2001:db8::1]:80:127.0.0.1:8080", "2001:db8::1", 80), to("127.0.0.1", 8080));
    assert_eq!(found(":::8080", "example.com", 80), Some((None, Some(8080))));
    assert_eq!(found("::web:", "example.com", 80), Some((Some("web".to_owned()), None)));
    let two = ["a:::1".to_owned(), ":::2".to_owned()];
    let two = ConnectTo::parse(&two).expect("two entries");
    assert_eq!(two.find("a", 80).and_then(|target| target.port), Some(1));
    assert_eq!(two.find("b", 80).and_then(|target| target.port), Some(2));
}

#[test]
fn a_wrong_entry_is_named() {
    for wrong in [
        "",
        "example.com",
        "a:80",
        "a:80:b",
        "a:80:b:80:",
        "a:0:b:80",
        "a:80:b:65536",
        "a:+80:b:80",
        "a:x:b:80",
        "::1:80:b:80",
        "[::1:80:b:80",
        "[a]:80:b:80",
        "a b:80:c:80",
        "http://a:80:b:80",
        "a:80:[::1]",
        "[::1]x:80:b:80",
    ] {
        let error = Preflight::new(None, &["a:80:b:80".to_owned(), wrong.to_owned()]).expect_err(wrong);
        assert_eq!(error.parameter(), Some("connect_to[1]"), "{wrong}");
    }
}
