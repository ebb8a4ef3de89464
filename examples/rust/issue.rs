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
    CancelCertificate, Certificate, Client, CreateCertificate, DownloadCertificate, FileAndRecord,
    GenerateCsr, GetCertificate, Kind, ValidationMethod, VerifyDomains,
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

    // The key is safe before anything is ordered: a certificate without its key is lost. It takes its place beside the
    // certificate at the end, so that the files that are in use always belong together.
    let new_key = arguments.out.join("privkey.pem.new");
    let request = client.send(&GenerateCsr::new(&arguments.names))?;
    let key = request.private_key.as_ref().map(zerossl::Secret::reveal).unwrap_or_default();
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new_key).map_err(|error| {
            format!("{}: {error} (of an earlier run, whose order may still be issued?)", new_key.display())
        })?;
    file.write_all(key.as_bytes())?;
    file.sync_all()?;
    println!("key and CSR made for {}", arguments.names.join(", "));

    let mut create = CreateCertificate::new(&arguments.names, &request.csr);
    create.strict_domains = Some(true);
    let order = client.send(&create).inspect_err(|error| {
        // Unless the order may exist, its key is of no use.
        if error.kind() != Kind::Ambiguous {
            let _ = fs::remove_file(&new_key);
        }
    })?;
    println!("ordered: {}", order.id);

    if let Err(error) = validate(&client, &order, &arguments.webroot) {
        give_up(&client, &order, &new_key);
        return Err(error);
    }
    let download = client.send(&DownloadCertificate::new(&order.id))?;
    fs::write(arguments.out.join("cert.pem"), download.certificate)?;
    fs::write(arguments.out.join("chain.pem"), download.ca_bundle)?;
    fs::write(arguments.out.join("fullchain.pem"), download.fullchain)?;
    fs::rename(&new_key, arguments.out.join("privkey.pem"))?;
    println!("written to {}: privkey.pem, cert.pem, chain.pem, fullchain.pem", arguments.out.display());
    Ok(())
}

/// A draft takes a place in the quota, so one that was refused is cancelled; anything else may still be issued, and
/// keeps its key. If this fails too, the first error is the one to tell.
fn give_up(client: &Client, order: &Certificate, key: &Path) {
    let status = client.send(&GetCertificate::new(&order.id)).map(|order| order.status.unwrap_or_default());
    if status.is_ok_and(|status| status == "draft") && client.send(&CancelCertificate::new(&order.id)).is_ok()
    {
        let _ = fs::remove_file(key);
    }
}

/// Publishes the order's files, lets the service look, and waits until the certificate is issued.
fn validate(client: &Client, order: &Certificate, webroot: &Path) -> Result<(), Box<dyn Error>> {
    // The file's name comes from the CSR, so names with one webroot share it.
    let methods = order.validation.other_methods.values();
    let files: BTreeSet<PathBuf> = methods.map(|file| publish(file, webroot)).collect::<Result<_, _>>()?;
    let verified = client.send(&VerifyDomains::new(&order.id, ValidationMethod::Http));
    let issued = wait(client, &order.id, verified.err().as_ref());
    // The service looks a second time, so the files stay until now.
    for file in files {
        if let Err(error) = fs::remove_file(&file) {
            println!("{} could not be removed: {error}", file.display());
        }
    }
    issued
}

/// After a failure the certificate's own status decides: the call may have worked all the same.
fn wait(client: &Client, id: &str, failure: Option<&zerossl::Error>) -> Result<(), Box<dyn Error>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let status = client.send(&GetCertificate::new(id))?.status.unwrap_or_default();
        match (status.as_str(), failure) {
            ("issued", _) => break,
            ("draft", Some(error)) => return Err(error.clone().into()),
            ("draft" | "pending_validation", _) if Instant::now() < deadline => {
                println!("waiting: {status}");
                thread::sleep(Duration::from_secs(5));
            }
            _ => return Err(format!("the certificate {id} is {status}; see the dashboard").into()),
        }
    }
    println!("issued");
    Ok(())
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
