//! The constant tables of the answers: for each field a name, a kind and a line of documentation.
//!
//! The reader uses them, and the JSON Schemas and reference pages are generated from them.

/// An object in an answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct Shape {
    /// Its name in the documentation.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub doc: &'static str,
    /// Its documented fields, in the order in which they are written.
    pub fields: &'static [Field],
}

impl Shape {
    pub(crate) const fn new(name: &'static str, doc: &'static str, fields: &'static [Field]) -> Self {
        assert!(fields.len() <= MAX_FIELDS, "the reader keeps track of MAX_FIELDS fields");
        Self { name, doc: doc.trim_ascii(), fields }
    }

    /// Whether one of its own fields is a secret.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.fields.iter().any(|field| field.secret)
    }
}

/// The maximum number of fields of a shape.
pub(crate) const MAX_FIELDS: usize = 24;

/// A documented field of an answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct Field {
    /// Our name for it: the service's name, with camelCase as `snake_case`.
    pub name: &'static str,
    /// Other names that the service was seen to use.
    pub aliases: &'static [&'static str],
    /// The kind of its value.
    pub kind: FieldKind,
    /// Whether the answer is unusable without it.
    pub required: bool,
    /// Whether it is a secret: never shown, and wiped after use.
    pub secret: bool,
    /// One sentence.
    pub doc: &'static str,
}

impl Field {
    pub(crate) const fn new(name: &'static str, kind: FieldKind, doc: &'static str) -> Self {
        Self { name, aliases: &[], kind, required: false, secret: false, doc: doc.trim_ascii() }
    }

    pub(crate) const fn or(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

/// The kind of a field's value after reading. The value for "none" is in parentheses.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum FieldKind {
    /// A text (null). Numbers become texts.
    Text,
    /// Certificates in PEM, in their canonical form (null).
    Pem,
    /// A time in RFC 3339 in UTC, or unchanged if it cannot be read (null).
    Time,
    /// True or false (null).
    Flag,
    /// A whole number (null).
    Count,
    /// A list of texts, sent as one text with commas or as a list (`[]`).
    Names,
    /// A list of texts, sent as a list or as one text (`[]`).
    Lines,
    /// An object (with "none" in every field).
    Object(&'static Shape),
    /// An object that may be missing completely (null).
    ObjectOrNone(&'static Shape),
    /// A list of objects (`[]`).
    Objects(&'static Shape),
    /// An object whose keys are names, with a value of one kind for each (`{}`).
    Map(&'static FieldKind),
    /// Any JSON, unchanged (null).
    Any,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::OPERATIONS;

    fn lists_of_objects(shape: &Shape) -> usize {
        shape.fields.iter().map(|field| lists_in(field.kind)).sum()
    }

    fn lists_in(kind: FieldKind) -> usize {
        match kind {
            FieldKind::Objects(shape) => 1 + lists_of_objects(shape),
            FieldKind::Object(shape) | FieldKind::ObjectOrNone(shape) => lists_of_objects(shape),
            FieldKind::Map(kind) => lists_in(*kind),
            _ => 0,
        }
    }

    /// So each line of an answer is an entry of that list.
    #[test]
    fn an_answer_holds_at_most_one_list_of_objects() {
        for operation in OPERATIONS {
            assert!(lists_of_objects(operation.answer) <= 1, "{}", operation.name);
        }
    }
}
