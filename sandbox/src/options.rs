//! How a sandbox is set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The settings of a sandbox, to be changed field by field.
#[derive(Clone)]
pub struct Options {
    /// Where the API is served; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// The one access key that is accepted.
    pub access_key: String,
    /// The port at which files are fetched for `HTTP_CSR_HASH`.
    pub http_port: u16,
    /// The port at which files are fetched for `HTTPS_CSR_HASH`.
    pub https_port: u16,
    /// Serves the API over HTTPS, with a certificate for `localhost` and
    /// `127.0.0.1` from the sandbox's own root.
    pub tls: bool,
    /// How many certificates the account may hold; three on the free plan.
    pub quota: usize,
    /// How long a validated order stays `pending_validation`.
    pub issue_delay: Duration,
    /// How long one validation file may take.
    pub validation_timeout: Duration,
    /// Makes ids, unique values and serial numbers repeatable (keys are not).
    pub seed: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            access_key: "sandbox-key".to_owned(),
            http_port: 80,
            https_port: 443,
            tls: false,
            quota: 3,
            issue_delay: Duration::ZERO,
            validation_timeout: Duration::from_secs(5),
            seed: None,
        }
    }
}

// The key stays out of logs, here as everywhere.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("listen", &self.listen)
            .field("http_port", &self.http_port)
            .field("https_port", &self.https_port)
            .field("tls", &self.tls)
            .field("quota", &self.quota)
            .field("issue_delay", &self.issue_delay)
            .field("validation_timeout", &self.validation_timeout)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
