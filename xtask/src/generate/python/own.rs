//! The parameters that only Python's `obtain` and `renew_all` have: short forms of `validation`, and
//! callables.

/// A parameter that only Python has.
pub(super) struct Own {
    pub(super) operation: &'static str,
    /// The table's parameter before it; the last one if empty.
    pub(super) after: &'static str,
    pub(super) name: &'static str,
    pub(super) annotation: &'static str,
    pub(super) doc: &'static str,
}

const fn own(
    operation: &'static str,
    after: &'static str,
    name: &'static str,
    annotation: &'static str,
    doc: &'static str,
) -> Own {
    Own { operation, after, name, annotation, doc }
}

/// In their order.
pub(super) const OWN: [Own; 11] = [
    own(
        "obtain",
        "validation",
        "webroot",
        "str | os.PathLike[str] | Mapping[str, str | os.PathLike[str]]",
        "The folder that a web server shows at ``http://NAME/``, or a mapping from names to folders.",
    ),
    own(
        "obtain",
        "validation",
        "listen",
        "str",
        "Where a small web server of ours listens as long as needed, such as ``0.0.0.0:80``.",
    ),
    own(
        "obtain",
        "validation",
        "hook",
        "Sequence[str | os.PathLike[str]]",
        "A command that publishes; called with ``present`` or ``cleanup``, a name and its target.",
    ),
    own(
        "obtain",
        "validation",
        "dns",
        "str",
        "A DNS provider of dns-lexicon that publishes, such as ``cloudflare``; its credentials are in the environment. \
         Needs ``libzerossl[dns]``.",
    ),
    own(
        "obtain",
        "validation",
        "publish",
        "Publish",
        "Called with each `Challenge`, that is a `RecordChallenge` unless ``validation_method`` is one by file; what \
         it says has to be in place when it returns.",
    ),
    own(
        "obtain",
        "validation",
        "cleanup",
        "Publish",
        "Called with each `Challenge` that is needed no more; without it all stays in place.",
    ),
    own(
        "obtain",
        "validation",
        "emails",
        "Mapping[str, str]",
        "For each name the address that the service's mail goes to, out of those that the order lists.",
    ),
    own(
        "obtain",
        "validation",
        "validation_method",
        "ValidationMethod",
        "HTTP_CSR_HASH for ``webroot`` and ``listen``, CNAME_CSR_HASH for ``hook``, ``dns`` and ``publish``, unless this \
         says otherwise.",
    ),
    own("", "", "on_event", "OnEvent", "Called with each `Event`; ``print`` will do."),
    own(
        "renew_all",
        "",
        "publish",
        "Publish",
        "As for `obtain`, for entries that were obtained with it; without it those fail when they are due.",
    ),
    own("renew_all", "", "cleanup", "Publish", "As for `obtain`."),
];

impl Own {
    pub(super) fn is_of(&self, operation: &str) -> bool {
        self.operation.is_empty() || self.operation == operation
    }
}

/// Additional text for parameters whose text in the table is too short for Python.
pub(super) fn more(operation: &str, parameter: &str) -> &'static str {
    match (operation, parameter) {
        ("obtain", "validation") => " Here that is ``publish``.",
        _ => "",
    }
}
