//! `docs/errors.md`: the kinds of errors, and the service's own codes.

use std::path::PathBuf;

use zerossl::{CODES, Kind};

use super::text::NOTE;

pub(super) fn file() -> (PathBuf, String) {
    let kinds = Kind::ALL.iter().map(|kind| format!("| {} | `{kind}` | {} |\n", kind.code(), kind.meaning()));
    let codes =
        CODES.iter().map(|known| format!("| {} | `{}` | {} |\n", known.code, known.api_type, known.meaning));
    let text = format!(
        "{NOTE}\n# Errors\n\n\
         Every error has one line of English (`message`), a `kind` with a number that never changes, the `operation`, \
         whether it is `retryable`, and what the service said: `http_status`, `api_code`, `api_type`, `details`, \
         `retry_after` (seconds).\n\n\
         | number | kind | when |\n| --- | --- | --- |\n{}\n\
         ## The service's own errors\n\n\
         `api_type` is compared first: the numbers are not unique. Source: ZeroSSL REST API, Error Codes.\n\n\
         | `api_code` | `api_type` | what it means, what to do |\n| --- | --- | --- |\n{}",
        kinds.collect::<String>(),
        codes.collect::<String>()
    );
    ("docs/errors.md".into(), text)
}
