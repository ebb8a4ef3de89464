//! The mails that the service would send. They are kept here, so that a test can read and answer them.

use serde::Serialize;

use crate::ring::Ring;

/// A mail about domain control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// The code that answers it.
    pub token: String,
    /// The recipient.
    pub to: String,
    /// The name that it validates.
    pub domain: String,
    /// The id of the certificate.
    pub certificate: String,
    /// The subject.
    pub subject: String,
    /// The text, with the link.
    pub text: String,
    /// The link to answer it, at the management interface if there is one.
    pub link: Option<String>,
    /// When it was sent, as the service writes times.
    pub sent: String,
    /// Whether it was answered.
    pub answered: bool,
}

#[derive(Default)]
pub(crate) struct Mailbox {
    pub(crate) mails: Ring<Mail>,
    /// The base URL of the links.
    pub(crate) base: Option<String>,
}

impl Mailbox {
    /// Stores a mail, and keeps at most `size` mails.
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

    /// Marks a mail as answered. Returns its certificate and its name.
    pub(crate) fn answer(&mut self, token: &str) -> Option<(String, String)> {
        let mail = self.mails.iter_mut().find(|mail| mail.token == token)?;
        mail.answered = true;
        Some((mail.certificate.clone(), mail.domain.clone()))
    }
}
