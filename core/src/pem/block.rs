//! Reads the blocks of a PEM text, and writes one.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";
/// The longest label in use has 28 characters.
pub(super) const MAX_LABEL: usize = 64;
const COLUMNS: usize = 64;

/// Missing padding is accepted: the DER shows whether the contents are complete.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A block of a PEM text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block {
    /// The label, such as `CERTIFICATE`.
    pub(crate) label: String,
    /// The contents, or why they cannot be read: a block that is not needed may be broken.
    pub(crate) der: Result<Der, Fault>,
}

/// The contents of a block. Wiped, because they may be a key.
pub(crate) type Der = Zeroizing<Vec<u8>>;

/// Why the contents of a block cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A key that is encrypted with a passphrase.
    Encrypted,
    /// The end is missing, or the contents are shorter than they say.
    CutShort,
    Empty,
    NotBase64,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Encrypted => "it is encrypted; decrypt it first",
            Self::CutShort => {
                "it is cut short; copy it again, from `-----BEGIN` to the end of the `-----END` line"
            }
            Self::Empty => "there is nothing between its `-----BEGIN` and `-----END` lines",
            Self::NotBase64 => "the text between its `-----BEGIN` and `-----END` lines is not base64",
        })
    }
}

/// All blocks of a text, in order. Text around them is ignored.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.find(BEGIN) {
        rest = &rest[begin + BEGIN.len()..];
        let Some((label, after)) = label(rest) else { continue };
        // A block ends before the next one begins.
        let inside = &after[..after.find(BEGIN).unwrap_or(after.len())];
        let der = match inside.split_once(&format!("-----END {label}-----")) {
            Some((body, behind)) => {
                rest = &after[inside.len() - behind.len()..];
                decode(label, body)
            }
            None => {
                rest = &after[inside.len()..];
                Err(Fault::CutShort)
            }
        };
        blocks.push(Block { label: label.to_owned(), der });
    }
    blocks
}

/// One block in its canonical form.
pub(crate) fn encode(label: &str, der: &[u8]) -> String {
    let base64 = Zeroizing::new(BASE64_STANDARD.encode(der));
    let mut pem = String::with_capacity(base64.len() + base64.len() / COLUMNS + 2 * label.len() + 40);
    pem.extend([BEGIN, label, "-----\n"]);
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(COLUMNS));
        pem.extend([line, "\n"]);
        rest = after;
    }
    pem.extend(["-----END ", label, "-----\n"]);
    pem
}

/// The text of a file: UTF-8, or UTF-16 as Windows writes it. Text in other encodings can only be around the blocks.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)),
        _ => String::from_utf8_lossy(bytes),
    }
}

/// The label at the start of a text, and the text after its dashes.
fn label(text: &str) -> Option<(&str, &str)> {
    let (label, after) = text.split_once(DASHES)?;
    let is_label = (1..=MAX_LABEL).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    is_label.then_some((label, after))
}

fn decode(label: &str, body: &str) -> Result<Der, Fault> {
    let body = unescaped(body);
    // The header of the older form (RFC 1421, section 4.6.1.1).
    if label.starts_with("ENCRYPTED ") || (body.contains("Proc-Type:") && body.contains("ENCRYPTED")) {
        return Err(Fault::Encrypted);
    }
    let lines = body.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
    // A buffer that grows would leave copies of a key in memory.
    let mut base64 = Zeroizing::new(String::with_capacity(body.len()));
    base64.extend(
        lines
            .skip_while(|line| line.contains(':'))
            .flat_map(str::chars)
            .filter(|c| !c.is_whitespace() && *c != '\u{feff}'),
    );
    if base64.is_empty() {
        return Err(Fault::Empty);
    }
    BASE64.decode(base64.as_bytes()).map(Zeroizing::new).map_err(|_| Fault::NotBase64)
}

/// A text that was escaped by JSON, a shell or an environment file: `\n` and similar as two characters.
fn unescaped(body: &str) -> Cow<'_, str> {
    if !body.contains('\\') {
        return Cow::Borrowed(body);
    }
    let mut text = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        // Escaped twice, it has two backslashes.
        let after = after.trim_start_matches('\\');
        let (meant, length) = match after.as_bytes().first() {
            Some(b'n' | b'r') => ("\n", 1),
            Some(b't') => (" ", 1),
            Some(b'/') => ("/", 1),
            _ => ("\\", 0),
        };
        text.push_str(meant);
        rest = &after[length..];
    }
    text.push_str(rest);
    Cow::Owned(text)
}
