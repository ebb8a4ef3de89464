//! An object with a table: all its fields in the table's order, then the unknown ones.

use std::collections::HashSet;

use super::envelope::Envelope;
use super::scanner::{Raw, Scan, Stop};
use super::{Reader, is_readable, pem, write};
use crate::shape::{Field, FieldKind, MAX_FIELDS, Shape};

/// The result of reading an object.
pub(super) struct ObjectRead {
    /// False if the value was something else. Then the absent object was written.
    pub(super) is_object: bool,
    /// A missing required field.
    pub(super) missing: Option<&'static Field>,
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
    shape: &'static Shape,
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
    fn new(shape: &'static Shape, start: usize) -> Self {
        let (unknown, unknown_names) = Default::default();
        let fields = [Span::MISSING; MAX_FIELDS];
        Self { shape, start, fields, unknown, unknown_names, is_empty: true, in_order: Some(0) }
    }

    /// The field with this name. The search starts after the previous field, because the service usually has our order.
    fn find(&self, name: &str, from: usize) -> Option<usize> {
        let is_it = |field: &Field| field.name == name || field.aliases.contains(&name);
        let (before, after) = self.shape.fields.split_at(from.min(self.shape.fields.len()));
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

    /// A field may come again, perhaps with its other name. The first one that has a value counts.
    fn wants(&self, index: usize, out: &str) -> bool {
        let span = self.fields[index];
        !span.came() || says_nothing(&self.shape.fields[index], span.of(&out[self.start..]))
    }
}

impl Reader<'_> {
    /// Any other value in an object's place (null, `[]`, `""`, false) means that there is none.
    pub(super) fn object(
        &mut self,
        shape: &'static Shape,
        envelope: Option<&mut Envelope>,
    ) -> Scan<ObjectRead> {
        if self.scan.peek()? == b'{' {
            return self.members(shape, envelope);
        }
        self.scan.skip()?;
        write::absent_object(&mut self.out, shape);
        Ok(ObjectRead { is_object: false, missing: None })
    }

    /// `envelope` is only for the outermost object.
    fn members(&mut self, shape: &'static Shape, mut envelope: Option<&mut Envelope>) -> Scan<ObjectRead> {
        let mut items = self.scan.enter()?;
        self.out.push('{');
        let mut layout = Layout::new(shape, self.out.len());
        let mut next = 0;
        while self.scan.next(&mut items)? {
            self.check_length()?;
            let is_usual = |field: &&Field| {
                !(layout.fields[next].came() || envelope.is_some() && Envelope::is_part(field.name))
            };
            let expected = shape.fields.get(next).filter(is_usual);
            if let Some(key) = expected.and_then(|field| self.scan.expected_key(field.name)) {
                let start = self.begin_member(&mut layout);
                self.out.push_str(key);
                self.read_field(&mut layout, next, start)?;
                next += 1;
                continue;
            }
            let name = self.scan.key()?.decoded()?;
            let index = layout.find(&name, next);
            if let Some(envelope) = envelope.as_deref_mut().filter(|_| Envelope::is_part(&name)) {
                self.read_envelope(&name, index, envelope, &mut layout)?;
                continue;
            }
            match index {
                Some(index) if layout.wants(index, &self.out) => {
                    let (_, start) = self.begin_field(&mut layout, index);
                    self.read_field(&mut layout, index, start)?;
                    next = index + 1;
                }
                Some(_) => {
                    self.scan.skip()?;
                }
                None => {
                    let raw = self.scan.skip()?;
                    self.write_unknown(&name, &raw, &mut layout);
                }
            }
        }
        Ok(self.finish(&mut layout))
    }

    /// Reads the value of a field whose member begins at `start` in the output.
    fn read_field(&mut self, layout: &mut Layout, index: usize, start: usize) -> Scan<()> {
        let field = &layout.shape.fields[index];
        match field.kind {
            FieldKind::Pem => self.read_pem(field)?,
            kind => self.value(kind)?,
        }
        layout.note_field(index, start, &self.out);
        Ok(())
    }

    /// Members of the envelope are noted, and written if the shape has a field for them.
    fn read_envelope(
        &mut self,
        name: &str,
        index: Option<usize>,
        envelope: &mut Envelope,
        layout: &mut Layout,
    ) -> Scan<()> {
        let before = self.scan.clone();
        let raw = self.scan.skip()?;
        let is_taken = envelope.note(name, raw.json, index.is_some());
        match index {
            Some(index) if !layout.fields[index].came() => {
                let (field, start) = self.begin_field(layout, index);
                let value = self.out.len();
                let after = std::mem::replace(&mut self.scan, before);
                if self.value(field.kind).is_err() {
                    // Nested too deeply to be read.
                    self.out.truncate(value);
                    write::absent(&mut self.out, field.kind);
                }
                self.scan = after;
                layout.note_field(index, start, &self.out);
            }
            None if !is_taken => self.write_unknown(name, &raw, layout),
            _ => {}
        }
        Ok(())
    }

    /// A text that is not PEM is not passed on. It becomes absent like everything unreadable, and the error says so if
    /// the field is required.
    fn read_pem(&mut self, field: &Field) -> Scan<()> {
        match pem::read(self.scan.skip()?.json) {
            Ok(Some(certificates)) => write::escaped(&mut self.out, &certificates),
            Err(why) if field.required => return Err(Stop::Incomplete(format!("`{}`: {why}", field.name))),
            Ok(None) | Err(_) => write::absent(&mut self.out, field.kind),
        }
        Ok(())
    }

    fn begin_member(&mut self, layout: &mut Layout) -> usize {
        if !std::mem::take(&mut layout.is_empty) {
            self.out.push(',');
        }
        self.out.len()
    }

    fn begin_field(&mut self, layout: &mut Layout, index: usize) -> (&'static Field, usize) {
        let start = self.begin_member(layout);
        let field = &layout.shape.fields[index];
        write::name(&mut self.out, field);
        (field, start)
    }

    fn write_unknown(&mut self, name: &str, raw: &Raw<'_>, layout: &mut Layout) {
        // A value that strict parsers cannot read, or a duplicate, would break other readers.
        if layout.unknown_names.contains(name) || !(raw.is_plain || is_readable(raw.json)) {
            return;
        }
        layout.unknown_names.insert(name.to_owned());
        let start = self.begin_member(layout);
        write::escaped(&mut self.out, name);
        self.out.push(':');
        write::as_it_came(&mut self.out, raw.json);
        layout.unknown.push(layout.span(start, &self.out));
    }

    fn finish(&mut self, layout: &mut Layout) -> ObjectRead {
        let fields = layout.shape.fields;
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
            write::name(&mut self.out, field);
            write::absent(&mut self.out, field.kind);
        }
    }

    fn put_in_order(&mut self, layout: &Layout) {
        self.spare.clear();
        self.spare.push_str(&self.out[layout.start..]);
        let (out, members) = (&mut self.out, &*self.spare);
        out.truncate(layout.start);
        let mut separator = "";
        for (field, span) in layout.shape.fields.iter().zip(&layout.fields) {
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
