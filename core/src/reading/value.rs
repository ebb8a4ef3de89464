//! A value with a documented kind, whatever its type in the answer.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::object::{MemberName, ObjectReader};
use super::strict::is_readable;
use super::write;
use crate::shape::{FieldKind, Shape};
use crate::time::{php_time_to_rfc3339, vendor_time_to_rfc3339};

/// Reads one value and writes it as its kind. A value that cannot be read as that kind becomes absent.
pub(super) struct ValueReader<'a> {
    pub(super) kind: FieldKind,
    pub(super) out: &'a mut String,
    pub(super) spare: &'a mut String,
    /// The maximum length of the output.
    pub(super) max_len: usize,
}

impl<'de> DeserializeSeed<'de> for ValueReader<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        match self.kind {
            FieldKind::Any => {
                let raw = <&RawValue as de::Deserialize>::deserialize(deserializer)?;
                if is_readable(raw) {
                    write::as_it_came(self.out, raw);
                } else {
                    self.absent();
                }
                Ok(())
            }
            FieldKind::Object(shape) => self.object(shape).deserialize(deserializer).map(drop),
            FieldKind::ObjectOrNone(shape) => {
                let raw = <&RawValue as de::Deserialize>::deserialize(deserializer)?;
                if raw.get().starts_with('{') {
                    self.object(shape).deserialize(raw).map(drop).map_err(de::Error::custom)
                } else {
                    self.absent();
                    Ok(())
                }
            }
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl ValueReader<'_> {
    fn object(&mut self, shape: &'static Shape) -> ObjectReader<'_> {
        ObjectReader { shape, out: self.out, spare: self.spare, max_len: self.max_len, envelope: None }
    }

    fn absent(self) {
        write::absent(self.out, self.kind);
    }

    /// A text. `plain` if it had no escapes in the body.
    fn text(self, text: &str, plain: bool) {
        let write = if plain { write::plain } else { write::escaped };
        match self.kind {
            _ if text.is_empty() => self.absent(),
            FieldKind::Text => write(self.out, text),
            FieldKind::Time => match vendor_time_to_rfc3339(text) {
                Some(time) => write::plain(self.out, &time),
                None => write(self.out, text),
            },
            FieldKind::Flag => match text {
                "1" | "true" => self.out.push_str("true"),
                "0" | "false" => self.out.push_str("false"),
                _ => self.absent(),
            },
            FieldKind::Count => match text.trim().parse() {
                Ok(number) => self.whole_number(number),
                Err(_) => self.absent(),
            },
            FieldKind::Names => {
                list(self.out, text.split(',').map(str::trim).filter(|name| !name.is_empty()), write);
            }
            FieldKind::Lines => list(self.out, [text], write),
            _ => self.absent(),
        }
    }

    fn whole_number(self, number: u64) {
        match self.kind {
            FieldKind::Count => self.out.push_str(&number.to_string()),
            FieldKind::Flag => self.out.push_str(if number == 0 { "false" } else { "true" }),
            FieldKind::Text | FieldKind::Time | FieldKind::Names | FieldKind::Lines => {
                self.text(&number.to_string(), true);
            }
            _ => self.absent(),
        }
    }

    /// Lists of objects may also arrive as objects: PHP writes a list with gaps as `{"0": ..., "2": ...}`.
    fn entry<'de, A: MapAccess<'de>>(&mut self, map: &mut A, shape: &'static Shape) -> Result<(), A::Error> {
        let start = self.begin_entry();
        let read = map.next_value_seed(self.object(shape))?;
        self.end_entry(start, &read)
    }

    fn text_entry(&mut self) -> ValueReader<'_> {
        ValueReader { kind: FieldKind::Text, out: self.out, spare: self.spare, max_len: self.max_len }
    }

    /// An empty entry is left out.
    fn end_text_entry<E: de::Error>(&mut self, entry: usize, value: usize) -> Result<(), E> {
        if &self.out[value..] == "null" {
            self.out.truncate(entry);
        }
        check_length(self.out, self.max_len)
    }

    fn begin_entry(&mut self) -> usize {
        let start = self.out.len();
        if !self.out.ends_with('[') {
            let is_object = matches!(self.kind, FieldKind::Objects(_));
            self.out.push_str(if is_object { ",\n" } else { "," });
        }
        start
    }

    fn end_entry<E: de::Error>(&mut self, start: usize, read: &super::object::ObjectRead) -> Result<(), E> {
        if !read.is_object {
            self.out.truncate(start);
        }
        check_length(self.out, self.max_len)?;
        match read.missing {
            Some(field) => Err(E::custom(format!("an entry of the answer's list holds no `{}`", field.name))),
            None => Ok(()),
        }
    }
}

/// Checks that the output is within its maximum length. Called wherever the body decides how often something is
/// written.
pub(super) fn check_length<E: de::Error>(out: &str, max_len: usize) -> Result<(), E> {
    if out.len() > max_len {
        return Err(E::custom("the answer holds too many entries with too little in them"));
    }
    Ok(())
}

