//! A running sandbox, and what a test may do to it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::account::AccountSummary;
use crate::background;
use crate::control::Control;
use crate::dns::{DnsAnswer, DnsQuestion, DnsRecord, Sockets};
use crate::fault::Fault;
use crate::journal::Asked;
use crate::mailbox::Mail;
use crate::management::Management;
use crate::options::Options;
use crate::quirk::Quirk;
use crate::server::Server;
use crate::service::Service;
use crate::settings::Settings;

/// A running sandbox. Dropping it ends it.
pub struct Sandbox {
    control: Arc<Control>,
    base_url: String,
    management_url: Option<String>,
    access_key: String,
    _server: Server,
}

/// One certificate, as a test may want to see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
        let sockets = match options.dns {
            Some(_) => None,
            None => Some(Sockets::bind(options.dns_listen)?),
        };
        let dns_address = match (&sockets, options.dns) {
            (Some(sockets), _) => sockets.address,
            (None, given) => given.ok_or(io::ErrorKind::InvalidInput)?,
        };
        let service = Arc::new(Service::new(&options, dns_address)?);
        let with_tls = options.tls || !options.tls_names.is_empty();
        let tls = if with_tls {
            Some(service.authority.tls_acceptor(&options.tls_names).map_err(io::Error::other)?)
        } else {
            None
        };
        let scheme = if with_tls { "https" } else { "http" };
        let server = Server::start(options.listen, tls, service.clone())?;
        let own_dns = sockets.is_some();
        if let Some(sockets) = sockets {
            sockets.serve(&server.handle()?, &service.zone)?;
        }
        server.handle()?.spawn(background::tend(Arc::clone(&service)));
        let base_url = format!("{scheme}://{}", server.address());
        let control = Arc::new(Control { service, base_url: base_url.clone(), dns_address, own_dns });
        let mut management_url = None;
        if let Some(listen) = options.management {
            let management = Management::new(Arc::clone(&control), options.management_hosts);
            let url = format!("http://{}", server.also(listen, Arc::new(management))?);
            control.service.state().mailbox.base = Some(url.clone());
            management_url = Some(url);
        }
        Ok(Self { control, base_url, management_url, access_key: options.access_key, _server: server })
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

    /// Where the management interface is, if there is one.
    #[must_use]
    pub fn management_url(&self) -> Option<&str> {
        self.management_url.as_deref()
    }

    /// The root certificate as PEM: the one to trust.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        &self.control.service.authority.root_pem
    }

    /// The intermediate certificate that signs for ECDSA keys, as PEM.
    #[must_use]
    pub fn intermediate_pem(&self) -> &str {
        &self.control.service.authority.ecdsa().pem
    }

    /// The intermediate certificate that signs for RSA keys, as PEM; made when
    /// it is first needed.
    pub fn rsa_intermediate_pem(&self) -> io::Result<&str> {
        Ok(&self.control.service.authority.rsa().map_err(io::Error::other)?.pem)
    }

    /// What was revoked: the lists of the root and of the intermediates that
    /// signed, as PEM.
    pub fn crl_pem(&self) -> io::Result<String> {
        self.control.crl_pem()
    }

    /// Changes the port at which files are fetched.
    pub fn set_http_port(&self, port: u16) {
        self.control.service.address_book().http_port = port;
    }

    /// Changes the port at which files are fetched over HTTPS.
    pub fn set_https_port(&self, port: u16) {
        self.control.service.address_book().https_port = port;
    }

    /// Says where the server of a name is; without an entry a name is at
    /// `127.0.0.1` and the port for its method.
    pub fn address_book(&self, name: &str, address: SocketAddr) {
        self.control.service.address_book().enter(name, address);
    }

    /// The DNS server that is asked for records.
    #[must_use]
    pub fn dns_address(&self) -> SocketAddr {
        self.control.dns_address
    }

    /// Adds a record to the built-in DNS server: a name, a type, and a value as
    /// in a zone file, say `("example.com", "CAA", "0 issue \"sectigo.com\"")`.
    pub fn add_record(&self, name: &str, kind: &str, value: &str) -> io::Result<()> {
        let record = DnsRecord { name: name.to_owned(), kind: kind.to_owned(), value: value.to_owned() };
        self.control.add_record(record)
    }

    /// Removes all records of a name.
    pub fn remove_records(&self, name: &str) {
        self.control.service.zone.remove(Some(name), None);
    }

    /// All records of the built-in DNS server.
    #[must_use]
    pub fn records(&self) -> Vec<DnsRecord> {
        self.control.service.zone.records()
    }

    /// Says how the built-in DNS server answers for a name, and how late.
    pub fn set_dns_answer(&self, name: &str, answer: DnsAnswer, delay: Duration) {
        self.control.service.zone.behave(name, answer, delay);
    }

    /// All questions to the built-in DNS server so far.
    #[must_use]
    pub fn dns_questions(&self) -> Vec<DnsQuestion> {
        self.control.service.zone.asked()
    }

    /// All mails so far, in the order in which they were sent;
    /// [`Settings::mailbox_size`](crate::Settings::mailbox_size) says how many are kept.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.control.mails()
    }

    /// Answers a mail, as following its link does. Whether there is such a one.
    pub fn answer_mail(&self, token: &str) -> bool {
        self.control.answer_mail(token)
    }

    /// Adds an account with this key. Its number is returned: the account that
    /// is there from the start is 0.
    pub fn add_account(&self, access_key: &str, quota: usize) -> io::Result<usize> {
        self.control.add_account(access_key, quota)
    }

    /// All accounts, without their keys.
    #[must_use]
    pub fn accounts(&self) -> Vec<AccountSummary> {
        self.control.accounts()
    }

    /// Changes an account: what is given of quota and whether it is active.
    pub fn change_account(
        &self,
        number: usize,
        quota: Option<usize>,
        active: Option<bool>,
    ) -> io::Result<()> {
        self.control.change_account(number, quota, active)
    }

    /// Changes how many certificates the first account may hold.
    pub fn set_quota(&self, quota: usize) {
        // The first account is always there.
        let _ = self.change_account(0, Some(quota), None);
    }

    /// How the service behaves now.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.control.service.state().settings.clone()
    }

    /// Changes how the service behaves from now on.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.control.service.state().settings);
    }

    /// Changes how long a validated order stays `pending_validation`.
    pub fn set_issue_delay(&self, delay: Duration) {
        self.change_settings(|settings| settings.issue_delay = (delay, delay));
    }

    /// Moves the sandbox's clock forward. What is due then has happened when
    /// this returns, second looks included; where one hangs, it is waited for
    /// no longer than [`Settings::validation_timeout`].
    pub fn advance(&self, by: Duration) {
        self.control.advance(by);
    }

    /// The time of the sandbox's clock.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.control.service.state().clock.now().into()
    }

    /// All requests so far, in the order in which they were answered.
    #[must_use]
    pub fn requests(&self) -> Vec<Asked> {
        self.control.service.journal.all()
    }

    /// Adds a misbehaviour. Those added earlier strike first.
    ///
    /// # Panics
    ///
    /// If there is no such operation: a slip in a test that would else test
    /// nothing. [`try_fault`](Self::try_fault) says so in an error.
    pub fn fault(&self, fault: Fault) {
        if let Err(error) = self.try_fault(fault) {
            panic!("{error}");
        }
    }

    /// Adds a misbehaviour, unless there is no such operation.
    pub fn try_fault(&self, fault: Fault) -> io::Result<()> {
        self.control.service.faults.add(fault)
    }

    /// Adds something odd about calls that are carried out.
    pub fn quirk(&self, quirk: Quirk) -> io::Result<()> {
        self.control.service.faults.add_quirk(quirk)
    }

    /// Removes all faults and quirks.
    pub fn clear_faults(&self) {
        self.control.service.faults.clear();
    }

    /// Back to the start: an empty account, no faults, records or mails, the
    /// clock at the real time, the settings as given. The CA stays.
    pub fn reset(&self) {
        self.control.service.reset();
    }

    /// All certificates, in the order of their creation.
    #[must_use]
    pub fn certificates(&self) -> Vec<CertificateSummary> {
        self.control.certificates()
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}
