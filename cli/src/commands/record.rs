//! `record`: what the service answers, as case files. This is how the project learns from the live service, which it cannot
//! reach itself.

use std::fs;
use std::path::Path;

use clap::builder::ValueHint;
use clap::{Arg, ArgAction, Command};
use serde_json::{Map, json};
use zerossl_sandbox::{Options, Sandbox};

use crate::client;
use crate::failure::{Failure, Result};
use crate::invocation::Invocation;
use crate::output::parsed;
use crate::output::styles::{HEADER, styled};
use crate::prompt;
use crate::recording::{self, CaseFile, Samples};
use crate::run::Session;

const DIR: &str = "dir";
const ORDER: &str = "order";
const YES: &str = "yes";
/// What stands in the place of every CSR.
const SAMPLE: &str = "example.com";

pub(super) fn command() -> Command {
    Command::new("record")
        .about("Records what the service answers, without anything personal, as cases for the tests of this project")
        .long_about(
            "Makes calls that change nothing, takes everything personal out of the answers (ids, names, addresses, \
             requests, certificates; times are moved), and shows the files before anything is written. Please read \
             them, and send them to the project: it cannot ask the service itself.",
        )
        .arg(
            Arg::new(DIR)
                .value_name("DIR")
                .value_hint(ValueHint::DirPath)
                .default_value("cases")
                .help("Where the files are written: a folder for each operation"),
        )
        .arg(Arg::new(ORDER).long(ORDER).value_name("DOMAIN").help(
            "Makes an order for this name, too, looks at it, and cancels it: it needs a free place of the plan for that time",
        ))
        .arg(
            Arg::new(YES)
                .long(YES)
                .action(ArgAction::SetTrue)
                .help("Writes the files without asking"),
        )
}

pub(super) fn run(invocation: &Invocation<'_>) -> Result<u8> {
    let session = invocation.session()?;
    let csr = csr_for(&session, SAMPLE)?;
    let mut recorded = recording::survey(&session, &csr)?;
    if let Some(domain) = invocation.text(ORDER) {
        recorded.extend(recording::order(&session, domain, &csr_for(&session, domain)?)?);
    }
    let source = if client::is_live(invocation.matches)? { "live" } else { "inferred" };
    let (files, left_out) = CaseFile::all(&recorded, samples(csr)?, source)?;
    let shown: Vec<_> = files.iter().map(|file| json!({"path": file.path, "text": file.text})).collect();
    let answer = json!({"files": shown, "left_out": left_out});
    invocation.output.own(&answer, || text(&files, &left_out))?;
    let dir = Path::new(invocation.text(DIR).unwrap_or_default());
    if !invocation.matches.get_flag(YES) {
        let question = format!("Write these {} files into {}? [y/N]", files.len(), dir.display());
        let reply = prompt::ask(&question, session.signals.token()).unwrap_or_default();
        if !matches!(reply.as_str(), "y" | "Y" | "yes") {
            return Err(Failure::Declined("nothing was written; `--yes` writes without asking".to_owned()));
        }
    }
    for file in &files {
        write(&dir.join(&file.path), &file.text)?;
    }
    Ok(0)
}

fn write(path: &Path, text: &str) -> Result<()> {
    let made = path.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::write(path, text)).map_err(|error| Failure::file(path, error))
}

fn text(files: &[CaseFile], left_out: &[String]) -> String {
    let files = files.iter().map(|file| format!("{}\n{}\n", styled(HEADER, file.path.display()), file.text));
    files.chain(left_out.iter().map(|why| format!("left out: {why}\n"))).collect()
}

fn csr_for(session: &Session, domain: &str) -> Result<String> {
    let parameters = Map::from_iter([("domains".to_owned(), json!([domain]))]);
    let made = parsed(&session.client.call("generate_csr", parameters)?)?;
    Ok(made["csr"].as_str().unwrap_or_default().to_owned())
}

/// A certificate of nobody: a sandbox's root.
fn samples(csr: String) -> Result<Samples> {
    let sandbox = Sandbox::start(Options::default());
    let sandbox = sandbox.map_err(|error| Failure::Io("the sample certificate".to_owned(), error))?;
    Ok(Samples { csr, certificate: sandbox.root_pem().to_owned() })
}
