//! The names of the operations, as the library uses them.

pub(crate) const CREATE_CERTIFICATE: &str = "create_certificate";
pub(crate) const LIST_CERTIFICATES: &str = "list_certificates";
pub(crate) const GET_CERTIFICATE: &str = "get_certificate";
pub(crate) const DELETE_CERTIFICATE: &str = "delete_certificate";
pub(crate) const VERIFY_DOMAINS: &str = "verify_domains";
pub(crate) const RESEND_VERIFICATION: &str = "resend_verification";
pub(crate) const VERIFICATION_STATUS: &str = "verification_status";
pub(crate) const CANCEL_CERTIFICATE: &str = "cancel_certificate";
pub(crate) const REVOKE_CERTIFICATE: &str = "revoke_certificate";
pub(crate) const DOWNLOAD_CERTIFICATE_ZIP: &str = "download_certificate_zip";
pub(crate) const DOWNLOAD_CERTIFICATE: &str = "download_certificate";
pub(crate) const VALIDATE_CSR: &str = "validate_csr";
pub(crate) const GENERATE_EAB_CREDENTIALS: &str = "generate_eab_credentials";
pub(crate) const LIST_CA_CERTIFICATES: &str = "list_ca_certificates";
pub(crate) const GET_CA_CERTIFICATE: &str = "get_ca_certificate";
pub(crate) const DOWNLOAD_CA_CERTIFICATE: &str = "download_ca_certificate";
