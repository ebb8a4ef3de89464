//! Delegated zones, with two real servers: one for `example.com`, one for `acme.example.com`. The system's resolver is a
//! sandbox that knows the delegation or not. Only Linux has 127.0.0.2 without configuration.

use std::fs;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use zerossl_sandbox::{DnsAnswer, Sandbox};

use super::super::Preflight;
use super::authorities::found_by;
use super::{LABEL, TARGET, check, one, record, sandbox};

const PARENT: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const CHILD: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));
/// `www` has moved into the other zone, with all that is below it; so has what is below `shop`.
const PARENT_ZONE: &str = "\
@ 60 SOA ns hostmaster 1 3600 600 86400 5
@ 60 NS ns
ns 60 A 127.0.0.2
acme 60 NS ns.acme
ns.acme 60 A 127.0.0.3
www 60 DNAME www.acme
*.shop 60 CNAME shop.acme
";
const CHILD_ZONE: &str = "\
@ 60 SOA ns hostmaster 1 3600 600 86400 5
@ 60 NS ns
ns 60 A 127.0.0.3
";

/// A running knotd.
struct Knot {
    process: Child,
    _folder: TempDir,
}

impl Knot {
    /// None if it ended, as it does if somebody else has the port.
    fn start(address: IpAddr, port: u16, zone: &str, text: &str) -> Option<Self> {
        let folder = TempDir::new().expect("a folder");
        let at = folder.path().display();
        let config = format!(
            "server:\n  rundir: {at}\n  listen: {address}@{port}\n  tcp-workers: 1\n  udp-workers: 1\n  \
             background-workers: 1\ndatabase:\n  storage: {at}\nzone:\n  - domain: {zone}\n    storage: {at}\n    \
             file: zone\n"
        );
        fs::write(folder.path().join("zone"), text).expect("a zone");
        fs::write(folder.path().join("knot.conf"), config).expect("a configuration");
        let mut process = knotd();
        process.arg("-c").arg(folder.path().join("knot.conf"));
        let process = process.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("knotd");
        let mut knot = Self { process, _folder: folder };
        let end = Instant::now() + Duration::from_secs(20);
        while !answers(address, port, zone) {
            assert!(Instant::now() < end, "knotd does not answer");
            if knot.process.try_wait().expect("a process of ours").is_some() {
                return None;
            }
            sleep(Duration::from_millis(20));
        }
        Some(knot)
    }
}

impl Drop for Knot {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Its folder is not in every user's `PATH`.
fn knotd() -> Command {
    let mut command = Command::new("knotd");
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{path}:/usr/sbin:/sbin"));
    command
}

/// Whether the server has the zone.
fn answers(address: IpAddr, port: u16, zone: &str) -> bool {
    let mut question = b"\0\x07\0\0\0\x01\0\0\0\0\0\0".to_vec();
    for label in zone.split('.') {
        question.push(u8::try_from(label.len()).expect("a label"));
        question.extend(label.bytes());
    }
    // The type SOA, the class IN.
    question.extend(b"\0\0\x06\0\x01");
    let mut answer = [0; 512];
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    socket.set_read_timeout(Some(Duration::from_millis(200))).expect("a time-out");
    socket.send_to(&question, (address, port)).is_ok()
        && socket.recv(&mut answer).is_ok_and(|length| length > 12 && answer[3] == 0 && answer[7] > 0)
}

/// A resolver, the two servers, and the checks that use them. None without knotd; in CI that is a failure.
fn two_zones(child_zone: &str, records: &str) -> Option<(Sandbox, Preflight, [Knot; 2])> {
    if let Err(error) = knotd().arg("--version").output() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "knotd: {error}");
        writeln!(std::io::stderr(), "skipped: there is no knotd ({error})").expect("standard error");
        return None;
    }
    let finder = sandbox();
    for (name, kind, value) in [
        ("example.com", "NS", "ns.example.com"),
        ("ns.example.com", "A", "127.0.0.2"),
        ("ns.acme.example.com", "A", "127.0.0.3"),
    ] {
        finder.add_record(name, kind, value).expect("a record");
    }
    let child = format!("{CHILD_ZONE}{records}");
    for _ in 0..5 {
        let port = TcpListener::bind((PARENT, 0)).and_then(|free| free.local_addr()).expect("a port").port();
        let parent = Knot::start(PARENT, port, "example.com", PARENT_ZONE);
        if let (Some(parent), Some(child)) = (parent, Knot::start(CHILD, port, child_zone, &child)) {
            let preflight = found_by(&finder, port);
            return Some((finder, preflight, [parent, child]));
        }
    }
    panic!("knotd does not start");
}

