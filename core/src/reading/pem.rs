//! Certificates in PEM in any form: a text, a list of texts, or nested.

use super::scanner::{Scan, Scanner};
use crate::pem;

/// The certificates of a JSON value in their canonical form. None if the value is empty. A text that is not PEM is an
/// error, which says what is wrong with "it", because nobody could use it.
pub(super) fn read(json: &str) -> Result<Option<String>, String> {
    let mut all = String::new();
    texts(&mut Scanner::new(json), &mut all).map_err(|_| "it is nested too deeply".to_owned())?;
    if all.trim().is_empty() {
        return Ok(None);
    }
    let certificates = pem::certificates(&all)?;
    Ok(Some(certificates.iter().map(|der| pem::encode("CERTIFICATE", der)).collect()))
}

/// Joins all texts in a value, in order, each on its own lines.
fn texts(scan: &mut Scanner<'_>, all: &mut String) -> Scan<()> {
    match scan.peek()? {
        b'"' => all.extend([&*scan.text()?.decoded()?, "\n"]),
        b'[' | b'{' => {
            let mut items = scan.enter()?;
            while scan.next_value(&mut items)? {
                texts(scan, all)?;
            }
        }
        _ => {
            scan.skip()?;
        }
    }
    Ok(())
}
