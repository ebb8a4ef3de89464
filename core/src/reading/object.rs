//! An object with a table: all its fields in the table's order, then the unknown ones.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::envelope::Envelope;
use super::strict::is_readable;
use super::value::{ValueReader, check_length};
use super::{pem, write};
use crate::shape::{Field, FieldKind, MAX_FIELDS, Shape};

pub(super) struct ObjectReader<'a> {
    pub(super) shape: &'static Shape,
    pub(super) out: &'a mut String,
    /// A buffer to reorder an object whose fields came in another order.
    pub(super) spare: &'a mut String,
    /// The maximum length of the output.
    pub(super) max_len: usize,
    /// Only for the outermost object.
    pub(super) envelope: Option<&'a mut Envelope>,
}

/// The result of reading an object.
pub(super) struct ObjectRead {
    /// False if the value was something else. Then the absent object was written.
    pub(super) is_object: bool,
    /// A missing required field.
    pub(super) missing: Option<&'static Field>,
}

/// A member's name. Borrowed from the body, except for a rare escape.
pub(super) struct MemberName<'de>(pub(super) Cow<'de, str>);

impl<'de> de::Deserialize<'de> for MemberName<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = MemberName<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<MemberName<'de>, E> {
                Ok(MemberName(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<MemberName<'de>, E> {
                Ok(MemberName(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// A part of the output, relative to its object's first member.
#[derive(Clone, Copy, Default)]
struct Span {
    start: usize,
    /// Never 0 for a present member.
    end: usize,
}

impl Span {
    const MISSING: Self = Self { start: 0, end: 0 };

    fn came(self) -> bool {
        self.end != 0
    }

    fn of(self, members: &str) -> &str {
        &members[self.start..self.end]
    }
}

/// Where each member is in the output.
struct Layout {
    start: usize,
    fields: [Span; MAX_FIELDS],
    unknown: Vec<Span>,
    /// The names of the unknown members. A set, because an object may have very many.
    unknown_names: HashSet<String>,
    is_empty: bool,
    /// How many fields came, as long as they came in the table's order and before all unknown ones.
    in_order: Option<usize>,
}

impl Layout {
    /// The field with this name. The search starts after the previous field, because the service usually has our order.
    fn find(shape: &'static Shape, name: &str, from: usize) -> Option<usize> {
        let is_it = |field: &Field| field.name == name || field.aliases.contains(&name);
        let (before, after) = shape.fields.split_at(from.min(shape.fields.len()));
        after.iter().position(is_it).map(|at| from + at).or_else(|| before.iter().position(is_it))
    }

    /// The part from `start` to the end of the output.
    fn span(&self, start: usize, out: &str) -> Span {
        Span { start: start - self.start, end: out.len() - self.start }
    }

    fn note_field(&mut self, index: usize, start: usize, out: &str) {
        self.fields[index] = self.span(start, out);
        self.in_order =
            self.in_order.filter(|&next| next == index && self.unknown.is_empty()).map(|next| next + 1);
    }
}

impl ObjectReader<'_> {
    fn read_members<'de, A: MapAccess<'de>>(mut self, map: &mut A) -> Result<ObjectRead, A::Error> {
        self.out.push('{');
        let start = self.out.len();
        let fields = [Span::MISSING; MAX_FIELDS];
        let (unknown, unknown_names) = Default::default();
        let mut layout = Layout { start, fields, unknown, unknown_names, is_empty: true, in_order: Some(0) };
        let mut next = 0;
        while let Some(MemberName(name)) = map.next_key()? {
            check_length(self.out, self.max_len)?;
            let index = Layout::find(self.shape, &name, next);
            if self.envelope.is_some() && Envelope::is_part(&name) {
                self.read_envelope(&name, index, map.next_value()?, &mut layout);
                continue;
            }
            match index {
                // A field may come again, perhaps with its other name. The first one that has a value counts.
                Some(index) if !layout.fields[index].came() || self.came_as_null(&layout, index) => {
                    let (field, start) = self.begin_field(&mut layout, index);
                    match field.kind {
                        FieldKind::Pem => self.read_pem(field, map.next_value()?)?,
                        kind => map.next_value_seed(self.value(kind))?,
                    }
                    layout.note_field(index, start, self.out);
                    next = index + 1;
                }
                Some(_) => drop(map.next_value::<IgnoredAny>()?),
                None => {
                    let raw: &RawValue = map.next_value()?;
                    self.write_unknown(&name, raw, &mut layout);
                }
            }
        }
        Ok(self.finish(&mut layout))
    }

    /// Members of the envelope are noted, and written if the shape has a field for them.
    fn read_envelope(&mut self, name: &str, index: Option<usize>, raw: &RawValue, layout: &mut Layout) {
        let taken = self.envelope.as_mut().is_some_and(|envelope| envelope.note(name, raw, index.is_some()));
        match index {
            Some(index) if !layout.fields[index].came() => {
                let (field, start) = self.begin_field(layout, index);
                let value = self.out.len();
                let reader =
                    ValueReader { kind: field.kind, out: self.out, spare: self.spare, max_len: self.max_len };
                if reader.deserialize(&mut serde_json::Deserializer::from_str(raw.get())).is_err() {
                    // Nested too deeply to be read.
                    self.out.truncate(value);
                    write::absent(self.out, field.kind);
                }
                layout.note_field(index, start, self.out);
            }
            None if !taken => self.write_unknown(name, raw, layout),
            _ => {}
        }
    }

    /// A text that is not PEM is not passed on. It becomes absent like everything unreadable, and the error says so if
    /// the field is required.
    fn read_pem<E: de::Error>(&mut self, field: &Field, raw: &RawValue) -> Result<(), E> {
        match pem::read(raw) {
            Ok(Some(certificates)) => write::escaped(self.out, &certificates),
            Err(why) if field.required => return Err(E::custom(format!("`{}`: {why}", field.name))),
            Ok(None) | Err(_) => write::absent(self.out, field.kind),
        }
        Ok(())
    }

    fn value(&mut self, kind: FieldKind) -> ValueReader<'_> {
        ValueReader { kind, out: self.out, spare: self.spare, max_len: self.max_len }
    }

    fn came_as_null(&self, layout: &Layout, index: usize) -> bool {
        says_nothing(&self.shape.fields[index], layout.fields[index].of(&self.out[layout.start..]))
    }

    fn begin_member(&mut self, layout: &mut Layout) -> usize {
        if !std::mem::take(&mut layout.is_empty) {
            self.out.push(',');
        }
        self.out.len()
    }

    fn begin_field(&mut self, layout: &mut Layout, index: usize) -> (&'static Field, usize) {
        let start = self.begin_member(layout);
        let field = &self.shape.fields[index];
        write::name(self.out, field);
        (field, start)
    }

    fn write_unknown(&mut self, name: &str, raw: &RawValue, layout: &mut Layout) {
        // A value that strict parsers cannot read, or a duplicate, would break other readers.
        if layout.unknown_names.contains(name) || !is_readable(raw) {
            return;
        }
        layout.unknown_names.insert(name.to_owned());
        let start = self.begin_member(layout);
        write::escaped(self.out, name);
        self.out.push(':');
        write::as_it_came(self.out, raw);
        layout.unknown.push(layout.span(start, self.out));
    }

    fn finish(&mut self, layout: &mut Layout) -> ObjectRead {
        let fields = self.shape.fields;
        let members = &self.out[layout.start..];
        let is_missing = |field: &Field, span: Span| !span.came() || says_nothing(field, span.of(members));
        let mut required = fields.iter().zip(layout.fields).filter(|(field, _)| field.required);
        let missing = required.find(|(field, span)| is_missing(field, *span)).map(|(field, _)| field);
        match layout.in_order {
            Some(count) if count == fields.len() => {}
            Some(count) if layout.unknown.is_empty() => self.write_absent(layout, &fields[count..]),
            _ => self.put_in_order(layout),
        }
        self.out.push('}');
        ObjectRead { is_object: true, missing }
    }

    /// Writes the missing fields at the end.
    fn write_absent(&mut self, layout: &mut Layout, fields: &[Field]) {
        for field in fields {
            self.begin_member(layout);
            write::name(self.out, field);
            write::absent(self.out, field.kind);
        }
    }

    fn put_in_order(&mut self, layout: &Layout) {
        self.spare.clear();
        self.spare.push_str(&self.out[layout.start..]);
        let (out, members) = (&mut *self.out, &*self.spare);
        out.truncate(layout.start);
        let mut separator = "";
        for (field, span) in self.shape.fields.iter().zip(&layout.fields) {
            out.push_str(std::mem::replace(&mut separator, ","));
            if span.came() {
                out.push_str(span.of(members));
            } else {
                write::name(out, field);
                write::absent(out, field.kind);
            }
        }
        for span in &layout.unknown {
            out.push_str(std::mem::replace(&mut separator, ","));
            out.push_str(span.of(members));
        }
    }
}

/// Whether a member's value is null. (An empty list is a value: there are no entries.)
fn says_nothing(field: &Field, member: &str) -> bool {
    &member[field.name.len() + 3..] == "null"
}

impl<'de> DeserializeSeed<'de> for ObjectReader<'_> {
    type Value = ObjectRead;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<ObjectRead, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Any other value in an object's place (null, `[]`, `""`, false) means that there is none.
impl ObjectReader<'_> {
    fn none(self) -> ObjectRead {
        write::absent_object(self.out, self.shape);
        ObjectRead { is_object: false, missing: None }
    }
}

impl<'de> Visitor<'de> for ObjectReader<'_> {
    type Value = ObjectRead;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ObjectRead, A::Error> {
        self.read_members(&mut map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ObjectRead, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.none())
    }

    fn visit_unit<E>(self) -> Result<ObjectRead, E> {
        Ok(self.none())
    }

    fn visit_bool<E>(self, _: bool) -> Result<ObjectRead, E> {
        Ok(self.none())
    }

    fn visit_i64<E>(self, _: i64) -> Result<ObjectRead, E> {
        Ok(self.none())
    }

    fn visit_u64<E>(self, _: u64) -> Result<ObjectRead, E> {
        Ok(self.none())
    }

    fn visit_f64<E>(self, _: f64) -> Result<ObjectRead, E> {
        Ok(self.none())
    }

    fn visit_str<E>(self, _: &str) -> Result<ObjectRead, E> {
        Ok(self.none())
    }
}
