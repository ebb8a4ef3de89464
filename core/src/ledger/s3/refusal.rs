//! Why S3 refused, and what to do about it.

use std::time::{Duration, SystemTime};

use roxmltree::Document;
use serde_json::{Value, json};

use super::xml::text_of;
use crate::excerpt::one_line;
use crate::transport::Incoming;

const MAX_SHOWN: usize = 200;

/// What an error document says. All is empty for any other answer.
#[derive(Debug, Default)]
pub(super) struct Refusal {
    status: u16,
    pub(super) code: String,
    message: String,
    /// Where the bucket is.
    region: Option<String>,
    request_id: Option<String>,
}

impl Refusal {
    pub(super) const NO_SUCH_KEY: &str = "NoSuchKey";

    pub(super) fn read(answer: &Incoming) -> Self {
        let mut refusal = Self { status: answer.status, ..Self::default() };
        if refusal.status < 300 {
            return refusal;
        }
        let text = String::from_utf8_lossy(&answer.body);
        let Ok(document) = Document::parse(&text) else { return refusal };
        let root = document.root_element();
        if root.tag_name().name() == "Error" {
            refusal.code = one_line(&text_of(root, "Code").unwrap_or_default(), MAX_SHOWN);
            refusal.message = one_line(&text_of(root, "Message").unwrap_or_default(), MAX_SHOWN);
            refusal.region = text_of(root, "Region").map(|region| one_line(&region, MAX_SHOWN));
            refusal.request_id = text_of(root, "RequestId").map(|id| one_line(&id, MAX_SHOWN));
        }
        refusal
    }

    pub(super) fn is(&self, code: &str) -> bool {
        self.code == code
    }

    fn is_one_of(&self, codes: &[&str]) -> bool {
        codes.contains(&self.code.as_str())
    }

    /// Whether the same request may be answered otherwise later.
    pub(super) fn may_pass(&self) -> bool {
        self.status == 429
            || self.status >= 500 && self.status != 501
            // Another write of the same object was under way: S3 wants a new try.
            || self.is_one_of(&["ConditionalRequestConflict", "OperationAborted", "RequestTimeout"])
            || self.is_about_keys()
    }

    /// Whether the request was surely not carried out.
    pub(super) fn is_certain(&self) -> bool {
        self.status < 500 || self.is("SlowDown")
    }

    /// Whether newer keys may help.
    pub(super) fn is_about_keys(&self) -> bool {
        self.is_one_of(&["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"])
    }

    fn is_about_clock(&self) -> bool {
        // What S3 says of a signature in a URL has no code of its own.
        let is_over =
            ["expired", "not yet valid", "not valid yet"].iter().any(|words| self.message.contains(words));
        self.is("RequestTimeTooSkewed") || self.is("AccessDenied") && is_over
    }

    /// One line: the code, S3's own words, what to do. `keys` says where they come from.
    pub(super) fn message(&self, keys: &str, setting: &str, server_now: Option<SystemTime>) -> String {
        let said = match self.message.as_str() {
            "" => String::new(),
            message => format!(" (it says: {message})"),
        };
        format!("S3 refused with {}{said}; {}", self.code, self.advice(keys, setting, server_now))
    }

    fn advice(&self, keys: &str, setting: &str, server_now: Option<SystemTime>) -> String {
        if self.is_about_clock() {
            let difference = server_now.map(skew).unwrap_or_default();
            return format!("set the clock of this machine{difference}");
        }
        if let Some(region) = self.region.as_ref().filter(|region| !region.is_empty() && self.status < 500)
            && !self.is("NoSuchBucket")
        {
            return format!("the bucket is in the region {region}; give that as `store_region`");
        }
        match self.code.as_str() {
            "AccessDenied" | "AllAccessDisabled" | "AccountProblem" | "Forbidden" => format!(
                "the keys from {keys} may not do this; allow s3:GetObject, s3:PutObject and s3:DeleteObject on the \
                 objects below the prefix, and s3:ListBucket on the bucket (without that, S3 says this of objects that \
                 are absent)"
            ),
            "NoSuchBucket" => format!("make the bucket, or check `store`, `store_region` and `{setting}`"),
            "SignatureDoesNotMatch" => {
                format!("the secret key does not belong to the key id; check those from {keys}")
            }
            "InvalidAccessKeyId"
            | "InvalidClientTokenId"
            | "InvalidToken"
            | "UnrecognizedClientException" => {
                format!("check the keys from {keys}, and whether they are for `{setting}`")
            }
            "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => {
                format!("the keys from {keys} are no longer good; get new ones")
            }
            "PermanentRedirect" | "TemporaryRedirect" | "IllegalLocationConstraintException" => {
                format!("the bucket is elsewhere; check `store_region` and `{setting}`")
            }
            "NotImplemented" => "the server has no conditional writes; use one that has them".to_owned(),
            _ if self.may_pass() => "try again later".to_owned(),
            _ => format!("check `store` and `{setting}`"),
        }
    }

    /// For programs, and for Amazon's support.
    pub(super) fn details(&self) -> Value {
        json!({"code": self.code, "message": self.message, "request_id": self.request_id})
    }
}

