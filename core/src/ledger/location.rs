//! The setting `store`: which engine, and where in it.

use ureq::http::Uri;

use crate::error::{Error, Result};
use crate::port;

/// A place in an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// Objects of a bucket whose names begin with the prefix. That is empty, or ends in a slash.
    S3 { bucket: String, prefix: String },
    /// A database. What is left out comes from the engine's own places (`PG*`, `.pgpass`).
    Postgresql { host: Option<String>, port: Option<u16>, database: Option<String>, user: Option<String> },
}

const EXPECTED: &str = "expected s3://BUCKET/PREFIX or postgresql://HOST/DATABASE";

impl Location {
    /// Reads a URL. No message quotes it: somebody may have put a password into it.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let refuse = |why: &str| Err(Error::invalid("store", why));
        let Some((scheme, rest)) = text.split_once("://") else { return refuse(EXPECTED) };
        if rest.contains(['?', '#']) {
            return refuse("expected a URL without `?` and `#`; the settings have their own names");
        }
        match scheme {
            "s3" => Self::s3(rest),
            "postgresql" | "postgres" => Self::postgresql(text),
            _ => refuse(EXPECTED),
        }
    }

    fn s3(rest: &str) -> Result<Self> {
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.contains(['@', ':']) {
            return Err(Error::invalid("store", WITHOUT_SECRETS));
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if bucket.len() < 3 || bucket.len() > 63 || !bucket.chars().all(is_name) {
            return Err(Error::invalid(
                "store",
                "the bucket has no name of S3: 3 to 63 letters, digits, `-`, `.`",
            ));
        }
        let prefix = prefix.trim_matches('/');
        let is_folder = |part: &str| !part.is_empty() && part != "." && part != "..";
        let is_path =
            |text: &str| text.split('/').all(is_folder) && text.chars().all(|c| is_name(c) || c == '/');
        if !(prefix.is_empty() || is_path(prefix)) {
            let why = "the prefix may have letters, digits, `-`, `.`, `_` and single slashes";
            return Err(Error::invalid("store", why));
        }
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Self::S3 { bucket: bucket.to_owned(), prefix })
    }

    fn postgresql(text: &str) -> Result<Self> {
        let refuse = |why: &str| Err(Error::invalid("store", why));
        // Everything may be left out: `postgresql://` alone is what the environment says.
        let (_, rest) = text.split_once("://").unwrap_or_default();
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, host) =
            authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        if user.is_some_and(|user| user.contains(':')) {
            return refuse(WITHOUT_SECRETS);
        }
        let is_plain =
            |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if !is_plain(database) || user.is_some_and(|user| user.is_empty() || !is_plain(user)) {
            return refuse("database and user may have letters, digits, `-`, `_` and `.`");
        }
        let (host, port) = if host.is_empty() {
            (None, None)
        } else {
            let Some(authority) = host.parse::<Uri>().ok().and_then(|uri| uri.into_parts().authority) else {
                return refuse(EXPECTED);
            };
            let port = match port::of(&authority) {
                Ok(port) => port,
                Err(why) => return refuse(why),
            };
            (Some(authority.host().trim_matches(['[', ']']).to_owned()), port)
        };
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(Self::Postgresql { host, port, database: given(database), user: user.and_then(given) })
    }
}

const WITHOUT_SECRETS: &str = "no password and no key belongs into it: it would be shown in logs and lists of processes. They come from \
     the engine's own places (AWS_*, a profile; PG*, .pgpass)";

#[cfg(test)]
mod tests {
    use super::Location;

    fn postgresql(host: &str, port: Option<u16>, database: &str, user: &str) -> Location {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Location::Postgresql { host: given(host), port, database: given(database), user: given(user) }
    }

    #[test]
    fn urls_are_taken() {
        let s3 = |bucket: &str, prefix: &str| Location::S3 { bucket: bucket.into(), prefix: prefix.into() };
        for (url, expected) in [
            ("s3://certificates", s3("certificates", "")),
            ("s3://certificates/", s3("certificates", "")),
            ("s3://my.bucket/prod/tls", s3("my.bucket", "prod/tls/")),
            ("s3://my.bucket/prod/tls/", s3("my.bucket", "prod/tls/")),
            ("postgresql://db.example.com/certs", postgresql("db.example.com", None, "certs", "")),
            ("postgres://me@db:5433/certs", postgresql("db", Some(5433), "certs", "me")),
            ("postgresql://[::1]:5433/certs", postgresql("::1", Some(5433), "certs", "")),
            ("postgresql:///certs", postgresql("", None, "certs", "")),
            ("postgresql://", postgresql("", None, "", "")),
        ] {
            assert_eq!(Location::parse(url).expect(url), expected, "{url}");
        }
    }

    #[test]
    fn others_are_refused_and_not_quoted() {
        for url in [
            "",
            "certificates",
            "/var/lib/certificates",
            "file:///var/lib",
            "https://bucket.example.com/",
            "s3://",
            "s3://ab",
            "s3://key:hunter2@bucket/prefix",
            "s3://bucket/../other",
            "s3://bucket/a//b",
            "s3://bucket/hunter2?x=y",
            "postgresql://me:hunter2@db/certs",
            "postgresql://db/certs?password=hunter2",
            "postgresql://db:0/certs",
            "postgresql://db:70000/certs",
            "postgresql://db/a/b",
        ] {
            let error = Location::parse(url).expect_err(url);
            assert_eq!(error.parameter(), Some("store"), "{url}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
