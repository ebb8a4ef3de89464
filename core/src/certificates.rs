//! The iterator over all certificates.

use std::collections::VecDeque;

use crate::answers::Certificate;
use crate::client::Client;
use crate::endpoints::list_certificates::{ListCertificates, page, with_page};
use crate::error::Result;
use crate::operation::Request;
use crate::pages::{self, Pager};
use crate::{json, parameter};

/// All certificates that match, made by [`Client::certificates`]. Ends after an error.
#[derive(Debug)]
pub struct Certificates {
    client: Client,
    list: ListCertificates,
    pager: Option<Pager>,
    ready: VecDeque<Certificate>,
    ended: bool,
}

impl Certificates {
    fn new(client: Client, list: ListCertificates) -> Self {
        Self { client, list, pager: None, ready: VecDeque::new(), ended: false }
    }

    /// Reads pages until one has entries. Each page has the time-out of one call.
    fn fill(&mut self) -> Result<()> {
        let operation = ListCertificates::OPERATION;
        let Self { client, list, pager, ready, ended } = self;
        while ready.is_empty() && !*ended {
            client.enter(operation, None, |context| {
                let arguments = parameter::check(operation.parameters, json::encode(list)?)?;
                let pager = pager.get_or_insert_with(|| pages::begin(&arguments));
                let json = page(context, &with_page(&arguments, pager.page(), pager.limit()))?;
                let brought = pages::take(pager, &json)?;
                for entry in brought.fresh {
                    ready.push_back(json::decode(entry.get())?);
                }
                *ended = brought.is_last;
                Ok(())
            })?;
        }
        Ok(())
    }
}

impl Client {
    /// All certificates that match. Pages are fetched when they are needed.
    ///
    /// No certificate comes twice. None is missed that exists during the whole run, even if others are added or
    /// removed. A list of several pages is read at least twice for that: 100,000 certificates take 200 requests, which
    /// at the default pace is 40 seconds.
    #[must_use]
    pub fn certificates(&self, list: ListCertificates) -> Certificates {
        Certificates::new(self.clone(), list)
    }
}

impl Iterator for Certificates {
    type Item = Result<Certificate>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty()
            && !self.ended
            && let Err(error) = self.fill()
        {
            self.ended = true;
            return Some(Err(error));
        }
        self.ready.pop_front().map(Ok)
    }
}
