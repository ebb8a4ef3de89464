//! A running sandbox, and what a test may do to it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::fault::Fault;
use crate::journal::Asked;
use crate::options::Options;
use crate::server::Server;
use crate::service::Service;

/// A running sandbox. Dropping it ends it.
pub struct Sandbox {
    service: Arc<Service>,
    base_url: String,
    access_key: String,
    _server: Server,
}

/// One certificate of the account, as a test may want to see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateSummary {
    /// The certificate's id.
    pub id: String,
    /// Its common name.
    pub common_name: String,
    /// Its status, in the service's words.
    pub status: String,
    /// All names, the common name first.
    pub names: Vec<String>,
}

impl Sandbox {
    /// Makes a new root and intermediate, an empty account, and serves it.
    pub fn start(options: Options) -> io::Result<Self> {
        let service = Arc::new(Service::new(&options)?);
        let tls = if options.tls {
            Some(service.authority.tls_acceptor().map_err(io::Error::other)?)
        } else {
            None
        };
        let scheme = if options.tls { "https" } else { "http" };
        let server = Server::start(options.listen, tls, service.clone())?;
        Ok(Self {
            base_url: format!("{scheme}://{}", server.address()),
            access_key: options.access_key,
            service,
            _server: server,
        })
    }

    /// The URL to which a client adds the paths of the API.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The access key that is accepted.
    #[must_use]
    pub fn access_key(&self) -> &str {
        &self.access_key
    }

    /// The root certificate as PEM.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        &self.service.authority.root_pem
    }

    /// The intermediate certificate, which signs, as PEM.
    #[must_use]
    pub fn intermediate_pem(&self) -> &str {
        &self.service.authority.intermediate_pem
    }

    /// Changes the port at which files are fetched.
    pub fn set_http_port(&self, port: u16) {
        self.service.address_book().http_port = port;
    }

    /// Changes the port at which files are fetched over HTTPS.
    pub fn set_https_port(&self, port: u16) {
        self.service.address_book().https_port = port;
    }

    /// Says where the server of a name is; without an entry a name is at
    /// `127.0.0.1` and the port for its method.
    pub fn address_book(&self, name: &str, address: SocketAddr) {
        self.service.address_book().enter(name, address);
    }

    /// Changes how many certificates the account may hold.
    pub fn set_quota(&self, quota: usize) {
        self.service.state().quota = quota;
    }

    /// Changes how long a validated order stays `pending_validation`.
    pub fn set_issue_delay(&self, delay: Duration) {
        self.service.state().issue_delay = delay;
    }

    /// Moves the sandbox's clock forward.
    pub fn advance(&self, by: Duration) {
        self.service.state().clock.advance(by);
    }

    /// All requests so far, in the order in which they were answered.
    #[must_use]
    pub fn requests(&self) -> Vec<Asked> {
        self.service.journal.all()
    }

    /// Adds a misbehaviour. Those added earlier strike first.
    pub fn fault(&self, fault: Fault) {
        self.service.faults.add(fault);
    }

    /// All certificates of the account, in the order of their creation.
    #[must_use]
    pub fn certificates(&self) -> Vec<CertificateSummary> {
        let state = self.service.state();
        state
            .orders
            .iter()
            .map(|order| CertificateSummary {
                id: order.id.clone(),
                common_name: order.common_name(),
                status: order.status.as_str().to_owned(),
                names: order.names.iter().map(ToString::to_string).collect(),
            })
            .collect()
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}
