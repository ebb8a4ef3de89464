//! What an operation answers when it says no: the service's error codes, in
//! the shape and with the HTTP status in which they were seen.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::codes;
use crate::php_json;
use crate::reply::{Body, Reply};

#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) code: i64,
    pub(crate) kind: &'static str,
    pub(crate) status: u16,
    info: Info,
    details: Option<Box<RawValue>>,
}

/// Absent, null and text are three things here.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
enum Info {
    Absent,
    Null,
    Text(&'static str),
}

const fn refusal(code: i64, kind: &'static str, status: u16, info: Info) -> Refusal {
    Refusal { code, kind, status, info, details: None }
}

macro_rules! refusals {
    ($($name:ident = $code:literal $kind:literal;)*) => {
        $(pub(crate) const $name: Refusal = refusal($code, $kind, 200, Info::Absent);)*
    };
}

pub(crate) const INVALID_ACCESS_KEY: Refusal =
    refusal(101, "invalid_access_key", 401, Info::Text("You have not supplied a valid API Access Key."));
pub(crate) const MISSING_ACCESS_KEY: Refusal = refusal(101, "missing_access_key", 401, Info::Absent);
pub(crate) const INVALID_API_FUNCTION: Refusal =
    refusal(103, "invalid_api_function", 200, Info::Text("This API Function does not exist."));
/// Seen with this type, although the type documented for 2834 is another.
pub(crate) const CERTIFICATE_CANNOT_BE_CANCELLED: Refusal =
    refusal(2834, "certificate_cannot_be_cancelled", 200, Info::Null);
/// The vendor's page has this text beside the code.
pub(crate) const OTHER_REPLACEMENT_IN_DRAFT: Refusal = refusal(
    2813,
    "cannot_replace_certificate_other_replacement_in_draft",
    200,
    Info::Text("Only issued certificates can be replaced."),
);
pub(crate) const MISSING_EMAIL: Refusal = refusal(2900, "missing_email", 200, Info::Null);

refusals! {
    DOMAIN_CONTROL_VALIDATION_FAILED = 0 "domain_control_validation_failed";
    INACTIVE_USER = 102 "inactive_user";
    INVALID_REQUEST_BODY = 110 "invalid_request_body";
    INTERNAL_SERVER_ERROR = 111 "internal_server_error";
    INVALID_JSON_REQUEST = 115 "invalid_json_request";
    INVALID_JSON_REQUEST_PARAM = 116 "invalid_json_request_param";
    INCORRECT_REQUEST_TYPE = 2800 "incorrect_request_type";
    PERMISSION_DENIED = 2801 "permission_denied";
    CERTIFICATE_NOT_FOUND = 2803 "certificate_not_found";
    INVALID_CERTIFICATE_TYPE = 2805 "invalid_certificate_type";
    INVALID_CERTIFICATE_VALIDITY = 2807 "invalid_certificate_validity";
    INVALID_CERTIFICATE_DOMAIN = 2808 "invalid_certificate_domain";
    WILDCARD_BESIDE_OTHERS = 2809 "wildcard_domains_not_allowed_in_multidomain_certificate";
    INVALID_DOMAINS_IN_MULTIDOMAIN = 2810 "invalid_domains_in_multidomain_request";
    DUPLICATE_DOMAINS = 2811 "duplicate_domains_in_array";
    MISSING_CERTIFICATE_DOMAINS = 2812 "missing_certificate_domains";
    PERMISSION_DENIED_ON_ORIGINAL = 2814 "permission_denied_on_original_certificate";
    ORIGINAL_NOT_ACTIVE = 2815 "original_certificate_not_active";
    CANNOT_FIND_ORIGINAL = 2816 "cannot_find_original_certificate";
    CERTIFICATE_LIMIT_REACHED = 2817 "certificate_limit_reached";
    INVALID_CERTIFICATE_CSR = 2818 "invalid_certificate_csr";
    CSR_FOR_NON_WILDCARD = 28181 "invalid_certificate_csr_for_non_wildcard";
    CSR_FOR_WILDCARD = 28182 "invalid_certificate_csr_for_wildcard";
    MISSING_CERTIFICATE_CSR = 2819 "missing_certificate_csr";
    MISSING_VALIDATION_EMAILS = 2824 "missing_validation_emails";
    MISSING_VALIDATION_EMAIL = 2825 "missing_validation_email";
    INVALID_VALIDATION_METHOD = 2827 "invalid_validation_method";
    MISSING_VALIDATION_METHOD = 2828 "missing_validation_method";
    INCORRECT_VALIDATION_TYPE = 2829 "incorrect_certificate_validation_type";
    NOT_READY_TO_VALIDATE = 2831 "certificate_not_ready_to_validate";
    CERTIFICATE_NOT_ISSUED = 2832 "certificate_not_issued";
    CERTIFICATE_CANNOT_BE_DELETED = 2835 "certificate_cannot_be_deleted";
    CSR_CN_IS_INVALID = 2836 "csr_cn_is_invalid";
    FAILED_RESENDING_EMAIL = 2837 "failed_resending_email";
    FAILED_GETTING_VALIDATION_STATUS = 2838 "failed_getting_validation_status";
    DUPLICATE_CERTIFICATES_FOUND = 2839 "duplicate_certificates_found";
    INVALID_CAA_RECORDS = 2840 "invalid_caa_records_detected";
    CAA_RECORD_CHECK_FAILED = 2841 "caa_record_check_failed";
    REPLACEMENT_NEEDS_SAME_COMMON_NAME = 2842 "replacement_needs_same_common_name";
    IPV6_IS_NOT_YET_SUPPORTED = 2843 "ipv6_is_not_yet_supported";
    MISSING_COUNTRY_CODE = 2844 "missing_country_code";
    CERTIFICATE_NOT_DOWNLOADABLE = 2860 "certificate_not_downloadable";
    UNSUPPORTED_TOP_LEVEL_DOMAIN = 2877 "certificate_unsupported_top_level_domain";
    INVALID_SAN = 2880 "invalid_san";
    TOO_MANY_EAB_CREDENTIALS_TODAY = 2904 "too_many_eab_credentials_created_today";
    TOO_MANY_EAB_CREDENTIALS_FOR_USER = 2905 "too_many_eab_credentials_created_for_user";
    REVOCATION_FAILED = 2906 "revocation_failed";
    NOT_IN_REVOCABLE_STATE = 2907 "certificate_not_in_revocable_state";
    NOT_REVOCABLE_BEING_ISSUED = 2909 "certificate_not_revocable_being_issued";
    NOT_REVOCABLE_ALREADY_REPLACED = 2910 "certificate_not_revocable_already_replaced";
}

impl Info {
    // Serde hands over a reference.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl Refusal {
    /// Any refusal of the service, by code, and by type where a code has several.
    pub(crate) fn known(code: i64, kind: Option<&str>) -> Option<Self> {
        codes::kind(code, kind).map(|kind| refusal(code, kind, codes::status(code), Info::Absent))
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
                code: refusal.code,
                kind: refusal.kind,
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
    /// A refusal with one of the service's codes, say 2831; where a code has
    /// several types, the first one. None for a code that the service lacks.
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
