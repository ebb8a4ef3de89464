//! What S3 answered, read.

use std::sync::Arc;

use roxmltree::Document;

use super::keys::Keys;
use super::refusal::Refusal;
use super::xml::text_of;
use crate::error::{Error, Result};
use crate::excerpt;
use crate::ledger::Version;
use crate::transport::Incoming;

/// An answer of any status.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) incoming: Incoming,
    pub(super) place: String,
    /// The ones that the request was signed with.
    pub(super) keys: Arc<Keys>,
    /// The setting that names the server.
    pub(super) setting: &'static str,
    pub(super) is_read: bool,
}

/// A part of a list.
#[derive(Debug, PartialEq)]
pub(super) struct Page {
    /// Key and ETag of each.
    pub(super) objects: Vec<(String, String)>,
    /// The token of the next page, if there is one.
    pub(super) next: Option<String>,
}

impl Answer {
    pub(super) fn status(&self) -> u16 {
        self.incoming.status
    }

    pub(super) fn refusal(&self) -> Refusal {
        Refusal::read(&self.incoming)
    }

    pub(super) fn version(&self) -> Result<Version> {
        let etag = self.incoming.etag.as_deref().map(unquoted).filter(|etag| !etag.is_empty());
        etag.map(|etag| Version(etag.to_owned())).ok_or_else(|| self.unusable("it has no ETag"))
    }

    pub(super) fn page(&self) -> Result<Page> {
        let text = std::str::from_utf8(&self.incoming.body).ok();
        text.and_then(page).ok_or_else(|| self.unusable("it is no list of objects"))
    }

    /// The error for an answer that S3 does not give.
    pub(super) fn unusable(&self, why: &str) -> Error {
        let status = self.status();
        let excerpt = excerpt::of(&self.incoming.body, &self.keys.cleaner());
        let message =
            format!("unusable answer (HTTP {status}): {why}; is `{}` an S3 server? {excerpt}", self.setting);
        Error::storage(&self.place, message)
            .with_http_status(status)
            .retryable(status >= 500)
            .uncertain_if(!self.is_read)
    }

    /// The error for an answer that is no success.
    pub(super) fn into_error(self) -> Error {
        let refusal = self.refusal();
        if refusal.code.is_empty() {
            return self.unusable("it gives no code of an error");
        }
        let pause = self.incoming.retry_after;
        let message = refusal.message(&self.keys.source, self.setting, self.incoming.date);
        Error::storage(&self.place, message)
            .with_http_status(self.status())
            .with_details(refusal.details())
            .retryable(refusal.may_pass())
            .uncertain_if(!self.is_read && !refusal.is_certain())
            .with_retry_after(pause)
            .cleaned(&self.keys.cleaner())
    }
}

/// Reads a page of `ListObjectsV2`. The namespace is not looked at: servers differ.
fn page(text: &str) -> Option<Page> {
    let document = Document::parse(text).ok()?;
    let root = Some(document.root_element()).filter(|root| root.tag_name().name() == "ListBucketResult")?;
    let mut objects = Vec::new();
    for object in root.children().filter(|node| node.tag_name().name() == "Contents") {
        objects.push((text_of(object, "Key")?, unquoted(&text_of(object, "ETag")?).to_owned()));
    }
    let is_truncated = text_of(root, "IsTruncated").is_some_and(|flag| flag.trim() == "true");
    let next = if is_truncated {
        Some(text_of(root, "NextContinuationToken").filter(|token| !token.is_empty())?)
    } else {
        None
    };
    Some(Page { objects, next })
}

/// Header and list may differ in the quotes.
fn unquoted(etag: &str) -> &str {
    etag.trim().trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_whatever_its_namespace() {
        let list = |namespace: &str, rest: &str| {
            format!(
                r#"<?xml version="1.0" encoding="UTF-8"?><ListBucketResult{namespace}><Name>b</Name>{rest}
                <Contents><Key>a b/&amp;é</Key><ETag>&quot;12&quot;</ETag><Owner><ID>x</ID></Owner></Contents>
                <Contents><ETag>34</ETag><Size>1</Size><Key>c</Key></Contents></ListBucketResult>"#
            )
        };
        let objects = || vec![("a b/&é".to_owned(), "12".to_owned()), ("c".to_owned(), "34".to_owned())];
        let whole =
            list(r#" xmlns="http://s3.amazonaws.com/doc/2006-03-01/""#, "<IsTruncated>false</IsTruncated>");
        assert_eq!(page(&whole), Some(Page { objects: objects(), next: None }));
        let first =
            list("", "<IsTruncated>true</IsTruncated><NextContinuationToken>t=</NextContinuationToken>");
        assert_eq!(page(&first), Some(Page { objects: objects(), next: Some("t=".into()) }));
        // A list that goes on nobody knows where is not a whole one.
        assert_eq!(page(&list("", "<IsTruncated>true</IsTruncated>")), None);
        for text in ["", "<html/>", "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>"]
        {
            assert_eq!(page(text), None, "{text}");
        }
    }
}
