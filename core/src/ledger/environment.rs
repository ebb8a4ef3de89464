//! The environment, in which an engine's own tools have their settings.

/// The variables that are not empty.
pub(super) type Environment = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The one of this process.
pub(super) fn ours() -> Environment {
    Box::new(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

#[cfg(test)]
pub(super) fn of(values: &[(&str, &str)]) -> Environment {
    let values: Vec<_> =
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Box::new(move |name| values.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone()))
}
