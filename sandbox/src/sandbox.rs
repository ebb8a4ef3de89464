//! A running sandbox, and how to control it: from a test in Rust, and through the management interface.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use crate::account::{Account, AccountSummary};
use crate::background::Background;
use crate::dispatch::Dispatcher;
use crate::dns::{DnsAnswer, DnsQuestion, DnsRecord};
use crate::fault::Fault;
use crate::journal::Asked;
use crate::mailbox::Mail;
use crate::order::Order;
use crate::quirk::Quirk;
use crate::server::Server;
use crate::service::Service;
use crate::settings::Settings;

/// A running sandbox. Dropping it stops it.
pub struct Sandbox {
    pub(crate) service: Arc<Service>,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) background: Arc<Background>,
    pub(crate) base_url: String,
    pub(crate) management_url: Option<String>,
    /// `None` in the copy of the management interface: the server must not own itself.
    pub(crate) _server: Option<Server>,
}

/// One certificate, for tests.
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

fn invalid(text: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, text.into())
}

impl Sandbox {
    /// The URL to which a client adds the paths of the API.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The access key that is accepted.
    #[must_use]
    pub fn access_key(&self) -> &str {
        &self.service.options.access_key
    }

    /// The URL of the management interface, if there is one.
    #[must_use]
    pub fn management_url(&self) -> Option<&str> {
        self.management_url.as_deref()
    }

