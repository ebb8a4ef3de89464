//! The tokens of a JSON text (RFC 8259): borrowed from it, and checked on the way.
//!
//! Most of an answer is texts without escapes, in lists and members without spaces. `memchr` looks at 32 bytes at once,
//! so such a text costs little more than its copy.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// Why reading stops.
#[derive(Debug, PartialEq)]
pub(super) enum Stop {
    /// It is not JSON, or nested too deeply.
    Syntax,
    /// It is JSON, but not an answer. The text says why.
    Incomplete(String),
}

pub(super) type Scan<T> = Result<T, Stop>;

/// How deep lists and objects may be nested. Recursion must end before the stack does.
const MAX_DEPTH: u8 = 127;

#[derive(Clone)]
pub(super) struct Scanner<'de> {
    json: &'de str,
    at: usize,
    depth: u8,
    /// Whether there are control characters, which are forbidden in texts. Usually there are none, not even line breaks.
    has_controls: bool,
}

/// A text as it is in the JSON.
#[derive(Clone, Copy)]
pub(super) struct Text<'de> {
    pub(super) quoted: &'de str,
    /// Without escapes.
    pub(super) is_plain: bool,
}

/// A value as it is in the JSON.
pub(super) struct Raw<'de> {
    pub(super) json: &'de str,
    /// Has nothing that strict parsers refuse. If false, it may be readable all the same.
    pub(super) is_plain: bool,
}

/// The list or object that was entered.
pub(super) struct Items {
    close: u8,
    is_first: bool,
}

impl<'de> Scanner<'de> {
    #[expect(clippy::needless_bitwise_bool, reason = "without branches it runs on many bytes at once")]
    pub(super) fn new(json: &'de str) -> Self {
        // All of it is checked, because this loop processes many bytes at once.
        let has_controls = json.bytes().fold(false, |found, byte| found | (byte < 0x20));
        Self { json, at: 0, depth: 0, has_controls }
    }

