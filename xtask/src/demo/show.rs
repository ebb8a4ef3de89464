//! Shows the new certificate, and verifies its chain.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::pem::Pem;

use crate::top::Outcome;

/// The current certificate in the folder of an entry; the root is next to it.
pub(super) fn certificate(entry: &Path) -> Outcome {
    let out = entry.join("current");
    let pem = fs::read(out.join("cert.pem"))?;
    let block = Pem::iter_from_buffer(&pem).next().ok_or("cert.pem holds no PEM")??;
    let leaf = block.parse_x509()?;
    println!("subject   {}", leaf.subject());
    println!("issuer    {}", leaf.issuer());
    println!("names     {}", names(&leaf)?);
    println!("validity  {} to {}", leaf.validity().not_before, leaf.validity().not_after);
    for name in ["privkey.pem", "cert.pem", "chain.pem", "fullchain.pem", "combined.pem"] {
        println!("file      {}", out.join(name).display());
    }
    println!("chain     {}", verify(entry, &out)?);
    Ok(())
}

fn names(leaf: &X509Certificate<'_>) -> Result<String, Box<dyn Error>> {
    let names = leaf.subject_alternative_name()?.ok_or("the certificate has no names")?;
    let names = names.value.general_names.iter().map(|name| match name {
        GeneralName::DNSName(name) => (*name).to_owned(),
        other => other.to_string(),
    });
    Ok(names.collect::<Vec<_>>().join(", "))
}

/// openssl's verdict on the chain.
fn verify(entry: &Path, out: &Path) -> Result<String, Box<dyn Error>> {
    let file = |name: &str| out.join(name);
    let verified = Command::new("openssl")
        .args(["verify", "-purpose", "sslserver", "-CAfile"])
        .arg(entry.join("root.pem"))
        .arg("-untrusted")
        .arg(file("chain.pem"))
        .arg(file("cert.pem"))
        .output();
    match verified {
        Ok(output) if output.status.success() => {
            Ok("accepted by openssl verify against the sandbox's root".into())
        }
        Ok(output) => {
            Err(format!("openssl verify refused: {}", String::from_utf8_lossy(&output.stderr)).into())
        }
        Err(_) => Ok("not checked: openssl is not installed".into()),
    }
}
