//! All error codes of the service, with their types. A code may have several.

/// A code with one of its types.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code {
    pub(crate) number: i64,
    pub(crate) kind: &'static str,
}

macro_rules! codes {
    ($($name:ident = $number:literal $kind:literal;)*) => {
        $(pub(crate) const $name: Code = Code { number: $number, kind: $kind };)*
        const CODES: &[Code] = &[$($name),*];
    };
}

codes! {
    DOMAIN_CONTROL_VALIDATION_FAILED = 0 "domain_control_validation_failed";
    INVALID_ACCESS_KEY = 101 "invalid_access_key";
    MISSING_ACCESS_KEY = 101 "missing_access_key";
    INACTIVE_USER = 102 "inactive_user";
    INVALID_API_FUNCTION = 103 "invalid_api_function";
    ROUTE_NOT_FOUND = 104 "route_not_found";
    INVALID_REQUEST_BODY = 110 "invalid_request_body";
    INTERNAL_SERVER_ERROR = 111 "internal_server_error";
    CONFLICT = 112 "conflict";
    UNPROCESSABLE_ENTITY = 113 "unprocessable_entity";
    ANOTHER_CONFLICT = 114 "conflict";
    INVALID_JSON_REQUEST = 115 "invalid_json_request";
    INVALID_JSON_REQUEST_PARAM = 116 "invalid_json_request_param";
    INCORRECT_REQUEST_TYPE = 2800 "incorrect_request_type";
    PERMISSION_DENIED = 2801 "permission_denied";
    MISSING_CERTIFICATE_HASH = 2802 "missing_certificate_hash";
    CERTIFICATE_NOT_FOUND = 2803 "certificate_not_found";
    CANNOT_ISSUE_CERTIFICATE_UNPAID_UPGRADE_INVOICES = 2804 "cannot_issue_certificate_unpaid_upgrade_invoices";
    INVALID_CERTIFICATE_TYPE = 2805 "invalid_certificate_type";
    MISSING_CERTIFICATE_TYPE = 2806 "missing_certificate_type";
    INVALID_CERTIFICATE_VALIDITY = 2807 "invalid_certificate_validity";
    INVALID_CERTIFICATE_DOMAIN = 2808 "invalid_certificate_domain";
    WILDCARD_BESIDE_OTHERS = 2809 "wildcard_domains_not_allowed_in_multidomain_certificate";
    INVALID_DOMAINS_IN_MULTIDOMAIN = 2810 "invalid_domains_in_multidomain_request";
    DUPLICATE_DOMAINS = 2811 "duplicate_domains_in_array";
    MISSING_CERTIFICATE_DOMAINS = 2812 "missing_certificate_domains";
    OTHER_REPLACEMENT_IN_DRAFT = 2813 "cannot_replace_certificate_other_replacement_in_draft";
    PERMISSION_DENIED_ON_ORIGINAL = 2814 "permission_denied_on_original_certificate";
    ORIGINAL_NOT_ACTIVE = 2815 "original_certificate_not_active";
    CANNOT_FIND_ORIGINAL = 2816 "cannot_find_original_certificate";
    CERTIFICATE_LIMIT_REACHED = 2817 "certificate_limit_reached";
    INVALID_CERTIFICATE_CSR = 2818 "invalid_certificate_csr";
    CSR_FOR_NON_WILDCARD = 28181 "invalid_certificate_csr_for_non_wildcard";
    CSR_FOR_WILDCARD = 28182 "invalid_certificate_csr_for_wildcard";
    MISSING_CERTIFICATE_CSR = 2819 "missing_certificate_csr";
    INTERNAL_ERROR_FAILED_PROCESSING_CSR = 2820 "internal_error_failed_processing_csr";
    INTERNAL_ERROR_FAILED_CREATING_CERTIFICATE = 2821 "internal_error_failed_creating_certificate";
    FAILED_SHOWING_CERTIFICATE = 2822 "failed_showing_certificate";
    FAILED_VALIDATING_CERTIFICATE = 2823 "failed_validating_certificate";
    MISSING_VALIDATION_EMAILS = 2824 "missing_validation_emails";
    MISSING_VALIDATION_EMAIL = 2825 "missing_validation_email";
    INTERNAL_ERROR_WHILE_VALDATING_DOMAIN_CONTROL = 2826 "internal_error_while_valdating_domain_control";
    INVALID_VALIDATION_METHOD = 2827 "invalid_validation_method";
    MISSING_VALIDATION_METHOD = 2828 "missing_validation_method";
    INCORRECT_VALIDATION_TYPE = 2829 "incorrect_certificate_validation_type";
    CERTIFICATE_NOT_ELIGIBLE = 2830 "certificate_not_eligible";
    NOT_READY_TO_VALIDATE = 2831 "certificate_not_ready_to_validate";
    CERTIFICATE_NOT_ISSUED = 2832 "certificate_not_issued";
    CERTIFICATE_NOT_CANCELLABLE = 2833 "certificate_cannot_be_cancelled";
    FAILED_CANCELLING_CERTIFICATE = 2834 "failed_cancelling_certificate";
    CERTIFICATE_CANNOT_BE_CANCELLED = 2834 "certificate_cannot_be_cancelled";
    CERTIFICATE_CANNOT_BE_DELETED = 2835 "certificate_cannot_be_deleted";
    CSR_CN_IS_INVALID = 2836 "csr_cn_is_invalid";
    FAILED_RESENDING_EMAIL = 2837 "failed_resending_email";
    FAILED_GETTING_VALIDATION_STATUS = 2838 "failed_getting_validation_status";
    DUPLICATE_CERTIFICATES_FOUND = 2839 "duplicate_certificates_found";
    INVALID_CAA_RECORDS = 2840 "invalid_caa_records_detected";
    CAA_RECORD_CHECK_FAILED = 2841 "caa_record_check_failed";
    CERTIFICATE_CREATION_LOCKED_UNPAID_INVOICES = 2841 "certificate_creation_locked_unpaid_invoices";
    REPLACEMENT_NEEDS_SAME_COMMON_NAME = 2842 "replacement_needs_same_common_name";
    IPV6_IS_NOT_YET_SUPPORTED = 2843 "ipv6_is_not_yet_supported";
    MISSING_COUNTRY_CODE = 2844 "missing_country_code";
    CERTIFICATE_NOT_DOWNLOADABLE = 2860 "certificate_not_downloadable";
    CERTIFICATE_RESTRICTED_TOP_LEVEL_DOMAIN = 2874 "certificate_restricted_top_level_domain";
    CERTIFICATE_PREMIUM_NOT_ALLOWED = 2875 "certificate_premium_not_allowed";
    UNSUPPORTED_TOP_LEVEL_DOMAIN = 2877 "certificate_unsupported_top_level_domain";
    INVALID_SAN = 2880 "invalid_san";
    MISSING_EMAIL = 2900 "missing_email";
    FAILED_CREATING_EAB_ACCOUNT = 2902 "failed_creating_eab_account";
    FAILED_SAVING_EAB_ACCOUNT = 2903 "failed_saving_eab_account";
    TOO_MANY_EAB_CREDENTIALS_TODAY = 2904 "too_many_eab_credentials_created_today";
    TOO_MANY_EAB_CREDENTIALS_FOR_USER = 2905 "too_many_eab_credentials_created_for_user";
    REVOCATION_FAILED = 2906 "revocation_failed";
    NOT_IN_REVOCABLE_STATE = 2907 "certificate_not_in_revocable_state";
    CERTIFICATE_REVOCATION_TEMPORARILY_BLOCKED = 2908 "certificate_revocation_temporarily_blocked";
    NOT_REVOCABLE_BEING_ISSUED = 2909 "certificate_not_revocable_being_issued";
    NOT_REVOCABLE_ALREADY_REPLACED = 2910 "certificate_not_revocable_already_replaced";
    USER_EMAIL_ALREADY_VERIFIED = 2950 "user_email_already_verified";
    USER_EMAIL_VERIFY_TRY_LATER = 2951 "user_email_verify_try_later";
    VERIFICATION_EMAIL_MISSING = 2952 "verification_email_missing";
    VERIFICATION_EMAIL_MISSMATCH = 2953 "verification_email_missmatch";
    VERIFICATION_TOKEN_MISSING = 2954 "verification_token_missing";
    VERIFICATION_TOKEN_INVALID = 2955 "verification_token_invalid";
    VERIFICATION_TOKEN_EXPIRED = 2956 "verification_token_expired";
    MISSING_EMAIL_IN_EMAIL_CHANGE_REQUEST = 2957 "missing_email_in_email_change_request";
    INVALID_EMAIL_IN_EMAIL_CHANGE_REQUEST = 2958 "invalid_email_in_email_change_request";
    CADDY_LEGACY_USER_REMOVED = 2977 "caddy_legacy_user_removed";
    EMAIL_ALREADY_EXISTS = 2987 "email_already_exists";
    NEW_EMAIL_MATCHES_OLD_EMAIL = 2988 "new_email_matches_old_email";
    FAILED_TO_SEND_VERIFICATION_EMAIL = 2993 "failed_to_send_verification_email";
}

impl Code {
    /// The code with this number, with the given type or else with its first one.
    pub(crate) fn find(number: i64, kind: Option<&str>) -> Option<Self> {
        let mut all = CODES.iter().filter(|code| code.number == number);
        all.find(|code| kind.is_none_or(|kind| kind == code.kind)).copied()
    }

    /// The HTTP status with which it was seen; 200 if no other was seen.
    pub(crate) const fn status(self) -> u16 {
        match self.number {
            101 => 401,
            2977 => 422,
            _ => 200,
        }
    }
}
