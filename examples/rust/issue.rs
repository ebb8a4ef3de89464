//! From names to a certificate, step by step, with validation by file.
//!
//! ```text
//! export ZEROSSL_ACCESS_KEY=...
//! cargo run --example issue -- --webroot /var/www/html --out certificates example.com www.example.com
//! ```
//!
//! The webroot is what your web server shows at `http://example.com/`. Written to the output folder: `privkey.pem`,
//! `cert.pem`, `chain.pem`, `fullchain.pem`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program's output")]

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use zerossl::{
    Certificate, Client, CreateCertificate, DownloadCertificate, FileAndRecord, GenerateCsr, GetCertificate,
    Kind, ValidationMethod, VerifyDomains,
};

/// The service issues within seconds, and at times takes a quarter of an hour.
const PATIENCE: Duration = Duration::from_secs(1800);

fn main() -> ExitCode {
    match Arguments::parse().and_then(|arguments| issue(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn issue(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    // The key comes from ZEROSSL_ACCESS_KEY, and ZEROSSL_BASE_URL may lead to a sandbox.
    let client = Client::builder().user_agent("issue-example").build()?;

    let request = client.send(&GenerateCsr::new(&arguments.names))?;
    // The key is safe before anything is ordered: a certificate without its key is lost.
    if let Some(key) = &request.private_key {
        write(&arguments.out.join("privkey.pem"), key.reveal(), 0o600)?;
    }
    println!("key and CSR made for {}", arguments.names.join(", "));

    let mut create = CreateCertificate::new(&arguments.names, &request.csr);
    create.strict_domains = Some(true);
    let order = client.send(&create)?;
    println!("ordered: {}", order.id);

    let outcome = validate(&client, &order, &arguments.webroot);
    if outcome.is_err() {
        // A draft takes a place in the quota. If this fails too, the first error is the one to tell.
        let _ = client.send(&zerossl::CancelCertificate::new(&order.id));
    }
    outcome?;

    let download = client.send(&DownloadCertificate::new(&order.id))?;
    for (name, pem) in [
        ("cert.pem", &download.certificate),
        ("chain.pem", &download.ca_bundle),
        ("fullchain.pem", &download.fullchain),
    ] {
        write(&arguments.out.join(name), pem, 0o644)?;
    }
    println!("written to {}: privkey.pem, cert.pem, chain.pem, fullchain.pem", arguments.out.display());
    Ok(())
}

/// Publishes the order's files, lets the service look, and waits until the certificate is issued.
fn validate(client: &Client, order: &Certificate, webroot: &Path) -> Result<(), Box<dyn Error>> {
    // The file's name comes from the CSR, so names with one webroot share it.
    let files: BTreeSet<PathBuf> = order
        .validation
        .other_methods
        .values()
        .map(|file| publish(file, webroot))
        .collect::<Result<_, _>>()?;
    let deadline = Instant::now() + PATIENCE;
    let verified = client.send(&VerifyDomains::new(&order.id, ValidationMethod::Http));
    // After a failure the certificate's own status decides: the call may have worked all the same.
    let failure = match verified {
        Err(error) if matches!(error.kind(), Kind::Validation | Kind::Api) => Some(error),
        other => other.map(|_| None)?,
    };
    let issued = loop {
        let status = client.send(&GetCertificate::new(&order.id))?.status.unwrap_or_default();
        match (status.as_str(), failure.clone()) {
            ("issued", _) => break Ok(()),
            ("draft", Some(error)) => break Err(error.into()),
            ("draft" | "pending_validation", _) if Instant::now() < deadline => {
                println!("waiting: {status}");
                thread::sleep(Duration::from_secs(5));
            }
            _ => break Err(format!("the certificate is {status}; see the dashboard").into()),
        }
    };
    // The service looks a second time, so the files stay until now.
    for file in files {
        fs::remove_file(file)?;
    }
    if issued.is_ok() {
        println!("issued");
    }
    issued
}

/// Writes one validation file to where the service will look for it.
fn publish(file: &FileAndRecord, webroot: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let url = file.file_validation_url_http.as_deref().unwrap_or_default();
    let name = url.rsplit('/').next().unwrap_or_default();
    if !name.strip_suffix(".txt").is_some_and(|stem| stem.chars().all(|c| c.is_ascii_alphanumeric())) {
        return Err(format!("the service wants a file with an odd name: {name}").into());
    }
    let folder = webroot.join(".well-known/pki-validation");
    fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    fs::write(&path, file.file_validation_content.join("\n"))?;
    println!("published for {url}");
    Ok(path)
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), Box<dyn Error>> {
    let open = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(path);
    open.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(())
}

struct Arguments {
    webroot: PathBuf,
    out: PathBuf,
    names: Vec<String>,
}

impl Arguments {
    fn parse() -> Result<Self, Box<dyn Error>> {
        let (mut webroot, mut out, mut names) = (None, None, Vec::new());
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--webroot" => webroot = arguments.next().map(PathBuf::from),
                "--out" => out = arguments.next().map(PathBuf::from),
                _ => names.push(argument),
            }
        }
        match (webroot, out) {
            (Some(webroot), Some(out)) if !names.is_empty() => Ok(Self { webroot, out, names }),
            _ => Err("usage: issue --webroot FOLDER --out FOLDER NAME...".into()),
        }
    }
}
