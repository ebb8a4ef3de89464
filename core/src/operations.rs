//! The table of operations: the product. Each is a file of its own, named like it.

mod cancel_certificate;
mod create_certificate;
mod download_ca_certificate;
mod download_certificate;
mod download_certificate_zip;
mod generate_csr;
mod generate_eab_credentials;
mod get_ca_certificate;
mod get_certificate;
mod list_ca_certificates;
mod list_certificates;
mod obtain;
mod renew_all;
mod request;
mod resend_verification;
mod revoke_certificate;
mod validate_csr;
mod verification_status;
mod verify_domains;

pub use cancel_certificate::CancelCertificate;
pub use create_certificate::CreateCertificate;
pub use download_ca_certificate::{CaDownload, DownloadCaCertificate};
pub use download_certificate::{Download, DownloadCertificate};
pub use download_certificate_zip::{DownloadCertificateZip, Zip};
pub use generate_csr::{GenerateCsr, GeneratedCsr, KeyType, Subject};
pub use generate_eab_credentials::{EabCredentials, GenerateEabCredentials};
pub use get_ca_certificate::{CaCertificate, GetCaCertificate};
pub use get_certificate::GetCertificate;
pub use list_ca_certificates::{CaCertificateList, ListCaCertificates};
pub use list_certificates::{CertificateList, ListCertificates, Status};
pub(crate) use list_certificates::{Look, look, page, with_page};
pub use obtain::{Obtain, Obtained, Outcome};
pub use renew_all::{RenewAll, Renewal, Renewals};
pub use request::{RawAnswer, RawRequest};
pub use resend_verification::ResendVerification;
pub use revoke_certificate::{Reason, RevokeCertificate};
pub use validate_csr::{CsrCheck, ValidateCsr};
pub use verification_status::{DomainStatus, ValidationProgress, VerificationStatus};
pub use verify_domains::{ValidationMethod, VerifyDomains};

use crate::error::{Error, Result};
use crate::operation::Operation;
use crate::parameter::{Parameter, ParameterKind};

/// Every operation.
pub static OPERATIONS: &[&Operation] = &[
    &create_certificate::OPERATION,
    &verify_domains::OPERATION,
    &get_certificate::OPERATION,
    &list_certificates::OPERATION,
    &verification_status::OPERATION,
    &resend_verification::OPERATION,
    &cancel_certificate::OPERATION,
    &revoke_certificate::OPERATION,
    &download_certificate::OPERATION,
    &download_certificate_zip::OPERATION,
    &validate_csr::OPERATION,
    &generate_eab_credentials::OPERATION,
    &list_ca_certificates::OPERATION,
    &get_ca_certificate::OPERATION,
    &download_ca_certificate::OPERATION,
    &request::OPERATION,
    &generate_csr::OPERATION,
    &obtain::OPERATION,
    &renew_all::OPERATION,
];

pub(crate) fn find(name: &str) -> Result<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name).copied().ok_or_else(|| {
        let known: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
        Error::invalid(
            "operation",
            format!("there is no operation of this name; there are {}", known.join(", ")),
        )
    })
}

/// The parameter of every operation on one certificate.
const CERTIFICATE_ID: Parameter = Parameter::required("id", ParameterKind::Id, "The certificate's id.");