    /// The root certificate as PEM. Clients under test have to trust it.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        &self.service.authority.root_pem
    }

    /// The intermediate certificate that signs for ECDSA keys, as PEM.
    #[must_use]
    pub fn intermediate_pem(&self) -> &str {
        &self.service.authority.ecdsa().pem
    }

    /// The intermediate certificate that signs for RSA keys, as PEM. It is created when it is first needed.
    pub fn rsa_intermediate_pem(&self) -> io::Result<&str> {
        Ok(&self.service.authority.rsa().map_err(io::Error::other)?.pem)
    }

    /// The certificate revocation lists of the root and of all intermediates, as PEM.
    pub fn crl_pem(&self) -> io::Result<String> {
        let state = self.service.state();
        let revoked: Vec<_> = state.orders.iter().filter_map(Order::revocation).collect();
        self.service.authority.crls(&revoked, state.clock.now()).map_err(io::Error::other)
    }

    /// Changes the port at which files are fetched.
    pub fn set_http_port(&self, port: u16) {
        self.service.address_book().http_port = port;
    }

    /// Changes the port at which files are fetched over HTTPS.
    pub fn set_https_port(&self, port: u16) {
        self.service.address_book().https_port = port;
    }

    /// Sets the address of a name's server. The default is `127.0.0.1` and the port of the method.
    pub fn address_book(&self, name: &str, address: SocketAddr) {
        self.service.address_book().enter(name, address);
    }

    /// The DNS server that is asked for records.
    #[must_use]
    pub fn dns_address(&self) -> SocketAddr {
        self.service.dns
    }

    /// Adds a record to the built-in DNS server: a name, a type, and a value as in a zone file, such as
    /// `("example.com", "CAA", "0 issue \"sectigo.com\"")`.
    pub fn add_record(&self, name: &str, kind: &str, value: &str) -> io::Result<()> {
        let record = DnsRecord { name: name.to_owned(), kind: kind.to_owned(), value: value.to_owned() };
        match self.service.options.dns {
            Some(_) => Err(invalid("another DNS server is asked, and its records are its own")),
            None => self.service.zone.add(record).map_err(invalid),
        }
    }

    /// Removes all records of a name.
    pub fn remove_records(&self, name: &str) {
        self.service.zone.remove(Some(name), None);
    }

    /// All records of the built-in DNS server.
    #[must_use]
    pub fn records(&self) -> Vec<DnsRecord> {
        self.service.zone.records()
    }

    /// Sets how the built-in DNS server answers for a name, and with what delay.
    pub fn set_dns_answer(&self, name: &str, answer: DnsAnswer, delay: Duration) {
        self.service.zone.behave(name, answer, delay);
    }

    /// All queries to the built-in DNS server so far.
    #[must_use]
    pub fn dns_questions(&self) -> Vec<DnsQuestion> {
        self.service.zone.asked()
    }

    /// All mails so far, in the order in which they were sent;
    /// [`Settings::mailbox_size`](crate::Settings::mailbox_size) says how many are kept.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.service.state().mailbox.mails.all()
    }

    /// Answers a mail, like its link. Returns whether there is such a mail.
    pub fn answer_mail(&self, token: &str) -> bool {
        let answered = self.service.state().answer_mail(token);
        self.service.changed.notify_one();
        answered
    }

    /// Adds an account with this access key, and returns its number. The account that exists from the start
    /// is 0.
    pub fn add_account(&self, access_key: &str, quota: usize) -> io::Result<usize> {
        let mut state = self.service.state();
        if access_key.is_empty() || state.accounts.iter().any(|account| account.key == access_key) {
            return Err(invalid("an account needs a key of its own"));
        }
        state.accounts.push(Account::new(access_key.to_owned(), quota));
        Ok(state.accounts.len() - 1)
    }

    /// All accounts, without their access keys.
    #[must_use]
    pub fn accounts(&self) -> Vec<AccountSummary> {
        self.service.state().account_summaries()
    }

    /// Changes an account: its quota and whether it is active, each only if given.
    pub fn change_account(
        &self,
        number: usize,
        quota: Option<usize>,
        active: Option<bool>,
    ) -> io::Result<()> {
        let mut state = self.service.state();
        let account = state.accounts.get_mut(number).ok_or_else(|| invalid("there is no such account"))?;
        account.quota = quota.unwrap_or(account.quota);
        account.active = active.unwrap_or(account.active);
        Ok(())
    }

    /// Changes how many certificates the first account may hold.
    pub fn set_quota(&self, quota: usize) {
        // The first account always exists.
        let _ = self.change_account(0, Some(quota), None);
    }

    /// How the service behaves now.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.service.state().settings.clone()
    }

    /// Changes how the service behaves from now on.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.service.state().settings);
    }

    /// Changes how long a validated order stays `pending_validation`.
    pub fn set_issue_delay(&self, delay: Duration) {
        self.change_settings(|settings| settings.issue_delay = (delay, delay));
    }

    /// Moves the sandbox's clock forward. Everything that is due by then is done when this returns, including
    /// rechecks before issuing. It waits for a recheck no longer than [`Settings::validation_timeout`].
    pub fn advance(&self, by: Duration) {
        self.service.state().clock.advance(by);
        self.background.catch_up();
    }

    /// The time of the sandbox's clock.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.service.state().clock.now().into()
    }

    /// All requests so far, in the order in which they were answered.
    #[must_use]
    pub fn requests(&self) -> Vec<Asked> {
        self.dispatcher.journal.all()
    }

    /// Adds a fault. Faults that were added earlier apply first.
    ///
    /// # Panics
    ///
    /// If there is no such operation: otherwise a mistyped test would test nothing.
    /// [`try_fault`](Self::try_fault) returns an error instead.
    pub fn fault(&self, fault: Fault) {
        if let Err(error) = self.try_fault(fault) {
            panic!("{error}");
        }
    }

    /// Adds a fault, unless there is no such operation.
    pub fn try_fault(&self, fault: Fault) -> io::Result<()> {
        self.dispatcher.faults.add(fault)
    }

    /// Adds a quirk of calls that are carried out.
    pub fn quirk(&self, quirk: Quirk) -> io::Result<()> {
        self.dispatcher.faults.add_quirk(quirk)
    }

    /// Removes all faults and quirks.
    pub fn clear_faults(&self) {
        self.dispatcher.faults.clear();
    }

    /// Resets the sandbox: an empty account, no faults, records or mails, the clock at the real time, the
    /// initial settings. The CA stays.
    pub fn reset(&self) {
        self.dispatcher.reset();
    }

    /// All certificates, in the order of their creation.
    #[must_use]
    pub fn certificates(&self) -> Vec<CertificateSummary> {
        self.dispatcher.carry_out_due();
        let summary = |order: &Order| CertificateSummary {
            id: order.id.clone(),
            common_name: order.common_name(),
            status: order.status.as_str().to_owned(),
            names: order.names.iter().map(ToString::to_string).collect(),
        };
        self.service.state().orders.iter().map(summary).collect()
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}
