//! A short, cleaned piece of an answer that could not be used, for the error's message.

use crate::clean::Cleaner;

const SHOWN: usize = 160;
const LOOKED_AT: usize = 4096;

pub(crate) fn of(body: &[u8], cleaner: &Cleaner) -> String {
    if body.is_empty() {
        return "it is empty".to_owned();
    }
    if body.starts_with(b"PK\x03\x04") {
        return format!("it is a ZIP file of {} bytes", body.len());
    }
    let mut text = String::from_utf8_lossy(&body[..body.len().min(LOOKED_AT)]).into_owned();
    // Before it is cut: half a key would not be recognised.
    cleaner.clean_text(&mut text);
    let words: Vec<_> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    let text = words.join(" ");
    let shown: String = text.chars().take(SHOWN).collect();
    let more = if shown.len() < text.len() || body.len() > LOOKED_AT { "..." } else { "" };
    format!("it begins with `{shown}{more}`")
}
