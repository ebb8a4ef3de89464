//! What can be seen before an order is seen before it: each order takes a place in the quota.

use crate::error::{Error, Result};
use crate::obtain::session::Session;
use crate::{digest, process};

impl Session<'_> {
    /// Whether the certificate could be validated, put in place and told of. What could not be is an error of a parameter
    /// or of the storage, and nothing has been sent or written down.
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