#[test]
fn the_servers_of_the_delegated_zone_are_asked() {
    let name = "acme.example.com";
    let Some((finder, preflight, _servers)) = two_zones(name, "") else { return };
    // Whether the resolver knows the delegation already, or still has an answer from before it.
    for known in [false, true] {
        if known {
            finder.add_record(name, "NS", "ns.acme.example.com").expect("a record");
        }
        let finding = one(check(&preflight, &record(name)));
        let missing = "zone acme.example.com: ns.acme.example.com has no CNAME record (NXDOMAIN)";
        assert_eq!((finding.found.as_str(), finding.certain), (missing, true));
        assert!(finding.advice.starts_with("add this record to the zone acme.example.com: `"), "{finding:?}");
    }
    let Some((_finder, preflight, _servers)) = two_zones(name, &format!("{LABEL} 60 CNAME {TARGET}\n"))
    else {
        return;
    };
    assert_eq!(check(&preflight, &record(name)), []);
    assert_eq!(check(&preflight, &record("*.acme.example.com")), []);
}

#[test]
fn servers_that_do_not_have_the_zone_are_named() {
    let Some((finder, preflight, _servers)) = two_zones("other.example.com", "") else { return };
    // What a resolver makes of it.
    finder.set_dns_answer("acme.example.com", DnsAnswer::ServFail, Duration::ZERO);
    let findings = check(&preflight, &record("acme.example.com"));
    let finding = findings.into_iter().find(|finding| finding.what == "cname").expect("a finding");
    assert_eq!(finding.found, "zone acme.example.com: ns.acme.example.com answered REFUSED");
    assert!(!finding.certain, "{finding:?}");
}

#[test]
fn a_dname_record_is_followed_into_its_zone() {
    let Some((_finder, preflight, _servers)) = two_zones("acme.example.com", "") else { return };
    let redirected = format!(
        "zone example.com: ns.example.com points to {LABEL}.www.acme.example.com, by the DNAME record of www.example.com"
    );
    let finding = one(check(&preflight, &record("www.example.com")));
    assert!(finding.certain && finding.found.eq_ignore_ascii_case(&redirected), "{finding:?}");
    let there = format!("`{LABEL}.www.acme.example.com. CNAME {TARGET}`").to_lowercase();
    assert!(finding.advice.to_lowercase().contains(&there), "{finding:?}");
    let there = format!("{LABEL}.www 60 CNAME {TARGET}\n");
    let Some((_finder, preflight, _servers)) = two_zones("acme.example.com", &there) else { return };
    let finding = one(check(&preflight, &record("www.example.com")));
    let leads = format!("{redirected}, and that leads to the target");
    assert!(!finding.certain && finding.found.eq_ignore_ascii_case(&leads), "{finding:?}");
}

#[test]
fn an_alias_is_followed_into_its_zone() {
    let there = format!("shop 60 CNAME {TARGET}\n");
    let Some((_finder, preflight, _servers)) = two_zones("acme.example.com", &there) else { return };
    let finding = one(check(&preflight, &record("shop.example.com")));
    let leads = "ns.example.com points to shop.acme.example.com, and that leads to the target";
    assert!(!finding.certain && finding.found.ends_with(leads), "{finding:?}");
}
