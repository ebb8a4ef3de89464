//! The table of parameters.

use super::path;

/// A parameter of an operation, or a setting of a client.
#[derive(Debug)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name, the same in Rust, JSON and Python.
    pub name: &'static str,
    /// The service's name for it.
    pub wire_name: &'static str,
    /// The values that it accepts.
    pub kind: ParameterKind,
    /// Whether it is required.
    pub required: bool,
    /// Whether it is a secret: not for a command line or a log.
    pub secret: bool,
    /// One sentence.
    pub doc: &'static str,
}

impl Parameter {
    pub(crate) const fn required(name: &'static str, kind: ParameterKind, doc: &'static str) -> Self {
        Self { name, wire_name: name, kind, required: true, secret: false, doc: doc.trim_ascii() }
    }

    pub(crate) const fn optional(name: &'static str, kind: ParameterKind, doc: &'static str) -> Self {
        Self { name, wire_name: name, kind, required: false, secret: false, doc: doc.trim_ascii() }
    }

    pub(crate) const fn sent_as(mut self, wire_name: &'static str) -> Self {
        self.wire_name = wire_name;
        self
    }

    pub(crate) const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

/// The values that a parameter accepts.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum ParameterKind {
    /// A text that is not empty.
    Text,
    /// The path of a folder.
    Folder,
    /// The path of a file.
    File,
    /// A list of texts that are not empty. The service gets them joined by commas.
    TextList,
    /// The id of a certificate or CA certificate.
    Id,
    /// Domain names, wildcards and IP addresses. Sent in punycode, without duplicates, in the same order.
    Domains,
    /// The same, but a duplicate is an error.
    DistinctDomains,
    /// A certificate signing request in PEM.
    Csr,
    /// A private key in PEM; never sent.
    PrivateKey,
    /// The subject of a CSR besides its CN: an object.
    Subject,
    /// Two letters, or an empty text.
    Country,
    /// A program and its arguments.
    Command,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list of these words.
    SomeOf(&'static [&'static str]),
    /// A whole number between these two.
    Integer(u64, u64),
    /// Seconds, with fractions.
    Seconds,
    /// A number that is not negative.
    Number,
    /// True or false. The service gets 1 or 0.
    Flag,
    /// A JSON object.
    Object,
}

impl ParameterKind {
    /// The text for the error message if the value is wrong.
    pub(crate) fn expected(self) -> String {
        match self {
            Self::Text => "expected a text that is not empty".into(),
            Self::Folder => path::expected("folder"),
            Self::File => path::expected("file"),
            Self::TextList => "expected a list of texts".into(),
            Self::Id => "expected an id as text".into(),
            Self::Domains | Self::DistinctDomains => "expected a list of domain names".into(),
            Self::Command => "expected a list of texts: a program and its arguments".into(),
            Self::Csr => "expected a certificate signing request as PEM text".into(),
            Self::PrivateKey => "expected a private key as PEM text".into(),
            Self::Subject => "expected an object with `country` and the like".into(),
            Self::Country => "expected two letters such as `US`, or `\"\"` for none".into(),
            Self::OneOf(words) => format!("expected one of {}", words.join(", ")),
            Self::SomeOf(words) => format!("expected a list out of {}", words.join(", ")),
            Self::Integer(0, u64::MAX) => "expected a whole number".into(),
            Self::Integer(least, most) => format!("expected a whole number from {least} to {most}"),
            Self::Seconds => "expected a number of seconds".into(),
            Self::Number => "expected a number that is not negative".into(),
            Self::Flag => "expected true or false".into(),
            Self::Object => "expected a JSON object".into(),
        }
    }
}
