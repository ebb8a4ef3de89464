//! What a table of parameters says.

/// A parameter of an operation, or a setting of a client.
#[derive(Debug)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name, the same in Rust, JSON and Python.
    pub name: &'static str,
    /// The name that the service gives it.
    pub wire_name: &'static str,
    /// What it takes.
    pub kind: ParameterKind,
    /// Whether it must be given.
    pub required: bool,
    /// One sentence.
    pub doc: &'static str,
}

impl Parameter {
    pub(crate) const fn required(name: &'static str, kind: ParameterKind, doc: &'static str) -> Self {
        Self { name, wire_name: name, kind, required: true, doc: doc.trim_ascii() }
    }

    pub(crate) const fn optional(name: &'static str, kind: ParameterKind, doc: &'static str) -> Self {
        Self { name, wire_name: name, kind, required: false, doc: doc.trim_ascii() }
    }

    pub(crate) const fn sent_as(mut self, wire_name: &'static str) -> Self {
        self.wire_name = wire_name;
        self
    }
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum ParameterKind {
    /// A text that is not empty.
    Text,
    /// A list of texts that are not empty; the service gets them joined by commas.
    TextList,
    /// The id of a certificate or CA certificate.
    Id,
    /// Domain names, wildcards and IP addresses; sent in punycode, doubles once, the order kept.
    Domains,
    /// The same, but a double is refused.
    DistinctDomains,
    /// A certificate signing request in PEM.
    Csr,
    /// A private key in PEM; never sent.
    PrivateKey,
    /// The subject of a CSR beside its CN: an object.
    Subject,
    /// Two letters, or nothing.
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
    /// True or false; the service gets 1 or 0.
    Flag,
    /// A JSON object.
    Object,
}

impl ParameterKind {
    /// What to say when something else was given.
    pub(crate) fn expected(self) -> String {
        match self {
            Self::Text => "expected a text that is not empty".into(),
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
