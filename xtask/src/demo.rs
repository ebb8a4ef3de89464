//! `make demo`: the main job on an embedded sandbox. It obtains a certificate, verifies it, renews it, shows a refused
//! order, and connects by TLS to a server with the new certificate.

mod handshake;
mod paint;
mod show;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use zerossl::{Client, EventType, Next, Obtain, Obtained};
use zerossl_sandbox::{Options, Sandbox, serve_files};

use crate::top::Outcome;

const USAGE: &str = "\
usage: cargo run -p xtask -- demo [--keep FOLDER] [--fail WAY]
  --keep FOLDER   leaves the certificates there; otherwise they are removed at the end
  --fail WAY      shows what goes wrong: wrong-key, full-quota, wrong-webroot, dead-server";

const NAMES: [&str; 2] = ["example.com", "www.example.com"];

pub(crate) fn run(options: &[&str]) -> Outcome {
    let (mut keep, mut fail) = (None, None);
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match (*option, options.next()) {
            ("--keep", Some(folder)) => keep = Some(PathBuf::from(folder)),
            ("--fail", Some(way)) => fail = Some(*way),
            _ => return Err(USAGE.into()),
        }
    }
    let scratch = tempfile::tempdir()?;
    let store = keep.clone().unwrap_or_else(|| scratch.path().join("store"));
    let (webroot, elsewhere) = (scratch.path().join("webroot"), scratch.path().join("elsewhere"));
    fs::create_dir_all(&webroot)?;
    fs::create_dir_all(&elsewhere)?;
    let port = serve_files(&webroot)?;
    let sandbox = Sandbox::start(Options { http_port: port, ..Options::default() })?;
    println!("sandbox at {}, web server at http://127.0.0.1:{port}", sandbox.base_url());

    let mut client = Client::builder().access_key(sandbox.access_key()).base_url(sandbox.base_url());
    let mut root = &webroot;
    match fail {
        None => {}
        Some("wrong-key") => client = client.access_key("wrong-key"),
        Some("full-quota") => sandbox.set_quota(0),
        Some("wrong-webroot") => root = &elsewhere,
        Some("dead-server") => client = client.base_url("http://127.0.0.1:1"),
        Some(_) => return Err(USAGE.into()),
    }
    let client = client.build()?;

    let mut request = request(&store, root, &sandbox, port);
    let first = obtain("a first certificate", &client, &request)?;
    let folder = store.join("example.com");
    fs::write(folder.join("root.pem"), sandbox.root_pem())?;
    show::certificate(&folder)?;

    obtain("the same again, as cron would", &client, &request)?;
    request.force = Some(true);
    let second = obtain("a forced renewal", &client, &request)?;
    let id = |obtained: &Obtained| obtained.certificate.as_ref().map(|certificate| certificate.id.clone());
    let (new, old) = (id(&second).unwrap_or_default(), id(&first).unwrap_or_default());
    println!("{}", paint::good(format_args!("{new} replaces {old}")));

    request.validation = json!({"method": "HTTP_CSR_HASH", "webroot": elsewhere});
    match obtain("a wrong webroot", &client, &request) {
        Err(error) => println!("{}", paint::bad(error)),
        Ok(_) => return Err("a wrong webroot was not noticed".into()),
    }

    heading("a client connects to a server with the new certificate");
    let seen = handshake::shake(&folder, "example.com").map_err(|error| error.to_string())?;
    println!("handshake {} with example.com, {}", seen.version, seen.cipher);
    println!("serial    {}", seen.serial);
    println!("{}", paint::good("The client trusts the sandbox's root alone, and accepts it."));
    if keep.is_none() {
        println!("\nThe files are removed now; `make demo KEEP=folder` keeps them.");
    }
    Ok(())
}

/// Both names by file. The preflight check connects to the web server of the demo, and queries the sandbox's
/// DNS.
fn request(store: &Path, webroot: &Path, sandbox: &Sandbox, port: u16) -> Obtain {
    let mut request = Obtain::new(NAMES, store, json!({"method": "HTTP_CSR_HASH", "webroot": webroot}));
    request.preflight = Some("strict".to_owned());
    request.resolver = Some(sandbox.dns_address().to_string());
    request.connect_to = Some(vec![format!(":80:127.0.0.1:{port}")]);
    request.poll_interval = Some(0.2);
    request
}

fn heading(title: &str) {
    println!("\n{}", paint::title(format_args!("== {title}")));
}

/// Obtains, and prints each step.
fn obtain(title: &str, client: &Client, request: &Obtain) -> Result<Obtained, Box<dyn std::error::Error>> {
    heading(title);
    let op = client.start("obtain", &serde_json::to_string(request)?)?;
    loop {
        match op.next(None)? {
            Next::Event(event) if event.kind() != EventType::Log => {
                let event: serde_json::Value = serde_json::from_str(event.json())?;
                let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
                println!("{} {}", paint::faint(format_args!("{:<9}", text("stage"))), text("message"));
            }
            Next::Event(_) | Next::Pending => {}
            Next::Done => return Ok(serde_json::from_str(&op.result()?)?),
        }
    }
}
