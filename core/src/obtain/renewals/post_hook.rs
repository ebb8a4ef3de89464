//! The command that runs once after a run in which certificates were installed, in place of a reload for each.
//!
//! The journal of an entry remembers that its certificate awaits the command. So after a crash the next run calls it.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::obtain::env::Env;
use crate::obtain::store::entry::Entry;
use crate::obtain::store::folder::Folder;
use crate::process::{self, Command};

const TIMEOUT: Duration = Duration::from_secs(300);
/// How long another process may work on an entry before its mark is left for the next run.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// Runs the command if the certificate of any entry awaits it.
pub(crate) fn run(
    context: &Context<'_>,
    env: &Env<'_>,
    directory: &Path,
    names: &[String],
    argv: &[String],
) -> Result<()> {
    let awaiting = |name: &String| {
        let journal = Folder { env, path: &directory.join(name) }.journal().ok()?;
        let installed = journal.installed.filter(|installed| installed.awaits_post_hook)?;
        Some((name.clone(), installed.id))
    };
    let mut awaiting: Vec<(String, String)> = names.iter().filter_map(awaiting).collect();
    awaiting.sort_unstable();
    if awaiting.is_empty() {
        return Ok(());
    }
    let entries: Vec<&str> = awaiting.iter().map(|(name, _)| name.as_str()).collect();
    context.log(|| format!("renew_all: running the post hook for {}", entries.join(", ")));
    let environment = [("ZEROSSL_ENTRIES".to_owned(), entries.join(" "))];
    let passed = &context.connection.hook_environment;
    let command = Command { argv, environment: &environment, passed, timeout: TIMEOUT };
    let ended = process::run(&command, context.cancel, None, ())?;
    if !ended.success {
        let program = argv.first().map_or("", String::as_str);
        let mut output = ended.output;
        context.connection.cleaner.clean_text(&mut output);
        let message = format!(
            "the post hook failed ({}); the certificates are installed, and the next run calls the hook again; what it \
             printed is in `details`",
            ended.how
        );
        return Err(
            Error::storage(program, message).with_details(json!({"command": program, "output": output}))
        );
    }
    for (name, id) in &awaiting {
        match clear(context, env, directory, name, id) {
            Err(error) if error.kind() == Kind::Cancelled => return Err(error),
            // Then the command runs once more, which does no harm.
            Err(error) => context.log(|| format!("renew_all: {name}: the post hook runs again ({error})")),
            Ok(()) => {}
        }
    }
    Ok(())
}

/// Another certificate that was installed meanwhile awaits the next run.
fn clear(context: &Context<'_>, env: &Env<'_>, directory: &Path, name: &str, id: &str) -> Result<()> {
    let entry = Entry::open_here(*context, env, directory, name, Some(env.clock.instant() + MAX_WAIT))?;
    let mut journal = entry.journal()?;
    if let Some(installed) = journal.installed.as_mut().filter(|installed| installed.id == id) {
        installed.awaits_post_hook = false;
        entry.save(&journal)?;
    }
    Ok(())
}
