//! The table of operations: the product.

use crate::endpoints::{
    cancel_certificate, create_certificate, download_ca_certificate, download_certificate,
    download_certificate_zip, generate_eab_credentials, get_ca_certificate, get_certificate,
    list_ca_certificates, list_certificates, request, resend_verification, revoke_certificate, validate_csr,
    verification_status, verify_domains,
};
use crate::error::{Error, Result};
use crate::operation::Operation;
use crate::{generate_csr, obtain};

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
    &obtain::OBTAIN,
    &obtain::RENEW_ALL,
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
