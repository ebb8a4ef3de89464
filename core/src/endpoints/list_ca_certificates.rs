//! `list_ca_certificates`: a page of the CA's own certificates.

use super::get_ca_certificate::{CA_CERTIFICATE, CaCertificate};
use crate::declare::{answer, request};
use crate::endpoint::Endpoint;
use crate::operation::Run;

request! {
    /// Gets a page of the CA's own certificates.
    #[derive(Default)]
    pub struct ListCaCertificates -> CaCertificateList {
        required {}
        optional {
            /// How many to return on a page, 100 at most.
            limit: u64 = Integer(1, 100);
            /// `next_cursor` or `prev_cursor` of another page.
            cursor: String = Text;
        }
    }
    OPERATION: list_ca_certificates {
        source: "ZeroSSL REST API, List CA Certificates",
        answer: &LIST,
        run: Run::Endpoint(Endpoint::get("/ca_certificates")),
    }
}

answer! {
    /// A page of CA certificates.
    pub struct CaCertificateList: LIST {
        /// The certificates.
        data: Vec<CaCertificate> = Objects(&CA_CERTIFICATE).required();
        /// The cursor of the next page.
        next_cursor: Option<String> = Text;
        /// The cursor of the previous page.
        prev_cursor: Option<String> = Text;
        ..extra
    }
}
