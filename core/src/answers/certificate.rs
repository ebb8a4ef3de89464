//! The certificate object (ZeroSSL REST API, Create Certificate and Get Certificate).

use std::collections::BTreeMap;

use crate::declare::answer;
use crate::shape::FieldKind;
use crate::time::Time;

answer! {
    /// A certificate of the account, in any state from draft on.
    pub struct Certificate: CERTIFICATE {
        /// The service's id.
        id: String = Text.required();
        /// 1 to 7: single name, wildcard, multi-domain for 90 days; the same three for a year; ACME.
        certificate_type as "type": Option<String> = Text;
        /// The CN.
        common_name: Option<String> = Text;
        /// The other names.
        additional_domains: Vec<String> = Names;
        /// When it was ordered.
        created: Option<Time> = Time;
        /// When it expires; some drafts have no date.
        expires: Option<Time> = Time;
        /// `draft`, `pending_validation`, `issued`, `cancelled`, `revoked`, `expired`; more may come.
        status: Option<String> = Text;
        /// The validation method that is used.
        validation_type: Option<String> = Text;
        /// Where validation mails went.
        validation_emails: Vec<String> = Names;
        /// The id of the certificate it replaces.
        replacement_for: Option<String> = Text;
        /// The SHA-1 of the issued certificate, in hex.
        fingerprint_sha1: Option<String> = Text;
        /// What has to be published or answered for validation.
        brand_validation: Option<bool> = Flag;
        /// What the service wants to see.
        validation: Validation = Object(&VALIDATION);
        /// Such as ecdsa-with-SHA384:256.
        signature_algorithm_properties: Option<String> = Text;
        /// When it last changed.
        last_updated: Option<Time> = Time;
        /// Which CA certificate signed it.
        ca_certificate_id: Option<String> = Text;
        ..extra
    }
}

impl Certificate {
    /// Not cancelled, revoked or expired: an order under way, or a certificate that is valid.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !matches!(self.status.as_deref(), Some("cancelled" | "revoked" | "expired"))
    }

    /// A draft, or an order that waits for its validation.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_draft() || self.status.as_deref() == Some("pending_validation")
    }

    /// An order whose validation nobody has asked for.
    #[must_use]
    pub fn is_draft(&self) -> bool {
        self.status.as_deref() == Some("draft")
    }

    /// Issued, and not expired or revoked since.
    #[must_use]
    pub fn is_issued(&self) -> bool {
        self.status.as_deref() == Some("issued")
    }

    /// Revoked.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.status.as_deref() == Some("revoked")
    }
}

answer! {
    /// What has to be published or answered, for each name and method.
    #[derive(Default)]
    pub struct Validation: VALIDATION {
        /// For each name, the addresses that a validation mail may go to.
        email_validation: BTreeMap<String, Vec<String>> = Map(&FieldKind::Names);
        /// For each name, the file and the record.
        other_methods: BTreeMap<String, FileAndRecord> = Map(&FieldKind::Object(&FILE_AND_RECORD));
        ..extra
    }
}

answer! {
    /// The file and the record that prove control of one name. Publish them unchanged.
    #[derive(Default)]
    pub struct FileAndRecord: FILE_AND_RECORD {
        /// The URL that is fetched with `HTTP_CSR_HASH`.
        file_validation_url_http: Option<String> = Text;
        /// The URL that is fetched with `HTTPS_CSR_HASH`.
        file_validation_url_https: Option<String> = Text;
        /// The lines of the file.
        file_validation_content: Vec<String> = Lines;
        /// The name of the CNAME record.
        cname_validation_p1: Option<String> = Text;
        /// The target of the CNAME record, without a trailing dot.
        cname_validation_p2: Option<String> = Text;
        ..extra
    }
}
