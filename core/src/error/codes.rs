//! The known errors of the service, each with its meaning and what to do.
//!
//! The number alone is not unique (2841 has two types, 2834 was seen with the type documented for 2833), so the type is
//! compared first. Source: ZeroSSL REST API, Error Codes, and answers seen in practice.

mod known;
#[rustfmt::skip] // one a line
mod named;

pub use known::KnownCode;
use known::{lasting, passing};
pub(crate) use named::*;

/// Finds a known error: by its type, or by its number if it has no type.
pub(crate) fn find(api_type: Option<&str>, code: Option<i64>) -> Option<&'static KnownCode> {
    match api_type {
        Some(word) => {
            let same = |known: &&KnownCode| known.api_type == word;
            CODES
                .iter()
                .filter(same)
                .find(|known| Some(known.code) == code)
                .or_else(|| CODES.iter().find(same))
        }
        None => CODES.iter().find(|known| Some(known.code) == code),
    }
}

/// Every known error of the service.
#[rustfmt::skip] // one a line
pub const CODES: &[KnownCode] = &[
    DOMAIN_CONTROL_VALIDATION_FAILED,
    INVALID_ACCESS_KEY,
    MISSING_ACCESS_KEY,
    lasting(102, "inactive_user", "the account is not active; log in to the dashboard to see why"),
    INVALID_API_FUNCTION,
    ROUTE_NOT_FOUND,
    lasting(110, "invalid_request_body", "the request's body could not be read; please report this with the operation's name"),
    INTERNAL_SERVER_ERROR,
    CONFLICT_112,
    lasting(113, "unprocessable_entity", "the service understood the request and cannot carry it out; check the parameters"),
    CONFLICT_114,
    lasting(115, "invalid_json_request", "the request's JSON could not be read; please report this with the operation's name"),
    lasting(116, "invalid_json_request_param", "a parameter in the request's JSON has a type that the service does not take"),
    lasting(2800, "incorrect_request_type", "the endpoint wants another HTTP method"),
    PERMISSION_DENIED,
    lasting(2802, "missing_certificate_hash", "the certificate's id is missing"),
    CERTIFICATE_NOT_FOUND,
    lasting(2804, "cannot_issue_certificate_unpaid_upgrade_invoices", "an invoice of the account is unpaid; pay it in the dashboard"),
    lasting(2805, "invalid_certificate_type", "the plan does not know this type of certificate"),
    lasting(2806, "missing_certificate_type", "the type of certificate could not be told from the names"),
    lasting(2807, "invalid_certificate_validity", "the service does not issue for this number of days; leave `validity_days` out, or use 90"),
    lasting(2808, "invalid_certificate_domain", "one of the names is not accepted; check their spelling"),
    lasting(2809, "wildcard_domains_not_allowed_in_multidomain_certificate", "a wildcard cannot stand beside other names; order it in a certificate of its own"),
    lasting(2810, "invalid_domains_in_multidomain_request", "one of the names is not accepted; check their spelling"),
    lasting(2811, "duplicate_domains_in_array", "a name is there twice"),
    lasting(2812, "missing_certificate_domains", "no names were given"),
    CANNOT_REPLACE_CERTIFICATE_OTHER_REPLACEMENT_IN_DRAFT,
    PERMISSION_DENIED_ON_ORIGINAL_CERTIFICATE,
    ORIGINAL_CERTIFICATE_NOT_ACTIVE,
    CANNOT_FIND_ORIGINAL_CERTIFICATE,
    CERTIFICATE_LIMIT_REACHED,
    lasting(2818, "invalid_certificate_csr", "the CSR is not accepted; check it with `validate_csr`"),
    lasting(28181, "invalid_certificate_csr_for_non_wildcard", "the CSR's common name is a wildcard and the certificate is not for one; make a CSR for the ordered names"),
    lasting(28182, "invalid_certificate_csr_for_wildcard", "the certificate is for a wildcard and the CSR's common name is not one; make a CSR for the ordered names"),
    lasting(2819, "missing_certificate_csr", "no CSR was given"),
    INTERNAL_ERROR_FAILED_PROCESSING_CSR,
    INTERNAL_ERROR_FAILED_CREATING_CERTIFICATE,
    passing(2822, "failed_showing_certificate", "the service could not show the certificate; try again later"),
    lasting(2823, "failed_validating_certificate", "a name is under a restricted top-level domain or too long (about 62 characters), or the CSR's key is believed to be compromised; use another name, or a new key"),
    lasting(2824, "missing_validation_emails", "give one e-mail address for each name in `validation_email`, out of those that the order lists"),
    lasting(2825, "missing_validation_email", "give one e-mail address for each name in `validation_email`, out of those that the order lists"),
    passing(2826, "internal_error_while_valdating_domain_control", "the service failed while it looked for the file or record; ask for the certificate's state, then try again"),
    lasting(2827, "invalid_validation_method", "the service does not know this validation method"),
    lasting(2828, "missing_validation_method", "no validation method was given"),
    lasting(2829, "incorrect_certificate_validation_type", "this validation method does not fit the certificate's names; wildcards need CNAME or e-mail, IP addresses a file"),
    lasting(2830, "certificate_not_eligible", "the certificate cannot be validated in its present state"),
    CERTIFICATE_NOT_READY_TO_VALIDATE,
    CERTIFICATE_NOT_ISSUED,
    CERTIFICATE_CANNOT_BE_CANCELLED,
    FAILED_CANCELLING_CERTIFICATE,
    lasting(2834, "certificate_cannot_be_cancelled", "only a draft or an order that waits for validation can be cancelled; an issued certificate is revoked"),
    lasting(2835, "certificate_cannot_be_deleted", "certificates cannot be deleted any more; cancel a draft, revoke an issued one"),
    lasting(2836, "csr_cn_is_invalid", "the CSR's common name is missing or wrong; it must be the first of the names"),
    passing(2837, "failed_resending_email", "the service could not send the e-mail again; try later"),
    passing(2838, "failed_getting_validation_status", "the service could not tell the state of validation; try again"),
    DUPLICATE_CERTIFICATES_FOUND,
    INVALID_CAA_RECORDS_DETECTED,
    passing(2841, "caa_record_check_failed", "the service failed inside while it looked up the CAA records; try again later, and see that the names' DNS servers answer"),
    lasting(2841, "certificate_creation_locked_unpaid_invoices", "an invoice of the account is unpaid; pay it in the dashboard"),
    REPLACEMENT_NEEDS_SAME_COMMON_NAME,
    lasting(2843, "ipv6_is_not_yet_supported", "the service does not issue for IPv6 addresses yet"),
    MISSING_COUNTRY_CODE,
    CERTIFICATE_NOT_DOWNLOADABLE,
    lasting(2874, "certificate_restricted_top_level_domain", "the service does not issue for this top-level domain"),
    lasting(2875, "certificate_premium_not_allowed", "an invoice of the account is unpaid, or its plan is being upgraded or downgraded; see the account's billing in the dashboard"),
    lasting(2877, "certificate_unsupported_top_level_domain", "the top-level domain is reserved (such as .test or .local); no public CA issues for it"),
    lasting(2880, "invalid_san", "the CSR's subject alternative names are too many, or too long in all; order fewer names in one certificate"),
    lasting(2900, "missing_email", "an e-mail address is needed; give `email`"),
    passing(2902, "failed_creating_eab_account", "the service could not make the EAB credentials; try again later"),
    passing(2903, "failed_saving_eab_account", "the service could not store the EAB credentials; try again later"),
    lasting(2904, "too_many_eab_credentials_created_today", "too many EAB credentials were made today; use the ones you have, or wait until tomorrow"),
    lasting(2905, "too_many_eab_credentials_created_for_user", "too many EAB credentials were made for this user; use the ones you have"),
    passing(2906, "revocation_failed", "the service could not revoke the certificate; ask for its status, then try again"),
    lasting(2907, "certificate_not_in_revocable_state", "only an issued certificate can be revoked; a draft is cancelled"),
    passing(2908, "certificate_revocation_temporarily_blocked", "too many certificates were revoked at a time; try again some hours later"),
    CERTIFICATE_NOT_REVOCABLE_BEING_ISSUED,
    lasting(2910, "certificate_not_revocable_already_replaced", "the certificate was replaced already, and cannot be revoked any more"),
    lasting(2950, "user_email_already_verified", "the account's e-mail address is verified already"),
    passing(2951, "user_email_verify_try_later", "wait before you ask for another verification e-mail"),
    lasting(2952, "verification_email_missing", "the e-mail address to verify is missing"),
    lasting(2953, "verification_email_missmatch", "the e-mail address to verify is another than the account's"),
    lasting(2954, "verification_token_missing", "the verification token is missing"),
    lasting(2955, "verification_token_invalid", "the verification token is wrong"),
    lasting(2956, "verification_token_expired", "the verification token has expired; ask for a new one"),
    lasting(2957, "missing_email_in_email_change_request", "the new e-mail address is missing"),
    lasting(2958, "invalid_email_in_email_change_request", "the new e-mail address is not one"),
    lasting(2977, "caddy_legacy_user_removed", "this shared address is no longer served; use an address of your own"),
    lasting(2987, "email_already_exists", "the e-mail address belongs to another account"),
    lasting(2988, "new_email_matches_old_email", "the new e-mail address is the old one"),
    passing(2993, "failed_to_send_verification_email", "the service could not send the verification e-mail; try again later"),
];
