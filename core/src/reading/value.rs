//! A value with a documented kind, whatever its type in the answer.

use serde_json::{Number, Value};

use super::scanner::{Scan, Stop, Text};
use super::{Reader, is_readable, write};
use crate::shape::{FieldKind, Shape};
use crate::time::{php_time_to_rfc3339, vendor_time_to_rfc3339};

impl Reader<'_> {
    /// Reads one value and writes it as its kind. A value that cannot be read as that kind becomes absent.
    pub(super) fn value(&mut self, kind: FieldKind) -> Scan<()> {
        match (kind, self.scan.peek()?) {
            (FieldKind::Any, _) => self.anything()?,
            (FieldKind::Object(shape), _) | (FieldKind::ObjectOrNone(shape), b'{') => {
                self.object(shape, None)?;
            }
            (FieldKind::ObjectOrNone(_), _) => self.none(kind)?,
            (_, b'"') => {
                let text = self.scan.text()?;
                self.text(kind, text)?;
            }
            (FieldKind::Names | FieldKind::Lines, b'[' | b'{') => self.texts()?,
            // PHP writes a list with gaps as `{"0": ..., "2": ...}`.
            (FieldKind::Objects(shape), b'[' | b'{') => self.objects(shape)?,
            (FieldKind::Map(kind), b'{') => self.map(*kind)?,
            (FieldKind::Text, b'[') | (FieldKind::Text | FieldKind::Time, b'{') => self.json_text(kind)?,
            (_, b'n') => {
                self.scan.null()?;
                self.absent(kind);
            }
            (_, b'[' | b'{') => self.none(kind)?,
            (_, b't' | b'f') => {
                let flag = self.scan.flag()?;
                self.flag(kind, flag);
            }
            _ => self.number(kind)?,
        }
        Ok(())
    }

    fn anything(&mut self) -> Scan<()> {
        let raw = self.scan.skip()?;
        if raw.is_plain || is_readable(raw.json) {
            write::as_it_came(&mut self.out, raw.json);
        } else {
            self.absent(FieldKind::Any);
        }
        Ok(())
    }

    fn none(&mut self, kind: FieldKind) -> Scan<()> {
        self.scan.skip()?;
        self.absent(kind);
        Ok(())
    }

    fn absent(&mut self, kind: FieldKind) {
        write::absent(&mut self.out, kind);
    }

    fn text(&mut self, kind: FieldKind, text: Text<'_>) -> Scan<()> {
        match kind {
            // Most texts: nothing has to be looked at or changed.
            FieldKind::Text if text.is_plain && text.quoted != "\"\"" => self.out.push_str(text.quoted),
            _ => self.characters(kind, &text.decoded()?),
        }
        Ok(())
    }

    fn characters(&mut self, kind: FieldKind, text: &str) {
        match kind {
            _ if text.is_empty() => self.absent(kind),
            FieldKind::Text => write::escaped(&mut self.out, text),
            FieldKind::Time => match vendor_time_to_rfc3339(text) {
                Some(time) => write::plain(&mut self.out, &time),
                None => write::escaped(&mut self.out, text),
            },
            FieldKind::Flag => match text {
                "1" | "true" => self.flag(kind, true),
                "0" | "false" => self.flag(kind, false),
                _ => self.absent(kind),
            },
            FieldKind::Count => match text.trim().parse() {
                Ok(number) => self.whole_number(kind, number),
                Err(_) => self.absent(kind),
            },
            FieldKind::Names => {
                self.out.push('[');
                for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                    self.begin_entry(",");
                    write::escaped(&mut self.out, name);
                }
                self.out.push(']');
            }
            FieldKind::Lines => {
                self.out.push('[');
                write::escaped(&mut self.out, text);
                self.out.push(']');
            }
            _ => self.absent(kind),
        }
    }

    fn flag(&mut self, kind: FieldKind, flag: bool) {
        match (kind, flag) {
            (FieldKind::Flag, _) => self.out.push_str(if flag { "true" } else { "false" }),
            (FieldKind::Text, true) => write::plain(&mut self.out, "true"),
            _ => self.absent(kind),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "in range, and checked to be whole"
    )]
    fn number(&mut self, kind: FieldKind) -> Scan<()> {
        let number: Number = serde_json::from_str(self.scan.number()?).map_err(|_| Stop::Syntax)?;
        if let Some(number) = number.as_u64() {
            self.whole_number(kind, number);
        } else if let Some(negative) = number.as_i64() {
            match kind {
                FieldKind::Flag => self.whole_number(kind, negative.unsigned_abs()),
                FieldKind::Count => self.absent(kind),
                _ => self.characters(kind, &negative.to_string()),
            }
        } else {
            let float = number.as_f64().unwrap_or_default();
            let is_whole = float.fract() == 0.0 && (0.0..9e15).contains(&float);
            match kind {
                FieldKind::Flag | FieldKind::Count if is_whole => self.whole_number(kind, float as u64),
                FieldKind::Flag | FieldKind::Count => self.absent(kind),
                // Like in JSON: `1e300`, not 301 digits.
                _ => self.characters(kind, &number.to_string()),
            }
        }
        Ok(())
    }

    fn whole_number(&mut self, kind: FieldKind, number: u64) {
        match kind {
            FieldKind::Count => self.out.push_str(&number.to_string()),
            FieldKind::Flag => self.flag(kind, number != 0),
            _ => self.characters(kind, &number.to_string()),
        }
    }

    /// Empty entries are left out.
    fn texts(&mut self) -> Scan<()> {
        if let Some(list) = self.scan.list_of_plain_texts() {
            self.out.push_str(list);
            return Ok(());
        }
        let mut items = self.scan.enter()?;
        self.out.push('[');
        while self.scan.next_value(&mut items)? {
            let entry = self.begin_entry(",");
            let value = self.out.len();
            self.value(FieldKind::Text)?;
            if &self.out[value..] == "null" {
                self.out.truncate(entry);
            }
            self.check_length()?;
        }
        self.out.push(']');
        Ok(())
    }

    /// Entries that are no objects are left out.
    fn objects(&mut self, shape: &'static Shape) -> Scan<()> {
        let mut items = self.scan.enter()?;
        self.out.push('[');
        while self.scan.next_value(&mut items)? {
            let entry = self.begin_entry(",\n");
            let read = self.object(shape, None)?;
            if !read.is_object {
                self.out.truncate(entry);
            }
            self.check_length()?;
            if let Some(field) = read.missing {
                let why = format!("an entry of the answer's list holds no `{}`", field.name);
                return Err(Stop::Incomplete(why));
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn map(&mut self, kind: FieldKind) -> Scan<()> {
        let mut items = self.scan.enter()?;
        self.out.push('{');
        while self.scan.next(&mut items)? {
            if !self.out.ends_with('{') {
                self.out.push(',');
            }
            let name = self.scan.key()?;
            if name.is_plain {
                self.out.push_str(name.quoted);
            } else {
                write::escaped(&mut self.out, &name.decoded()?);
            }
            self.out.push(':');
            self.value(kind)?;
            self.check_length()?;
        }
        self.out.push('}');
        Ok(())
    }

    /// Where the entry with its comma begins.
    fn begin_entry(&mut self, separator: &str) -> usize {
        let start = self.out.len();
        if !self.out.ends_with('[') {
            self.out.push_str(separator);
        }
        start
    }

    /// A list or object instead of a text (`validate_csr` was documented with one): its JSON, so that nothing is lost.
    /// A list of texts becomes one text.
    fn json_text(&mut self, kind: FieldKind) -> Scan<()> {
        let value = serde_json::from_str(self.scan.skip()?.json).map_err(|_| Stop::Syntax)?;
        match &value {
            Value::Array(list) if list.iter().all(Value::is_string) => {
                let end = if list.len() > 1 { [' ', ';'].as_slice() } else { &[] };
                let texts: Vec<&str> = list
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|text| text.trim_end_matches(end))
                    .filter(|text| !text.is_empty())
                    .collect();
                self.characters(kind, &texts.join("; "));
            }
            Value::Object(map) if map.is_empty() => self.absent(kind),
            value => match php_time(value) {
                Some(time) if matches!(kind, FieldKind::Time) => write::plain(&mut self.out, &time),
                _ => write::escaped(&mut self.out, &value.to_string()),
            },
        }
        Ok(())
    }

    /// Checks that the output is within its maximum length. Called wherever the body decides how often something is
    /// written.
    pub(super) fn check_length(&self) -> Scan<()> {
        if self.out.len() > self.max_len {
            return Err(Stop::Incomplete(
                "the answer holds too many entries with too little in them".to_owned(),
            ));
        }
        Ok(())
    }
}

/// A time in PHP's own format.
fn php_time(members: &Value) -> Option<String> {
    let text = |name| members.get(name).and_then(Value::as_str);
    let (date, zone) = (text("date")?, text("timezone")?);
    php_time_to_rfc3339(date, zone)
}
