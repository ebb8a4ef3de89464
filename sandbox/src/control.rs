//! What a test may do to a running sandbox, in Rust or through the management
//! interface.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::account::{Account, AccountSummary};
use crate::dns::DnsRecord;
use crate::mailbox::Mail;
use crate::order::Order;
use crate::sandbox::CertificateSummary;
use crate::service::Service;

pub(crate) struct Control {
    pub(crate) service: Arc<Service>,
    pub(crate) base_url: String,
    pub(crate) dns_address: SocketAddr,
    /// Whether it is the built-in DNS server that is asked.
    pub(crate) own_dns: bool,
}

fn invalid(text: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, text.into())
}

impl Control {
    pub(crate) fn crl_pem(&self) -> io::Result<String> {
        let state = self.service.state();
        let revoked: Vec<_> = state.orders.iter().filter_map(Order::revocation).collect();
        let crls = self.service.authority.crls(&revoked, state.clock.now());
        crls.map_err(io::Error::other)
    }

    pub(crate) fn add_record(&self, record: DnsRecord) -> io::Result<()> {
        if !self.own_dns {
            return Err(invalid("another DNS server is asked, and its records are its own"));
        }
        self.service.zone.add(record).map_err(invalid)
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.service.state().mailbox.mails.clone()
    }

    pub(crate) fn answer_mail(&self, token: &str) -> bool {
        let answered = self.service.state().answer_mail(token);
        self.service.background.tell();
        answered
    }

    pub(crate) fn add_account(&self, access_key: &str, quota: usize) -> io::Result<usize> {
        let mut state = self.service.state();
        if access_key.is_empty() || state.accounts.iter().any(|account| account.key == access_key) {
            return Err(invalid("an account needs a key of its own"));
        }
        state.accounts.push(Account::new(access_key.to_owned(), quota));
        Ok(state.accounts.len() - 1)
    }

    pub(crate) fn accounts(&self) -> Vec<AccountSummary> {
        self.service.state().account_summaries()
    }

    pub(crate) fn change_account(
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

    pub(crate) fn advance(&self, by: Duration) {
        self.service.state().clock.advance(by);
        self.service.catch_up();
    }

    pub(crate) fn certificates(&self) -> Vec<CertificateSummary> {
        self.service.carry_out_due();
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
