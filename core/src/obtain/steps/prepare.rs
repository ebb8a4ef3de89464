//! Checks before an order everything that can be checked: each order uses a place in the quota.

use crate::error::{Error, Result};
use crate::obtain::session::Session;
use crate::{digest, process};

impl Session<'_> {
    /// Whether the certificate could be validated, installed and deployed. A failure is an error of a parameter or of
    /// the storage, and nothing has been sent or stored.
    pub(crate) fn prepare(&self) -> Result<()> {
        self.entry.prepare(self.spec.layout)?;
        self.prepare_keystore()?;
        self.prepare_deploy()?;
        self.prepare_publish(&self.terms.domains)
    }

    pub(crate) fn prepare_deploy(&self) -> Result<()> {
        process::check_command(&self.spec.deploy_hook).map_err(|why| Error::invalid("deploy_hook", why))
    }

    pub(crate) fn prepare_publish(&self, domains: &[String]) -> Result<()> {
        let of_entry = digest::sha256(self.entry.path.as_os_str().as_encoded_bytes());
        let mark = format!(".zerossl-probe-{}", of_entry.get(..16).unwrap_or_default());
        self.spec.publisher.prepare(&self.publishing(""), domains, &mark)
    }
}
