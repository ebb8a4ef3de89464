//! The mails that the service would send: kept for a test to read and answer.

use serde::Serialize;

use crate::ring::Ring;

/// A mail about domain control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// The code that answers it.
    pub token: String,
    /// Who it goes to.
    pub to: String,
    /// The name whose control it asks about.
    pub domain: String,
    /// The id of the certificate.
    pub certificate: String,
    /// The subject.
    pub subject: String,
    /// The text, with the link.
    pub text: String,
    /// Where the answer is given: at the management interface, if there is one.
    pub link: Option<String>,
    /// When it was sent, as the service writes times.
    pub sent: String,
    /// Whether it was answered.
    pub answered: bool,
}

#[derive(Default)]
pub(crate) struct Mailbox {
    pub(crate) mails: Ring<Mail>,
    /// The address beneath which links are followed.
    pub(crate) base: Option<String>,
}

impl Mailbox {
    /// Sends a mail, and keeps so many in all.
    pub(crate) fn send(
        &mut self,
        token: String,
        to: &str,
        domain: &str,
        certificate: &str,
        sent: String,
        size: usize,
    ) {
        let link = self.base.as_ref().map(|base| format!("{base}/mails/{token}/answer"));
        let place = link.clone().unwrap_or_else(|| format!("the code {token}"));
        let mail = Mail {
            subject: format!("Domain control validation for {domain}"),
            text: format!(
                "A certificate was asked for that names {domain}. If you agree, follow this link:\n\n{place}\n"
            ),
            token,
            to: to.to_owned(),
            domain: domain.to_owned(),
            certificate: certificate.to_owned(),
            link,
            sent,
            answered: false,
        };
        self.mails.add(mail, size);
    }

    /// Answers a mail: the certificate and the name that it was about.
    pub(crate) fn answer(&mut self, token: &str) -> Option<(String, String)> {
        let mail = self.mails.iter_mut().find(|mail| mail.token == token)?;
        mail.answered = true;
        Some((mail.certificate.clone(), mail.domain.clone()))
    }
}
