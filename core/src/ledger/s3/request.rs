//! A request to S3, and its signature.

use std::time::Duration;

use rusty_s3::{Bucket, Method, signing};
use ureq::http::HeaderName;
use zeroize::Zeroizing;

use super::keys::Keys;
use crate::secret::Secret;

/// How long a signature is good: as far as S3 lets clocks differ.
const SIGNED_FOR: Duration = Duration::from_secs(15 * 60);

#[derive(Debug)]
pub(super) struct Request<'a> {
    pub(super) method: Method,
    /// Of the object; empty for the bucket.
    pub(super) key: String,
    /// The record or prefix, for messages.
    pub(super) name: &'a str,
    /// In the order of their names.
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) condition: Option<(HeaderName, String)>,
    pub(super) body: Option<Vec<u8>>,
}

impl Request<'_> {
    /// The URL with the signature. The condition is signed, so that nobody on the way can take it out.
    /// None if the key cannot be part of a URL.
    pub(super) fn signed(&self, bucket: &Bucket, keys: &Keys) -> Option<Zeroizing<String>> {
        let url = match self.key.as_str() {
            "" => bucket.base_url().clone(),
            key => bucket.object_url(key).ok()?,
        };
        let condition = self.condition.as_ref().map(|(name, value)| (name.as_str(), value.as_str()));
        Some(Zeroizing::new(String::from(signing::sign(
            // The real time: S3 does not take part in a rehearsal.
            &jiff::Timestamp::now(),
            self.method,
            url,
            &keys.id,
            keys.secret.reveal(),
            keys.token.as_ref().map(Secret::reveal),
            bucket.region(),
            SIGNED_FOR.as_secs(),
            self.query.iter().map(|(name, value)| (*name, value.as_str())),
            condition.into_iter(),
        ))))
    }
}