/// How far our clock is from the server's.
fn skew(server_now: SystemTime) -> String {
    let difference =
        |from: SystemTime, to: SystemTime| to.duration_since(from).unwrap_or(Duration::ZERO).as_secs();
    let now = SystemTime::now();
    match (difference(server_now, now), difference(now, server_now)) {
        (ahead @ 60.., _) => format!(": it is {ahead} seconds ahead of the server's"),
        (_, behind @ 60..) => format!(": it is {behind} seconds behind the server's"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, xml: &str) -> Refusal {
        let body = xml.as_bytes().to_vec();
        Refusal::read(&Incoming { status, body, encoding: None, retry_after: None, etag: None, date: None })
    }

    fn error(code: &str, more: &str) -> String {
        format!(
            "<?xml version='1.0'?><Error><Code>{code}</Code>{more}<RequestId>4442587FB7D0A2F9</RequestId></Error>"
        )
    }

    #[test]
    fn each_code_says_what_to_do() {
        let hour = Duration::from_secs(3600);
        for (status, code, more, now, expected) in [
            (
                403,
                "AccessDenied",
                "<Message>Access Denied</Message>",
                None,
                "refused with AccessDenied (it says: Access Denied); the keys from THE PROFILE may not do this; allow s3:GetObject",
            ),
            (
                403,
                "AccessDenied",
                "<Message>Request has expired</Message>",
                Some(SystemTime::now() + hour),
                " seconds behind the server's",
            ),
            (
                403,
                "RequestTimeTooSkewed",
                "",
                Some(SystemTime::now() - hour),
                " seconds ahead of the server's",
            ),
            (
                403,
                "RequestTimeTooSkewed",
                "",
                None,
                "S3 refused with RequestTimeTooSkewed; set the clock of this machine",
            ),
            (404, "NoSuchBucket", "", None, "make the bucket, or check `store`"),
            (
                403,
                "SignatureDoesNotMatch",
                "",
                None,
                "the secret key does not belong to the key id; check those from THE PROFILE",
            ),
            (
                403,
                "InvalidAccessKeyId",
                "",
                None,
                "check the keys from THE PROFILE, and whether they are for `store_endpoint`",
            ),
            (400, "ExpiredToken", "", None, "are no longer good"),
            (
                400,
                "AuthorizationQueryParametersError",
                "<Region>eu-west-1</Region>",
                None,
                "the bucket is in the region eu-west-1; give that as `store_region`",
            ),
            (
                301,
                "PermanentRedirect",
                "<Endpoint>b.s3.amazonaws.com</Endpoint>",
                None,
                "check `store_region` and `store_endpoint`",
            ),
            (501, "NotImplemented", "", None, "the server has no conditional writes"),
            (503, "SlowDown", "", None, "try again later"),
            (500, "InternalError", "", None, "try again later"),
            (400, "KeyTooLongError", "", None, "check `store` and `store_endpoint`"),
        ] {
            let message = refusal(status, &error(code, more)).message("THE PROFILE", "store_endpoint", now);
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn what_was_surely_not_carried_out_is_known() {
        for (status, code, may_pass, is_certain) in [
            (409, "ConditionalRequestConflict", true, true),
            (409, "OperationAborted", true, true),
            (503, "SlowDown", true, true),
            (400, "ExpiredToken", true, true),
            (500, "InternalError", true, false),
            (503, "ServiceUnavailable", true, false),
            (501, "NotImplemented", false, false),
            (403, "AccessDenied", false, true),
        ] {
            let refusal = refusal(status, &error(code, ""));
            assert_eq!((refusal.may_pass(), refusal.is_certain()), (may_pass, is_certain), "{code}");
        }
        let page = refusal(502, "<html>Bad Gateway</html>");
        assert_eq!((page.may_pass(), page.is_certain(), page.code.as_str()), (true, false, ""));
    }
}
