//! The parameters of the key.

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::key_type::KeyType;
use crate::names;
use crate::obtain::csr::Csr;
use crate::obtain::interface::Obtain;
use crate::signing_request;

/// Where the key comes from.
#[derive(Debug)]
pub(crate) enum KeySpec {
    /// Made by the library, or kept from an earlier order.
    Ours { key_type: Option<KeyType>, reuse: Option<bool> },
    /// Given by the caller.
    Own { pem: Zeroizing<String>, public_key: String },
    /// The caller keeps the key and gives a CSR.
    Csr { pem: String, public_key: String },
}

impl KeySpec {
    pub(crate) fn read(request: &Obtain) -> Result<Self> {
        if let Some(pem) = &request.csr {
            let others = [
                ("key_type", request.key_type.is_some()),
                ("subject", request.subject.is_some()),
                ("private_key", request.private_key.is_some()),
                ("reuse_key", request.reuse_key.is_some()),
                ("pkcs12_password_file", request.pkcs12_password_file.is_some()),
            ];
            if let Some((other, _)) = others.into_iter().find(|(_, is_given)| *is_given) {
                return Err(Error::invalid(
                    other,
                    "it does not go with `csr`: key and subject are the CSR's",
                ));
            }
            let public_key = fitting_csr(pem, &request.domains)?.public_key;
            return Ok(Self::Csr { pem: pem.clone(), public_key });
        }
        if let Some(pem) = &request.private_key {
            if request.reuse_key == Some(false) {
                let why = "false does not go with `private_key`, which is used for all orders of the entry";
                return Err(Error::invalid("reuse_key", why));
            }
            let key = signing_request::read_key(pem.reveal(), request.key_type)?;
            let public_key = signing_request::public_key(&key);
            return Ok(Self::Own { pem: key.to_pem()?, public_key });
        }
        Ok(Self::Ours { key_type: request.key_type, reuse: request.reuse_key })
    }

    /// The type of a key that is made here.
    pub(crate) fn key_type(&self) -> Option<KeyType> {
        match self {
            Self::Ours { key_type, .. } => Some(key_type.unwrap_or_default()),
            Self::Own { .. } | Self::Csr { .. } => None,
        }
    }

    pub(crate) fn public_key(&self) -> Option<&str> {
        match self {
            Self::Ours { .. } => None,
            Self::Own { public_key, .. } | Self::Csr { public_key, .. } => Some(public_key),
        }
    }
}

/// A CSR whose names are the names of the order, with the first one as its CN.
fn fitting_csr(pem: &str, domains: &[String]) -> Result<Csr> {
    let Some(csr) = Csr::read(pem) else {
        return Err(Error::invalid("csr", "it cannot be read, or its signature is wrong; make it again"));
    };
    let missing = domains.iter().find(|name| !csr.names.contains(name));
    let added = csr.names.iter().find(|name| !domains.contains(name));
    let why = match (missing, added) {
        (Some(missing), _) => format!("it does not name `{missing}`, which is among `domains`"),
        (None, Some(added)) => format!("it names `{added}`, which is not among `domains`"),
        (None, None) => match (&csr.common_name, domains.first()) {
            (Some(found), Some(first)) if !names::is_same(found, first) => {
                format!("its CN is `{found}`, which has to be the first of `domains`")
            }
            _ => return Ok(csr),
        },
    };
    Err(Error::invalid("csr", why))
}
