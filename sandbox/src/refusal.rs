//! Error answers: the service's error codes, with the format and the HTTP status in which they were seen.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::codes::{self, Code};
use crate::php_json;
use crate::reply::{Body, Reply};

#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    code: Code,
    status: u16,
    info: Info,
    details: Option<Box<RawValue>>,
}

/// Absent, null and text are three different values here.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
enum Info {
    Absent,
    Null,
    Text(&'static str),
}

const fn refusal(code: Code, info: Info) -> Refusal {
    Refusal { code, status: code.status(), info, details: None }
}

/// The answers that hold only their code.
macro_rules! refusals {
    ($($name:ident,)*) => {
        $(pub(crate) const $name: Refusal = refusal(codes::$name, Info::Absent);)*
    };
}

pub(crate) const INVALID_ACCESS_KEY: Refusal =
    refusal(codes::INVALID_ACCESS_KEY, Info::Text("You have not supplied a valid API Access Key."));
pub(crate) const INVALID_API_FUNCTION: Refusal =
    refusal(codes::INVALID_API_FUNCTION, Info::Text("This API Function does not exist."));
/// Seen with this type, although the documentation gives another type for 2834.
pub(crate) const CERTIFICATE_CANNOT_BE_CANCELLED: Refusal =
    refusal(codes::CERTIFICATE_CANNOT_BE_CANCELLED, Info::Null);
/// The vendor's page has this text for the code.
pub(crate) const OTHER_REPLACEMENT_IN_DRAFT: Refusal =
    refusal(codes::OTHER_REPLACEMENT_IN_DRAFT, Info::Text("Only issued certificates can be replaced."));
pub(crate) const MISSING_EMAIL: Refusal = refusal(codes::MISSING_EMAIL, Info::Null);

refusals! {
    DOMAIN_CONTROL_VALIDATION_FAILED, MISSING_ACCESS_KEY, INACTIVE_USER, INVALID_REQUEST_BODY,
    INTERNAL_SERVER_ERROR, INVALID_JSON_REQUEST, INVALID_JSON_REQUEST_PARAM, INCORRECT_REQUEST_TYPE,
    PERMISSION_DENIED, CERTIFICATE_NOT_FOUND, INVALID_CERTIFICATE_TYPE, INVALID_CERTIFICATE_VALIDITY,
    INVALID_CERTIFICATE_DOMAIN, WILDCARD_BESIDE_OTHERS, INVALID_DOMAINS_IN_MULTIDOMAIN, DUPLICATE_DOMAINS,
    MISSING_CERTIFICATE_DOMAINS, PERMISSION_DENIED_ON_ORIGINAL, ORIGINAL_NOT_ACTIVE, CANNOT_FIND_ORIGINAL,
    CERTIFICATE_LIMIT_REACHED, INVALID_CERTIFICATE_CSR, CSR_FOR_NON_WILDCARD, CSR_FOR_WILDCARD,
    MISSING_CERTIFICATE_CSR, MISSING_VALIDATION_EMAILS, MISSING_VALIDATION_EMAIL, INVALID_VALIDATION_METHOD,
    MISSING_VALIDATION_METHOD, INCORRECT_VALIDATION_TYPE, NOT_READY_TO_VALIDATE, CERTIFICATE_NOT_ISSUED,
    CERTIFICATE_CANNOT_BE_DELETED, CSR_CN_IS_INVALID, FAILED_RESENDING_EMAIL,
    FAILED_GETTING_VALIDATION_STATUS, DUPLICATE_CERTIFICATES_FOUND, INVALID_CAA_RECORDS,
    CAA_RECORD_CHECK_FAILED, REPLACEMENT_NEEDS_SAME_COMMON_NAME, IPV6_IS_NOT_YET_SUPPORTED,
    MISSING_COUNTRY_CODE, CERTIFICATE_NOT_DOWNLOADABLE, UNSUPPORTED_TOP_LEVEL_DOMAIN, INVALID_SAN,
    TOO_MANY_EAB_CREDENTIALS_TODAY, TOO_MANY_EAB_CREDENTIALS_FOR_USER, REVOCATION_FAILED,
    NOT_IN_REVOCABLE_STATE, NOT_REVOCABLE_BEING_ISSUED, NOT_REVOCABLE_ALREADY_REPLACED,
}

impl Info {
    // Serde passes a reference.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl Refusal {
    /// Any refusal of the service, by code, and by type where a code has several.
    pub(crate) fn known(code: i64, kind: Option<&str>) -> Option<Self> {
        Code::find(code, kind).map(|code| refusal(code, Info::Absent))
    }

    /// The same with this HTTP status.
    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn with_details(mut self, details: &impl Serialize) -> Self {
        self.details = serde_json::value::to_raw_value(details).ok();
        self
    }
}

#[derive(Serialize)]
struct Failure<'a> {
    success: bool,
    error: Error<'a>,
}

#[derive(Serialize)]
struct Error<'a> {
    code: i64,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Info::is_absent")]
    info: Info,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<&'a RawValue>,
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        let failure = Failure {
            success: false,
            error: Error {
                code: refusal.code.number,
                kind: refusal.code.kind,
                info: refusal.info,
                details: refusal.details.as_deref(),
            },
        };
        match php_json::to_string(&failure) {
            Ok(text) => Self::new(refusal.status, Body::Bytes(text.into_bytes()))
                .with_header("content-type", "application/json"),
            Err(_) => Self::new(500, Body::Bytes(Vec::new())),
        }
    }
}

impl Reply {
    /// A refusal with one of the service's codes, such as 2831. If a code has several types, the first one is
    /// used. `None` for a code that the service does not have.
    #[must_use]
    pub fn refusal(code: i64) -> Option<Self> {
        Refusal::known(code, None).map(Self::from)
    }

    /// The same, with one of the types of a code that has several.
    #[must_use]
    pub fn refusal_of_type(code: i64, kind: &str) -> Option<Self> {
        Refusal::known(code, Some(kind)).map(Self::from)
    }
}
