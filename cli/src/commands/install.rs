//! `install`: `install_certificates`, once or as a service that looks again and again.

use std::thread;
use std::time::{Duration, Instant};

use clap::{Arg, Command, value_parser};
use serde_json::{Map, Value};

use super::renew;
use crate::arguments;
use crate::failure::{Result, of_answer};
use crate::invocation::{Invocation, find};
use crate::output::{self, parsed};
use crate::run::Session;

const OPERATION: &str = "install_certificates";
const EVERY: &str = "every";
/// How often a signal is looked for in a pause.
const TICK: Duration = Duration::from_millis(100);

pub(super) fn command() -> Command {
    let parameters = find(OPERATION).map(|operation| operation.parameters).unwrap_or_default();
    let command = Command::new("install")
        .about("Installs the certificates of the shared store on this host, once or again and again");
    // The report is always the answer here.
    let command = arguments::add(command, parameters).mut_arg("on_failure", |arg| arg.hide(true));
    let help = "Looks again after so many seconds, until a signal comes. Only what is new is printed, and a failure ends \
                nothing";
    command.arg(
        Arg::new(EVERY)
            .long(EVERY)
            .value_name("SECONDS")
            .value_parser(value_parser!(u64).range(1..))
            .help(help),
    )
}

pub(super) fn run(invocation: &Invocation<'_>) -> Result<u8> {
    let mut parameters = invocation.parameters(find(OPERATION)?)?;
    parameters.insert("on_failure".to_owned(), "report".into());
    let session = invocation.session()?;
    let Some(every) = invocation.matches.get_one::<u64>(EVERY) else {
        return install(&session, parameters, session.volume.is_quiet);
    };
    let token = session.signals.token();
    while !token.is_cancelled() {
        match install(&session, parameters.clone(), true) {
            Err(failure) if !token.is_cancelled() => {
                output::say(&format!("zerossl: {}", failure.message().unwrap_or_default()));
            }
            _ => {}
        }
        let end = Instant::now() + Duration::from_secs(*every);
        while Instant::now() < end && !token.is_cancelled() {
            thread::sleep(TICK.min(end.saturating_duration_since(Instant::now())));
        }
    }
    // A service that is stopped has done its work.
    Ok(0)
}

fn install(session: &Session, parameters: Map<String, Value>, is_quiet: bool) -> Result<u8> {
    let json = session.call(OPERATION, parameters)?;
    let report = parsed(&json)?;
    if session.output.is_for_people() {
        output::print(&renew::table(&report, is_quiet))?;
    } else {
        session.output.answer(find(OPERATION)?.answer, &json)?;
    }
    Ok(of_answer(&report))
}
