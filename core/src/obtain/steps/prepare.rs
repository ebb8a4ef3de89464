//! Checks before an order everything that can be checked: each order uses a place in the quota.

use crate::error::{Error, Result};
use crate::obtain::session::Session;
use crate::{digest, process};

impl Session<'_> {
    /// Whether the certificate could be validated, installed and deployed. A failure is an error of a parameter or of
    /// the storage, and nothing has been sent or stored.
    pub(crate) fn prepare(&self) -> Result<()> {
        self.entry.prepare()?;
        if let Some(program) = self.spec.deploy_hook.first() {
            process::check_program(program).map_err(|why| Error::invalid("deploy_hook", why))?;
        }
        let of_entry = digest::sha256(self.entry.path.as_os_str().as_encoded_bytes());
        let mark = format!(".zerossl-probe-{}", of_entry.get(..16).unwrap_or_default());
        self.spec.publisher.prepare(&self.publishing(""), &self.terms.domains, &mark)
    }
}
