//! The options of a sandbox.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::settings::{self, Settings};

/// The options of a sandbox. Start from the default and change single fields.
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
    /// More names for that certificate, such as `api.zerossl.com` for clients whose base URL is fixed. Any
    /// name here turns HTTPS on.
    pub tls_names: Vec<String>,
    /// How many certificates the account may hold. The free plan has three.
    pub quota: usize,
    /// How long a validated order stays `pending_validation`.
    pub issue_delay: Duration,
    /// How long a check of the proof may take, see [`Settings::validation_timeout`]. A value other than the
    /// default overrides the one there.
    pub validation_timeout: Duration,
    /// How the service behaves from the start. An `issue_delay` above overrides the one in here.
    pub settings: Settings,
    /// Where the management interface is served; nowhere if absent.
    pub management: Option<SocketAddr>,
    /// Host names that the management interface accepts in addition to `localhost` and addresses.
    pub management_hosts: Vec<String>,
    /// The DNS server that is asked for records; the built-in one if absent.
    pub dns: Option<SocketAddr>,
    /// Where the built-in DNS server listens, over UDP and TCP.
    pub dns_listen: SocketAddr,
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
            tls_names: Vec::new(),
            quota: 3,
            issue_delay: Duration::ZERO,
            validation_timeout: settings::VALIDATION_TIMEOUT,
            settings: Settings::default(),
            management: None,
            management_hosts: Vec::new(),
            dns: None,
            dns_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: None,
        }
    }
}

// The access key must not appear in logs.
impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("listen", &self.listen)
            .field("http_port", &self.http_port)
            .field("https_port", &self.https_port)
            .field("tls", &self.tls)
            .field("tls_names", &self.tls_names)
            .field("quota", &self.quota)
            .field("issue_delay", &self.issue_delay)
            .field("validation_timeout", &self.validation_timeout)
            .field("settings", &self.settings)
            .field("management", &self.management)
            .field("management_hosts", &self.management_hosts)
            .field("dns", &self.dns)
            .field("dns_listen", &self.dns_listen)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
