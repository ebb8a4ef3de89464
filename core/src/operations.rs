//! The table of operations.

use crate::error::{Error, Result};
use crate::operation::Operation;
use crate::{endpoints, generate_csr, obtain, orders};

/// Every operation.
pub static OPERATIONS: &[&Operation] = &[
    &endpoints::create_certificate::OPERATION,
    &endpoints::verify_domains::OPERATION,
    &endpoints::get_certificate::OPERATION,
    &endpoints::list_certificates::OPERATION,
    &endpoints::verification_status::OPERATION,
    &endpoints::resend_verification::OPERATION,
    &endpoints::cancel_certificate::OPERATION,
    &endpoints::revoke_certificate::OPERATION,
    &endpoints::download_certificate::OPERATION,
    &endpoints::download_certificate_zip::OPERATION,
    &endpoints::validate_csr::OPERATION,
    &endpoints::generate_eab_credentials::OPERATION,
    &endpoints::list_ca_certificates::OPERATION,
    &endpoints::get_ca_certificate::OPERATION,
    &endpoints::download_ca_certificate::OPERATION,
    &endpoints::request::OPERATION,
    &generate_csr::OPERATION,
    &orders::wait_until_issued::OPERATION,
    &obtain::OBTAIN,
    &obtain::RENEW_ALL,
    &obtain::LIST_ENTRIES,
    &obtain::REDEPLOY,
    &obtain::REMOVE_ENTRY,
    &obtain::CANCEL_DRAFTS,
    &obtain::INSTALL_CERTIFICATES,
    &obtain::SERVE_CHALLENGES,
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
