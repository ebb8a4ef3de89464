//! The service's errors that are known, each with what it means and what to do.
//!
//! The number alone is not unique (2841 has two types, 2834 was seen with the type documented for 2833), so the
//! type is asked first. Source: ZeroSSL REST API, Error Codes, and answers seen in practice.

/// An error of the service that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownCode {
    /// The service's number.
    pub code: i64,
    /// The service's word.
    pub api_type: &'static str,
    /// What it means and what to do.
    pub meaning: &'static str,
    /// Whether it passes by itself: the call may be made again later.
    pub passing: bool,
}

const fn lasting(code: i64, api_type: &'static str, meaning: &'static str) -> KnownCode {
    KnownCode { code, api_type, meaning, passing: false }
}

const fn passing(code: i64, api_type: &'static str, meaning: &'static str) -> KnownCode {
    KnownCode { code, api_type, meaning, passing: true }
}

/// What is known about this error: by its type, or by its number where it has no type.
pub(super) fn find(api_type: Option<&str>, code: Option<i64>) -> Option<&'static KnownCode> {
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

/// Every error of the service that is known.
#[rustfmt::skip] // one a line
pub const CODES: &[KnownCode] = &[
    passing(0, "domain_control_validation_failed", "a file or record was not found as the order wants it; publish what the order's `validation` says, keep it there, and verify again"),
    lasting(101, "invalid_access_key", "the access key is wrong; copy it from the account's developer page"),
    lasting(101, "missing_access_key", "the service saw no access key; check the setting `auth`, and that no proxy drops the query or the header"),
    lasting(102, "inactive_user", "the account is not active; log in to the dashboard to see why"),
    lasting(103, "invalid_api_function", "there is no such endpoint, or the id in the path is empty; check `base_url` and the id"),
    lasting(104, "route_not_found", "there is no such endpoint; check `base_url`"),
    lasting(110, "invalid_request_body", "the request's body could not be read; please report this with the operation's name"),
    passing(111, "internal_server_error", "the service failed inside; look at the certificate's state before you repeat the call"),
    passing(112, "conflict", "another request for the same thing was under way; look at the certificate's state before you repeat the call"),
    lasting(113, "unprocessable_entity", "the service understood the request and cannot carry it out; check the parameters"),
    passing(114, "conflict", "another request for the same thing was under way; look at the certificate's state before you repeat the call"),
    lasting(115, "invalid_json_request", "the request's JSON could not be read; please report this with the operation's name"),
    lasting(116, "invalid_json_request_param", "a parameter in the request's JSON has a type that the service does not take"),
    lasting(2800, "incorrect_request_type", "the endpoint wants another HTTP method"),
    lasting(2801, "permission_denied", "the certificate belongs to another account; check the id and the access key"),
    lasting(2802, "missing_certificate_hash", "the certificate's id is missing"),
    lasting(2803, "certificate_not_found", "the account has no certificate with this id; check the id and the access key"),
    lasting(2804, "cannot_issue_certificate_unpaid_upgrade_invoices", "an invoice of the account is unpaid; pay it in the dashboard"),
    lasting(2805, "invalid_certificate_type", "the plan does not know this type of certificate"),
    lasting(2806, "missing_certificate_type", "the type of certificate could not be told from the names"),
    lasting(2807, "invalid_certificate_validity", "the service does not issue for this number of days; leave `validity_days` out, or use 90"),
    lasting(2808, "invalid_certificate_domain", "one of the names is not accepted; check their spelling"),
    lasting(2809, "wildcard_domains_not_allowed_in_multidomain_certificate", "a wildcard cannot stand beside other names; order it in a certificate of its own"),
    lasting(2810, "invalid_domains_in_multidomain_request", "one of the names is not accepted; check their spelling"),
    lasting(2811, "duplicate_domains_in_array", "a name is there twice"),
    lasting(2812, "missing_certificate_domains", "no names were given"),
    lasting(2813, "cannot_replace_certificate_other_replacement_in_draft", "only issued certificates can be replaced, each by one other: if another replacement is ordered already, finish or cancel that draft; if the certificate is not issued, order without `replacement_for_certificate`"),
    lasting(2814, "permission_denied_on_original_certificate", "the certificate to be replaced belongs to another account; order without `replacement_for_certificate`"),
    lasting(2815, "original_certificate_not_active", "the certificate to be replaced is not active; order without `replacement_for_certificate`"),
    lasting(2816, "cannot_find_original_certificate", "the certificate to be replaced does not exist; order without `replacement_for_certificate`"),
    lasting(2817, "certificate_limit_reached", "all places of the plan are taken; drafts, issued, expired and revoked certificates count: cancel drafts that are not needed, or change the plan"),
    lasting(2818, "invalid_certificate_csr", "the CSR is not accepted; check it with `validate_csr`"),
    lasting(28181, "invalid_certificate_csr_for_non_wildcard", "the CSR's common name is a wildcard and the certificate is not for one; make a CSR for the ordered names"),
    lasting(28182, "invalid_certificate_csr_for_wildcard", "the certificate is for a wildcard and the CSR's common name is not one; make a CSR for the ordered names"),
    lasting(2819, "missing_certificate_csr", "no CSR was given"),
    passing(2820, "internal_error_failed_processing_csr", "the service failed while it read the CSR; look for the order before you repeat the call"),
    passing(2821, "internal_error_failed_creating_certificate", "the service failed while it made the order; look for the order before you repeat the call"),
    passing(2822, "failed_showing_certificate", "the service could not show the certificate; try again later"),
    lasting(2823, "failed_validating_certificate", "a name is under a restricted top-level domain or too long (about 62 characters), or the CSR's key is believed to be compromised; use another name, or a new key"),
    lasting(2824, "missing_validation_emails", "give one e-mail address for each name in `validation_email`, out of those that the order lists"),
    lasting(2825, "missing_validation_email", "give one e-mail address for each name in `validation_email`, out of those that the order lists"),
    passing(2826, "internal_error_while_valdating_domain_control", "the service failed while it looked for the file or record; ask for the certificate's state, then try again"),
    lasting(2827, "invalid_validation_method", "the service does not know this validation method"),
    lasting(2828, "missing_validation_method", "no validation method was given"),
    lasting(2829, "incorrect_certificate_validation_type", "this validation method does not fit the certificate's names; wildcards need CNAME or e-mail, IP addresses a file"),
    lasting(2830, "certificate_not_eligible", "the certificate cannot be validated in its present state"),
    lasting(2831, "certificate_not_ready_to_validate", "the certificate is not waiting for validation, often because an earlier call worked; ask for its status"),
    passing(2832, "certificate_not_issued", "the certificate is not issued yet; wait and ask for its status"),
    lasting(2833, "certificate_cannot_be_cancelled", "only a draft or an order that waits for validation can be cancelled; an issued certificate is revoked"),
    passing(2834, "failed_cancelling_certificate", "the service could not cancel the certificate; ask for its status, then try again"),
    lasting(2834, "certificate_cannot_be_cancelled", "only a draft or an order that waits for validation can be cancelled; an issued certificate is revoked"),
    lasting(2835, "certificate_cannot_be_deleted", "certificates cannot be deleted any more; cancel a draft, revoke an issued one"),
    lasting(2836, "csr_cn_is_invalid", "the CSR's common name is missing or wrong; it must be the first of the names"),
    passing(2837, "failed_resending_email", "the service could not send the e-mail again; try later"),
    passing(2838, "failed_getting_validation_status", "the service could not tell the state of validation; try again"),
    lasting(2839, "duplicate_certificates_found", "a live certificate for one of the names exists, perhaps on another account, or the name needs a paid plan; use, replace or revoke that one, or change the plan"),
    lasting(2840, "invalid_caa_records_detected", "CAA records of the names shut the CA out; allow sectigo.com in them"),
    passing(2841, "caa_record_check_failed", "the service failed inside while it looked up the CAA records; try again later, and see that the names' DNS servers answer"),
    lasting(2841, "certificate_creation_locked_unpaid_invoices", "an invoice of the account is unpaid; pay it in the dashboard"),
    lasting(2842, "replacement_needs_same_common_name", "a replacement must have the common name of the certificate it replaces; order without `replacement_for_certificate`"),
    lasting(2843, "ipv6_is_not_yet_supported", "the service does not issue for IPv6 addresses yet"),
    lasting(2844, "missing_country_code", "the CSR names no country; give `subject` with a `country` for a CSR of ours, and put `C=` into the subject of one of your own"),
    passing(2860, "certificate_not_downloadable", "the certificate cannot be downloaded yet; wait and try again"),
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
    passing(2909, "certificate_not_revocable_being_issued", "the certificate is being issued; wait one or two minutes, then revoke it"),
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
