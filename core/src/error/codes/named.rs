//! Errors of the service that the library acts upon, by the service's words.

use super::known::{KnownCode, lasting, passing};

pub(crate) const DOMAIN_CONTROL_VALIDATION_FAILED: KnownCode = passing(0, "domain_control_validation_failed", "a file or record was not found as the order wants it; publish what the order's `validation` says, keep it there, and verify again");
pub(crate) const INVALID_ACCESS_KEY: KnownCode = lasting(101, "invalid_access_key", "the access key is wrong; copy it from the account's developer page");
pub(crate) const MISSING_ACCESS_KEY: KnownCode = lasting(101, "missing_access_key", "the service saw no access key; check the setting `auth`, and that no proxy drops the query or the header");
pub(crate) const INVALID_API_FUNCTION: KnownCode = lasting(103, "invalid_api_function", "there is no such endpoint, or the id in the path is empty; check `base_url` and the id");
pub(crate) const ROUTE_NOT_FOUND: KnownCode = lasting(104, "route_not_found", "there is no such endpoint; check `base_url`");
pub(crate) const INTERNAL_SERVER_ERROR: KnownCode = passing(111, "internal_server_error", "the service failed inside; look at the certificate's state before you repeat the call");
pub(crate) const CONFLICT_112: KnownCode = passing(112, "conflict", "another request for the same thing was under way; look at the certificate's state before you repeat the call");
pub(crate) const CONFLICT_114: KnownCode = passing(114, "conflict", "another request for the same thing was under way; look at the certificate's state before you repeat the call");
pub(crate) const PERMISSION_DENIED: KnownCode = lasting(2801, "permission_denied", "the certificate belongs to another account; check the id and the access key");
pub(crate) const CERTIFICATE_NOT_FOUND: KnownCode = lasting(2803, "certificate_not_found", "the account has no certificate with this id; check the id and the access key");
pub(crate) const CANNOT_REPLACE_CERTIFICATE_OTHER_REPLACEMENT_IN_DRAFT: KnownCode = lasting(2813, "cannot_replace_certificate_other_replacement_in_draft", "only issued certificates can be replaced, each by one other: if another replacement is ordered already, finish or cancel that draft; if the certificate is not issued, order without `replacement_for_certificate`");
pub(crate) const PERMISSION_DENIED_ON_ORIGINAL_CERTIFICATE: KnownCode = lasting(2814, "permission_denied_on_original_certificate", "the certificate to be replaced belongs to another account; order without `replacement_for_certificate`");
pub(crate) const ORIGINAL_CERTIFICATE_NOT_ACTIVE: KnownCode = lasting(2815, "original_certificate_not_active", "the certificate to be replaced is not active; order without `replacement_for_certificate`");
pub(crate) const CANNOT_FIND_ORIGINAL_CERTIFICATE: KnownCode = lasting(2816, "cannot_find_original_certificate", "the certificate to be replaced does not exist; order without `replacement_for_certificate`");
pub(crate) const CERTIFICATE_LIMIT_REACHED: KnownCode = lasting(2817, "certificate_limit_reached", "all places of the plan are taken; drafts, issued, expired and revoked certificates count: cancel drafts that are not needed (`cancel_drafts` does), or change the plan");
pub(crate) const INTERNAL_ERROR_FAILED_PROCESSING_CSR: KnownCode = passing(2820, "internal_error_failed_processing_csr", "the service failed while it read the CSR; look for the order before you repeat the call");
pub(crate) const INTERNAL_ERROR_FAILED_CREATING_CERTIFICATE: KnownCode = passing(2821, "internal_error_failed_creating_certificate", "the service failed while it made the order; look for the order before you repeat the call");
pub(crate) const CERTIFICATE_NOT_READY_TO_VALIDATE: KnownCode = lasting(2831, "certificate_not_ready_to_validate", "the certificate is not waiting for validation, often because an earlier call worked; ask for its status");
pub(crate) const CERTIFICATE_NOT_ISSUED: KnownCode = passing(2832, "certificate_not_issued", "the certificate is not issued yet; wait and ask for its status");
pub(crate) const CERTIFICATE_CANNOT_BE_CANCELLED: KnownCode = lasting(2833, "certificate_cannot_be_cancelled", "only a draft or an order that waits for validation can be cancelled; an issued certificate is revoked");
pub(crate) const FAILED_CANCELLING_CERTIFICATE: KnownCode = passing(2834, "failed_cancelling_certificate", "the service could not cancel the certificate; ask for its status, then try again");
pub(crate) const DUPLICATE_CERTIFICATES_FOUND: KnownCode = lasting(2839, "duplicate_certificates_found", "a live certificate for one of the names exists, perhaps on another account, or the name needs a paid plan; use, replace or revoke that one, or change the plan");
pub(crate) const INVALID_CAA_RECORDS_DETECTED: KnownCode = lasting(2840, "invalid_caa_records_detected", "CAA records of the names shut the CA out; allow sectigo.com in them");
pub(crate) const REPLACEMENT_NEEDS_SAME_COMMON_NAME: KnownCode = lasting(2842, "replacement_needs_same_common_name", "a replacement must have the common name of the certificate it replaces; order without `replacement_for_certificate`");
pub(crate) const MISSING_COUNTRY_CODE: KnownCode = lasting(2844, "missing_country_code", "the CSR names no country; give `subject` with a `country` for a CSR of ours, and put `C=` into the subject of one of your own");
pub(crate) const CERTIFICATE_NOT_DOWNLOADABLE: KnownCode = passing(2860, "certificate_not_downloadable", "the certificate cannot be downloaded yet; wait and try again");
pub(crate) const CERTIFICATE_NOT_REVOCABLE_BEING_ISSUED: KnownCode = passing(2909, "certificate_not_revocable_being_issued", "the certificate is being issued; wait one or two minutes, then revoke it");
