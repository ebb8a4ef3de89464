//! Publishing by a command of the user.
//!
//! For records it is called as `<hook> present <name> <target>`, for files as `<hook> present <url> <content>`, and
//! later with `cleanup` instead of `present`. The environment has the same values and more.

use std::time::Duration;

use serde_json::json;

use super::publishing::{Action, Publishing};
use crate::error::{Error, Kind, Result};
use crate::excerpt::one_line;
use crate::obtain::challenge::{Challenge, FOLDER};
use crate::process::{self, Command};

/// A hook may have to wait for the name servers.
const TIMEOUT: Duration = Duration::from_secs(5 * 60);

impl Action {
    const fn word(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Cleanup => "cleanup",
        }
    }
}

pub(super) fn call(
    argv: &[String],
    how: &Publishing<'_>,
    action: Action,
    challenge: &Challenge,
) -> Result<()> {
    let value = match challenge {
        Challenge::File { content, .. } => content,
        Challenge::Record { target, .. } => target,
    };
    let mut words = argv.to_vec();
    words.extend([action.word(), challenge.location(), value].map(str::to_owned));
    let environment = environment(how, action, challenge);
    let passed = &how.context.connection.hook_environment;
    let command = Command { argv: &words, environment: &environment, passed, timeout: TIMEOUT };
    let ended = process::run(&command, how.context.cancel, how.end, how.lock.clone())?;
    if ended.success {
        return Ok(());
    }
    let program = argv.first().map_or("", String::as_str);
    let message = format!(
        "{}: the hook `{}` failed to {} it ({}); what it printed is in `details`",
        challenge.domain(),
        one_line(program, 200),
        match action {
            Action::Present => "publish",
            Action::Cleanup => "take away",
        },
        ended.how
    );
    let details = json!({"command": program, "output": ended.output});
    Err(Error::new(Kind::Validation, message).with_details(details))
}

fn environment(how: &Publishing<'_>, action: Action, challenge: &Challenge) -> Vec<(String, String)> {
    let mut pairs = vec![
        ("ZEROSSL_ACTION", action.word().to_owned()),
        ("ZEROSSL_METHOD", how.method.as_str().to_owned()),
        ("ZEROSSL_DOMAIN", challenge.domain().to_owned()),
        ("ZEROSSL_ENTRY", how.entry.to_owned()),
        ("ZEROSSL_ORDER", how.order_id.to_owned()),
    ];
    match challenge {
        Challenge::File { url, file, content, .. } => pairs.extend([
            ("ZEROSSL_FILE_URL", url.clone()),
            ("ZEROSSL_FILE_PATH", format!("{FOLDER}{file}")),
            ("ZEROSSL_FILE_CONTENT", content.clone()),
        ]),
        Challenge::Record { name, target, .. } => {
            pairs.extend([("ZEROSSL_RECORD_NAME", name.clone()), ("ZEROSSL_RECORD_TARGET", target.clone())]);
        }
    }
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