fn list<'a>(out: &mut String, texts: impl IntoIterator<Item = &'a str>, write: fn(&mut String, &str)) {
    out.push('[');
    for (index, text) in texts.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, text);
    }
    out.push(']');
}

/// A time in PHP's own format.
fn php_time(members: &serde_json::Map<String, Value>) -> Option<String> {
    let text = |name| members.get(name).and_then(Value::as_str);
    let (date, zone) = (text("date")?, text("timezone")?);
    php_time_to_rfc3339(date, zone)
}

impl<'de> Visitor<'de> for ValueReader<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        self.text(text, true);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.text(text, false);
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.whole_number(number);
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        match self.kind {
            FieldKind::Flag => self.whole_number(number.unsigned_abs()),
            FieldKind::Count => self.absent(),
            _ => self.text(&number.to_string(), true),
        }
        Ok(())
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "in range, and checked to be whole"
    )]
    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        let whole = number.fract() == 0.0 && (0.0..9e15).contains(&number);
        match self.kind {
            FieldKind::Flag | FieldKind::Count if whole => self.whole_number(number as u64),
            FieldKind::Flag | FieldKind::Count => self.absent(),
            // Like in JSON: `1e300`, not 301 digits.
            _ => self.text(&Value::from(number).to_string(), true),
        }
        Ok(())
    }

    fn visit_bool<E>(self, flag: bool) -> Result<(), E> {
        match (self.kind, flag) {
            (FieldKind::Flag, _) => self.out.push_str(if flag { "true" } else { "false" }),
            (FieldKind::Text, true) => write::plain(self.out, "true"),
            _ => self.absent(),
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.absent();
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        match self.kind {
            FieldKind::Names | FieldKind::Lines => {
                self.out.push('[');
                loop {
                    let entry = self.begin_entry();
                    let value = self.out.len();
                    if seq.next_element_seed(self.text_entry())?.is_none() {
                        self.out.truncate(entry);
                        break;
                    }
                    self.end_text_entry(entry, value)?;
                }
                self.out.push(']');
            }
            FieldKind::Objects(shape) => {
                self.out.push('[');
                loop {
                    let start = self.begin_entry();
                    match seq.next_element_seed(self.object(shape))? {
                        Some(read) => self.end_entry(start, &read)?,
                        None => {
                            self.out.truncate(start);
                            break;
                        }
                    }
                }
                self.out.push(']');
            }
            FieldKind::Text => {
                let mut entries = Vec::new();
                while let Some(value) = seq.next_element::<Value>()? {
                    entries.push(value);
                }
                self.json_text(&Value::Array(entries));
            }
            _ => {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                self.absent();
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        match self.kind {
            FieldKind::Map(kind) => {
                self.out.push('{');
                while let Some(MemberName(name)) = map.next_key()? {
                    if !self.out.ends_with('{') {
                        self.out.push(',');
                    }
                    write::escaped(self.out, &name);
                    self.out.push(':');
                    map.next_value_seed(ValueReader {
                        kind: *kind,
                        out: self.out,
                        spare: self.spare,
                        max_len: self.max_len,
                    })?;
                    check_length(self.out, self.max_len)?;
                }
                self.out.push('}');
            }
            FieldKind::Names | FieldKind::Lines => {
                self.out.push('[');
                while map.next_key::<IgnoredAny>()?.is_some() {
                    let entry = self.begin_entry();
                    let value = self.out.len();
                    map.next_value_seed(self.text_entry())?;
                    self.end_text_entry(entry, value)?;
                }
                self.out.push(']');
            }
            FieldKind::Objects(shape) => {
                self.out.push('[');
                while map.next_key::<IgnoredAny>()?.is_some() {
                    self.entry(&mut map, shape)?;
                }
                self.out.push(']');
            }
            FieldKind::Text | FieldKind::Time => {
                let mut entries = serde_json::Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    entries.insert(name, value);
                }
                match php_time(&entries) {
                    Some(time) if matches!(self.kind, FieldKind::Time) => write::plain(self.out, &time),
                    _ => self.json_text(&Value::Object(entries)),
                }
            }
            _ => {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                self.absent();
            }
        }
        Ok(())
    }
}

impl ValueReader<'_> {
    /// A list or object instead of a text (`validate_csr` was documented with one): its JSON, so that nothing is lost.
    /// A list of texts becomes one text.
    fn json_text(self, value: &Value) {
        match value {
            Value::Array(list) if list.iter().all(Value::is_string) => {
                let end = if list.len() > 1 { [' ', ';'].as_slice() } else { &[] };
                let texts: Vec<&str> = list
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|text| text.trim_end_matches(end))
                    .filter(|text| !text.is_empty())
                    .collect();
                self.text(&texts.join("; "), false);
            }
            Value::Object(map) if map.is_empty() => self.absent(),
            value => write::escaped(self.out, &value.to_string()),
        }
    }
}
