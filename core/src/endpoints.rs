//! The service's endpoints: each is a file of its own, named like its operation.

pub(crate) mod cancel_certificate;
pub(crate) mod create_certificate;
pub(crate) mod download_ca_certificate;
pub(crate) mod download_certificate;
pub(crate) mod download_certificate_zip;
pub(crate) mod generate_eab_credentials;
pub(crate) mod get_ca_certificate;
pub(crate) mod get_certificate;
pub(crate) mod list_ca_certificates;
pub(crate) mod list_certificates;
pub(crate) mod request;
pub(crate) mod resend_verification;
pub(crate) mod revoke_certificate;
pub(crate) mod validate_csr;
pub(crate) mod verification_status;
pub(crate) mod verify_domains;

pub use cancel_certificate::CancelCertificate;
pub use create_certificate::CreateCertificate;
pub use download_ca_certificate::{CaDownload, DownloadCaCertificate};
pub use download_certificate::{Download, DownloadCertificate};
pub use download_certificate_zip::{DownloadCertificateZip, Zip};
pub use generate_eab_credentials::{EabCredentials, GenerateEabCredentials};
pub use get_ca_certificate::{CaCertificate, GetCaCertificate};
pub use get_certificate::GetCertificate;
pub use list_ca_certificates::{CaCertificateList, ListCaCertificates};
pub use list_certificates::{CertificateList, ListCertificates, Status};
pub(crate) use list_certificates::{Found, all, list_page, page, with_page};
pub use request::{RawAnswer, RawRequest};
pub use resend_verification::ResendVerification;
pub use revoke_certificate::{Reason, RevokeCertificate};
pub use validate_csr::{CsrCheck, ValidateCsr};
pub use verification_status::{DomainStatus, ValidationProgress, VerificationStatus};
pub use verify_domains::{ValidationMethod, VerifyDomains};
