//! Reads JSON (RFC 8259) into nodes. Not with serde: it would unescape a private key into a buffer that nobody wipes, lose
//! digits of numbers, and accept a key that is there twice.

use std::collections::HashSet;

use super::node::{Member, Value, zerossl_node};
use super::text::Text;

/// How deep values may lie in each other, as in the core.
pub(super) const MAX_DEPTH: usize = 128;
/// Up to so many members, comparing all of them is quicker than a table.
const FEW: usize = 32;

/// Why a text is no JSON, and the number of the byte.
pub(super) struct Wrong {
    pub(super) why: String,
    pub(super) at: usize,
}

type Result<T> = std::result::Result<T, Wrong>;

/// The one value of a text.
pub(super) fn parse(json: &str) -> Result<zerossl_node> {
    let mut parser = Parser { json, bytes: json.as_bytes(), at: 0 };
    let value = parser.value(MAX_DEPTH)?;
    parser.skip_space();
    if parser.at < parser.bytes.len() {
        return Err(parser.wrong("something follows the JSON value"));
    }
    Ok(value)
}

/// The text of a JSON string with its quotes. Each byte of the result is written once, into room that does not grow.
pub(crate) fn unquote(json: &str) -> Option<Text> {
    let mut parser = Parser { json, bytes: json.as_bytes(), at: 0 };
    (parser.peek() == Some(b'"')).then_some(())?;
    parser.string().ok().filter(|_| parser.at == json.len())
}

struct Parser<'a> {
    json: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn value(&mut self, depth: usize) -> Result<zerossl_node> {
        self.skip_space();
        let value = match self.peek() {
            Some(b'{' | b'[') if depth == 0 => {
                return Err(self.wrong("the values lie too deep in each other"));
            }
            Some(b'{') => self.object(depth - 1)?,
            Some(b'[') => self.array(depth - 1)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b't') => self.word("true", Value::Flag(true))?,
            Some(b'f') => self.word("false", Value::Flag(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => return Err(self.wrong("expected a JSON value")),
        };
        Ok(zerossl_node(value))
    }

    fn object(&mut self, depth: usize) -> Result<Value> {
        let mut members: Vec<Member> = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.wrong("expected a key in quotes"));
            }
            let key = self.string()?;
            if members.len() < FEW && members.iter().any(|member| member.key.bytes() == key.bytes()) {
                return Err(self.wrong(&twice(&key)));
            }
            self.skip_space();
            if !self.take(b':') {
                return Err(self.wrong("expected a colon"));
            }
            let value = self.value(depth)?;
            members.push(Member { key, value });
            self.skip_space();
            if self.take(b'}') {
                break;
            }
            if !self.take(b',') {
                return Err(self.wrong("expected a comma or a brace"));
            }
        }
        if members.len() > FEW {
            let mut known = HashSet::new();
            if let Some(member) = members.iter().find(|member| !known.insert(member.key.bytes())) {
                return Err(self.wrong(&twice(&member.key)));
            }
        }
        Ok(Value::Object(members))
    }

    fn array(&mut self, depth: usize) -> Result<Value> {
        let mut items = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.take(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.skip_space();
            if self.take(b']') {
                return Ok(Value::Array(items));
            }
            if !self.take(b',') {
                return Err(self.wrong("expected a comma or a bracket"));
            }
        }
    }

    fn string(&mut self) -> Result<Text> {
        self.at += 1;
        let start = self.at;
        self.skip_plain();
        if self.peek() == Some(b'"') {
            let text = Text::new(&self.json[start..self.at]);
            self.at += 1;
            return Ok(text);
        }
        // An escape is longer than what it stands for.
        let rest = &self.bytes[self.at..];
        let end = end_of_string(rest).ok_or_else(|| self.wrong("the text has no end"))?;
        let mut text = Text::with_room(self.at - start + end);
        text.push(&self.bytes[start..self.at]);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text.finish());
                }
                Some(b'\\') => {
                    let character = self.escape()?;
                    let mut utf8 = [0; 4];
                    text.push(character.encode_utf8(&mut utf8).as_bytes());
                }
                _ => return Err(self.wrong("a text has no control characters")),
            }
            let start = self.at;
            self.skip_plain();
            text.push(&self.bytes[start..self.at]);
        }
    }

    /// To the next quote, escape or control character.
    fn skip_plain(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
        self.at += plain.unwrap_or(rest.len());
    }

    fn escape(&mut self) -> Result<char> {
        let letter = self.bytes.get(self.at + 1);
        let character = match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.wrong("there is no such escape")),
        };
        self.at += 2;
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Result<char> {
        let mut unit = self.unit()?;
        if (0xd800..0xdc00).contains(&unit) {
            // Two escapes for one character.
            let low = if self.peek() == Some(b'\\') { self.unit()? } else { 0 };
            if !(0xdc00..0xe000).contains(&low) {
                return Err(self.wrong("half of a surrogate pair"));
            }
            unit = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        }
        char::from_u32(unit).ok_or_else(|| self.wrong("half of a surrogate pair"))
    }

    fn unit(&mut self) -> Result<u32> {
        let digits = self.json.get(self.at..self.at + 6).and_then(|escape| escape.strip_prefix("\\u"));
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.wrong("expected \\u and four hexadecimal digits"))?;
        self.at += 6;
        Ok(unit)
    }

    fn number(&mut self) -> Result<Value> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') && self.digits() == 0 {
            return Err(self.wrong("expected a digit"));
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err(self.wrong("expected a digit"));
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return Err(self.wrong("expected a digit"));
            }
        }
        Ok(Value::Number(Text::new(&self.json[start..self.at])))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.wrong("expected a JSON value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn wrong(&self, why: &str) -> Wrong {
        Wrong { why: why.to_owned(), at: self.at }
    }
}

fn twice(key: &Text) -> String {
    format!(
        "the key `{}` is there twice",
        key.as_str().escape_debug().to_string().chars().take(60).collect::<String>()
    )
}

/// The place of the quote that ends a string.
fn end_of_string(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}
