//! The names of operations that more than the table of routes knows.

pub(crate) const CREATE_CERTIFICATE: &str = "create_certificate";
pub(crate) const LIST_CERTIFICATES: &str = "list_certificates";
pub(crate) const GET_CERTIFICATE: &str = "get_certificate";
pub(crate) const VERIFY_DOMAINS: &str = "verify_domains";
pub(crate) const VERIFICATION_STATUS: &str = "verification_status";
