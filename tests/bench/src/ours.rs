//! libzerossl: typed requests, and JSON in and out, which is what C gets.

use zerossl::{Certificate, Client, GetCertificate, ListCertificates};

use crate::{ID, Result, Wanted, check};

/// `Client::send`.
pub(crate) fn send(url: &str, wanted: Wanted, calls: usize) -> Result<()> {
    let client = client(url)?;
    for _ in 0..calls {
        let readable = match wanted {
            Wanted::One => usize::from(is_readable(&client.send(&GetCertificate::new(ID))?)),
            Wanted::Page => {
                let list = client.send(&ListCertificates::default())?;
                list.results.iter().filter(|certificate| is_readable(certificate)).count()
            }
        };
        check(readable == wanted.certificates())?;
    }
    Ok(())
}

/// `Client::call`.
pub(crate) fn call(url: &str, wanted: Wanted, calls: usize) -> Result<()> {
    let client = client(url)?;
    let (operation, parameters) = match wanted {
        Wanted::One => ("get_certificate", format!(r#"{{"id":"{ID}"}}"#)),
        Wanted::Page => ("list_certificates", "{}".to_owned()),
    };
    for _ in 0..calls {
        let answer = client.call(operation, &parameters)?;
        check(answer.starts_with('{') && answer.len() > wanted.certificates() * 1000)?;
    }
    Ok(())
}

fn client(url: &str) -> Result<Client> {
    Ok(Client::builder().access_key("bench").base_url(url).requests_per_second(0.0).build()?)
}

fn is_readable(certificate: &Certificate) -> bool {
    certificate.common_name.is_some() && certificate.status.is_some()
}
