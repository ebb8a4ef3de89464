//! `make demo`: orders, validates, issues, downloads and checks a certificate on an embedded sandbox.

mod show;
mod webroot;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use zerossl_sandbox::{Options, Sandbox};

use crate::{Outcome, build, top};

const USAGE: &str = "\
usage: cargo run -p xtask -- demo [--keep FOLDER] [--fail WAY]
  --keep FOLDER   leaves the certificate's files there; otherwise they are removed at the end
  --fail WAY      shows what goes wrong: wrong-key, full-quota, not-validated, dead-server";

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
    let out = keep.clone().unwrap_or_else(|| scratch.path().join("certificate"));
    fs::create_dir_all(&out)?;
    let (webroot, document_root) = (scratch.path().join("webroot"), scratch.path().join("elsewhere"));
    fs::create_dir_all(&webroot)?;
    // A web server that shows another folder than the one that the files are written to.
    let served = if fail == Some("not-validated") { &document_root } else { &webroot };
    let web_port = webroot::serve(served.clone())?;

    let sandbox = Sandbox::start(Options { http_port: web_port, ..Options::default() })?;
    let (mut key, mut base_url) = (sandbox.access_key(), sandbox.base_url().to_owned());
    match fail {
        None | Some("not-validated") => {}
        Some("wrong-key") => key = "wrong-key",
        Some("full-quota") => sandbox.set_quota(0),
        Some("dead-server") => base_url = "http://127.0.0.1:1".into(),
        Some(_) => return Err(USAGE.into()),
    }
    println!("sandbox at {base_url}, web server at http://127.0.0.1:{web_port}\n");
    let status = Command::new(program(scratch.path())?)
        .env("ZEROSSL_ACCESS_KEY", key)
        .env("ZEROSSL_BASE_URL", &base_url)
        .arg("--webroot")
        .arg(&webroot)
        .arg("--out")
        .arg(&out)
        .args(NAMES)
        .status()?;
    if !status.success() {
        // The program has said why.
        return Err(String::new().into());
    }
    fs::write(out.join("root.pem"), sandbox.root_pem())?;
    show::certificate(&out)?;
    if keep.is_none() {
        println!("\nThe files are removed now; `make demo KEEP=folder` keeps them.");
    }
    Ok(())
}

/// The example program in C, built with the library as its users get it.
fn program(scratch: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let build = build::into_build()?;
    let (lib, program) = (build.join("lib"), scratch.join("obtain"));
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let status = Command::new(compiler)
        .arg(top().join("examples/c/obtain.c"))
        .arg("-o")
        .arg(&program)
        .arg("-I")
        .arg(build.join("include"))
        .arg("-L")
        .arg(&lib)
        .args(["-lzerossl", &format!("-Wl,-rpath,{}", lib.display())])
        .status()?;
    if status.success() { Ok(program) } else { Err("the example program could not be compiled".into()) }
}
