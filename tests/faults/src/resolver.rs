//! A name server on port 53 that is the system's resolver, and fails as the name says that it is asked for.

use std::io;
use std::net::UdpSocket;
use std::thread;

const PORT: u16 = 53;
/// The zone of all names.
const ZONE: &str = "resolver.test";
/// A documentation address (RFC 5737): nobody has it.
const NOWHERE: [u8; 4] = [203, 0, 113, 1];

/// What a flag field says beside "this is an answer".
const NO_ERROR: u8 = 0;
const SERVFAIL: u8 = 2;
const NXDOMAIN: u8 = 3;
const REFUSED: u8 = 5;

/// Whether `with_resolver.sh` has started this program.
#[must_use]
pub fn with_resolver() -> bool {
    std::env::var_os("ZEROSSL_TEST_RESOLVER").is_some()
}

/// Answers until the program ends.
pub(crate) fn start() -> io::Result<()> {
    let socket = UdpSocket::bind(("127.0.0.1", PORT))?;
    thread::spawn(move || {
        let mut question = [0; 512];
        while let Ok((length, client)) = socket.recv_from(&mut question) {
            if let Some(answer) = answer(&question[..length]) {
                // A client that is gone has given up.
                let _ = socket.send_to(&answer, client);
            }
        }
    });
    Ok(())
}

/// The name and port that has a fault.
pub(crate) fn host(fault: &str) -> String {
    format!("{fault}.{ZONE}:443")
}

/// None: it stays silent.
fn answer(question: &[u8]) -> Option<Vec<u8>> {
    let length = usize::from(*question.get(12)?);
    let fault = std::str::from_utf8(question.get(13..13 + length)?).ok()?;
    let is_ipv4 = question.windows(4).any(|kind| kind == [0, 1, 0, 1]);
    let (code, addresses) = match fault {
        "servfail" => (SERVFAIL, 0),
        "nxdomain" => (NXDOMAIN, 0),
        "refused" => (REFUSED, 0),
        "empty" => (NO_ERROR, 0),
        "unreachable" => (NO_ERROR, u8::from(is_ipv4)),
        "garbled" => return Some(b"no DNS at all".to_vec()),
        _ => return None,
    };
    // The question without what comes after it, as an answer.
    let end = question.get(12..)?.iter().position(|byte| *byte == 0)? + 12 + 5;
    let mut answer = question.get(..end)?.to_vec();
    answer[2..12].copy_from_slice(&[0x81, 0x80 | code, 0, 1, 0, addresses, 0, 0, 0, 0]);
    if addresses > 0 {
        // The name is that of the question; type A, class IN, for one second, four bytes.
        answer.extend([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4]);
        answer.extend(NOWHERE);
    }
    Some(answer)
}
