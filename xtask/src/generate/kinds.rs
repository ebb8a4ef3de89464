//! How the kinds of errors hang together.

/// The kinds that are a part of another one: the child and its parent.
const PARENTS: [(&str, &str); 3] = [("auth", "api"), ("tls", "network"), ("validation", "api")];

pub(super) fn parent(kind: &str) -> Option<&'static str> {
    PARENTS.iter().find(|(child, _)| *child == kind).map(|(_, parent)| *parent)
}