    /// The first byte of the next token.
    pub(super) fn peek(&mut self) -> Scan<u8> {
        while let Some(&byte) = self.json.as_bytes().get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Ok(byte);
            }
            self.at += 1;
        }
        Err(Stop::Syntax)
    }

    /// Nothing may follow.
    pub(super) fn end(&mut self) -> Scan<()> {
        if self.peek().is_err() { Ok(()) } else { Err(Stop::Syntax) }
    }

    /// Passes one byte of punctuation.
    fn pass(&mut self, byte: u8) -> Scan<()> {
        if self.peek()? != byte {
            return Err(Stop::Syntax);
        }
        self.at += 1;
        Ok(())
    }

    /// Enters a list or object.
    pub(super) fn enter(&mut self) -> Scan<Items> {
        if self.depth == MAX_DEPTH {
            return Err(Stop::Syntax);
        }
        self.depth += 1;
        self.bracket()
    }

    fn bracket(&mut self) -> Scan<Items> {
        let close = match self.peek()? {
            b'[' => b']',
            b'{' => b'}',
            _ => return Err(Stop::Syntax),
        };
        self.at += 1;
        Ok(Items { close, is_first: true })
    }

    /// Goes to the next item. False at the end, which is passed.
    pub(super) fn next(&mut self, items: &mut Items) -> Scan<bool> {
        let is_there = self.advance(items)?;
        self.depth -= u8::from(!is_there);
        Ok(is_there)
    }

    fn advance(&mut self, items: &mut Items) -> Scan<bool> {
        if self.peek()? == items.close {
            self.at += 1;
            return Ok(false);
        }
        if !std::mem::take(&mut items.is_first) {
            self.pass(b',')?;
            if self.peek()? == items.close {
                return Err(Stop::Syntax);
            }
        }
        Ok(true)
    }

    /// Goes to the next value of a list, or of an object whose keys do not matter.
    pub(super) fn next_value(&mut self, items: &mut Items) -> Scan<bool> {
        let is_there = self.next(items)?;
        if is_there && items.close == b'}' {
            self.key()?;
        }
        Ok(is_there)
    }

    /// Passes the next key if it is this one, without escapes, and without a space before the colon. Returns it with its
    /// quotes and colon: a service that sends the fields in our order need not be searched for them.
    pub(super) fn expected_key(&mut self, name: &str) -> Option<&'de str> {
        let rest = self.json.as_bytes().get(self.at..)?;
        if !rest.strip_prefix(b"\"")?.strip_prefix(name.as_bytes())?.starts_with(b"\":") {
            return None;
        }
        let start = self.at;
        self.at += name.len() + 3;
        self.json.get(start..self.at)
    }

    /// A member's name, with its colon.
    pub(super) fn key(&mut self) -> Scan<Text<'de>> {
        let key = self.text()?;
        self.pass(b':')?;
        Ok(key)
    }

    pub(super) fn text(&mut self) -> Scan<Text<'de>> {
        if self.peek()? != b'"' {
            return Err(Stop::Syntax);
        }
        let (start, bytes) = (self.at, self.json.as_bytes());
        let (mut end, mut is_plain) = (start + 1, true);
        loop {
            end += bytes.get(end..).and_then(|rest| memchr2(b'"', b'\\', rest)).ok_or(Stop::Syntax)?;
            if bytes.get(end) == Some(&b'"') {
                break;
            }
            is_plain = false;
            end += escape_len(bytes.get(end + 1..).unwrap_or_default()).ok_or(Stop::Syntax)?;
        }
        self.at = end + 1;
        let quoted = self.json.get(start..=end).ok_or(Stop::Syntax)?;
        if self.has_controls && quoted.bytes().any(|byte| byte < 0x20) {
            return Err(Stop::Syntax);
        }
        Ok(Text { quoted, is_plain })
    }

    /// A list of texts that needs no change: nothing is escaped or empty, and there are no spaces. If it is another
    /// list, nothing is passed.
    pub(super) fn list_of_plain_texts(&mut self) -> Option<&'de str> {
        let bytes = self.json.as_bytes();
        let mut at = self.at;
        // An object's members may come here, too.
        if bytes.get(at) != Some(&b'[') {
            return None;
        }
        while !self.has_controls && bytes.get(at + 1) == Some(&b'"') {
            let start = at + 2;
            let end = start + memchr2(b'"', b'\\', bytes.get(start..)?)?;
            if end == start || bytes.get(end) != Some(&b'"') {
                return None;
            }
            at = end + 1;
            if bytes.get(at) == Some(&b']') {
                let list = self.json.get(self.at..=at);
                self.at = at + 1;
                return list;
            }
            if bytes.get(at) != Some(&b',') {
                return None;
            }
        }
        None
    }

    pub(super) fn number(&mut self) -> Scan<&'de str> {
        let start = self.at;
        self.optional(|byte| byte == b'-');
        if !self.optional(|byte| byte == b'0') {
            self.digits()?;
        }
        if self.optional(|byte| byte == b'.') {
            self.digits()?;
        }
        if self.optional(|byte| matches!(byte, b'e' | b'E')) {
            self.optional(|byte| matches!(byte, b'+' | b'-'));
            self.digits()?;
        }
        self.json.get(start..self.at).ok_or(Stop::Syntax)
    }

    fn optional(&mut self, wanted: fn(u8) -> bool) -> bool {
        let is_there = self.json.as_bytes().get(self.at).is_some_and(|byte| wanted(*byte));
        self.at += usize::from(is_there);
        is_there
    }

    /// At least one.
    fn digits(&mut self) -> Scan<()> {
        let is_digit = |byte: u8| byte.is_ascii_digit();
        if !self.optional(is_digit) {
            return Err(Stop::Syntax);
        }
        while self.optional(is_digit) {}
        Ok(())
    }

    fn word(&mut self, word: &str) -> Scan<()> {
        if !self.json.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return Err(Stop::Syntax);
        }
        self.at += word.len();
        Ok(())
    }

    pub(super) fn null(&mut self) -> Scan<()> {
        self.word("null")
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self) -> Scan<bool> {
        let flag = self.peek()? == b't';
        self.word(if flag { "true" } else { "false" })?;
        Ok(flag)
    }

    /// Passes a value of any kind and depth: it uses no recursion.
    pub(super) fn skip(&mut self) -> Scan<Raw<'de>> {
        /// Strict parsers read at least this.
        const PLAIN_NUMBER_LEN: usize = 15;
        const PLAIN_DEPTH: usize = 64;
        let mut is_plain = true;
        let mut open = Vec::new();
        self.peek()?;
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => is_plain &= self.text()?.is_plain,
                b't' | b'f' => drop(self.flag()?),
                b'n' => self.null()?,
                b'[' | b'{' => {
                    open.push(self.bracket()?);
                    is_plain &= open.len() <= PLAIN_DEPTH;
                }
                _ => {
                    let number = self.number()?;
                    is_plain &= number.len() <= PLAIN_NUMBER_LEN && !number.contains(['e', 'E']);
                }
            }
            // On to where the next value begins.
            loop {
                let Some(items) = open.last_mut() else {
                    return Ok(Raw { json: self.json.get(start..self.at).ok_or(Stop::Syntax)?, is_plain });
                };
                if self.advance(items)? {
                    if items.close == b'}' {
                        is_plain &= self.key()?.is_plain;
                    }
                    break;
                }
                open.pop();
            }
        }
    }
}

impl<'de> Text<'de> {
    /// The text itself. An error if it has half a character.
    pub(super) fn decoded(&self) -> Scan<Cow<'de, str>> {
        let escaped = self.quoted.get(1..self.quoted.len() - 1).ok_or(Stop::Syntax)?;
        if self.is_plain { Ok(Cow::Borrowed(escaped)) } else { self.unescaped(escaped).map(Cow::Owned) }
    }

    fn unescaped(&self, mut rest: &str) -> Scan<String> {
        let mut text = String::with_capacity(rest.len());
        while let Some(at) = memchr(b'\\', rest.as_bytes()) {
            let (before, escape) = rest.split_at(at);
            // PHP escapes each slash, and usually nothing else.
            if !escape.starts_with("\\/") {
                return serde_json::from_str(self.quoted).map_err(|_| Stop::Syntax);
            }
            text.push_str(before);
            rest = &escape[1..];
        }
        text.push_str(rest);
        Ok(text)
    }
}

/// The length of an escape, whose backslash was passed. Whether it is half a character is found out when it is decoded.
fn escape_len(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Some(2),
        [b'u', digits @ ..] => digits.get(..4)?.iter().all(u8::is_ascii_hexdigit).then_some(6),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
