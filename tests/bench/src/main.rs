//! A client that only makes a number of calls, to be counted by callgrind: `zerossl-bench CLIENT URL one|page CALLS`.
//!
//! Every client checks its answers, so that a failing client does not look cheap.

#![forbid(unsafe_code)]

mod bare;
mod ours;

use std::error::Error;

/// The error type of `main`.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The requested certificate; the server answers every id with the same one.
const ID: &str = "0123456789abcdef0123456789abcdef";

/// The request of each call.
#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    One,
    Page,
}

impl Wanted {
    fn certificates(self) -> usize {
        match self {
            Self::One => 1,
            Self::Page => 100,
        }
    }
}

fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [client, url, wanted, calls] = arguments.as_slice() else {
        return Err("usage: zerossl-bench CLIENT URL one|page CALLS".into());
    };
    let wanted = match wanted.as_str() {
        "one" => Wanted::One,
        "page" => Wanted::Page,
        _ => return Err("expected one or page".into()),
    };
    let calls = calls.parse()?;
    match client.as_str() {
        "send" => ours::send(url, wanted, calls),
        "call" => ours::call(url, wanted, calls),
        "ureq" => bare::body(url, wanted, calls),
        "ureq-value" => bare::value(url, wanted, calls),
        _ => Err("expected send, call, ureq or ureq-value".into()),
    }
}

/// Ends the program if the answer is wrong.
fn check(is_right: bool) -> Result<()> {
    if is_right { Ok(()) } else { Err("the answer is not the one that was asked for".into()) }
}
