//! The certificate object (ZeroSSL REST API, Create Certificate and Get Certificate).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::extra::Extra;
use crate::shape::{Field, FieldKind, Shape};
use crate::time::Time;

/// A certificate of the account, from the draft on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Certificate {
    /// The service's id ("certificate hash" in the vendor's text).
    pub id: String,
    /// `1` to `7`: single name, wildcard, multi-domain for 90 days; the same for a year; ACME.
    #[serde(rename = "type")]
    pub certificate_type: Option<String>,
    /// The CN.
    pub common_name: Option<String>,
    /// The other names.
    pub additional_domains: Vec<String>,
    /// When it was ordered.
    pub created: Option<Time>,
    /// When it ends; some drafts have none.
    pub expires: Option<Time>,
    /// `draft`, `pending_validation`, `issued`, `cancelled`, `revoked`, `expired`; more may come.
    pub status: Option<String>,
    /// The validation method in use.
    pub validation_type: Option<String>,
    /// Where validation mails went.
    pub validation_emails: Vec<String>,
    /// The id of the certificate it replaces.
    pub replacement_for: Option<String>,
    /// The SHA-1 of the issued certificate, in hex.
    pub fingerprint_sha1: Option<String>,
    /// Whether a person reviews the name.
    pub brand_validation: Option<bool>,
    /// How to show control of the names.
    pub validation: Validation,
    /// Such as `ecdsa-with-SHA384:256`.
    pub signature_algorithm_properties: Option<String>,
    /// When it last changed.
    pub last_updated: Option<Time>,
    /// Which CA certificate signed it; see `get_ca_certificate`.
    pub ca_certificate_id: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What the service wants to see, for each name and method.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Validation {
    /// For each name the addresses that a mail may go to.
    pub email_validation: BTreeMap<String, Vec<String>>,
    /// For each name the file and the record.
    pub other_methods: BTreeMap<String, FileAndRecord>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The file and the record that show control of one name. Publish them as they are, the lines and the target included.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileAndRecord {
    /// Where the file is looked for with `HTTP_CSR_HASH`.
    pub file_validation_url_http: Option<String>,
    /// Where the file is looked for with `HTTPS_CSR_HASH`.
    pub file_validation_url_https: Option<String>,
    /// The lines of the file.
    pub file_validation_content: Vec<String>,
    /// The name of the CNAME record.
    pub cname_validation_p1: Option<String>,
    /// The target of the CNAME record, without a trailing dot: a zone file needs one.
    pub cname_validation_p2: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The certificate object, in the order in which the service sends it.
pub(crate) static CERTIFICATE: Shape = Shape::new(
    "Certificate",
    &[
        Field::new("id", FieldKind::Text, "The service's id.").required(),
        Field::new(
            "type",
            FieldKind::Text,
            "1 to 7: single name, wildcard, multi-domain for 90 days; the same for a year; ACME.",
        ),
        Field::new("common_name", FieldKind::Text, "The CN."),
        Field::new("additional_domains", FieldKind::Names, "The other names."),
        Field::new("created", FieldKind::Time, "When it was ordered."),
        Field::new("expires", FieldKind::Time, "When it ends; some drafts have none."),
        Field::new(
            "status",
            FieldKind::Text,
            "draft, pending_validation, issued, cancelled, revoked, expired; more may come.",
        ),
        Field::new("validation_type", FieldKind::Text, "The validation method in use."),
        Field::new("validation_emails", FieldKind::Names, "Where validation mails went."),
        Field::new("replacement_for", FieldKind::Text, "The id of the certificate it replaces."),
        Field::new("fingerprint_sha1", FieldKind::Text, "The SHA-1 of the issued certificate, in hex."),
        Field::new("brand_validation", FieldKind::Flag, "Whether a person reviews the name."),
        Field::new("validation", FieldKind::Object(&VALIDATION), "What the service wants to see."),
        Field::new("signature_algorithm_properties", FieldKind::Text, "Such as ecdsa-with-SHA384:256."),
        Field::new("last_updated", FieldKind::Time, "When it last changed."),
        Field::new("ca_certificate_id", FieldKind::Text, "Which CA certificate signed it."),
    ],
);

static VALIDATION: Shape = Shape::new(
    "Validation",
    &[
        Field::new(
            "email_validation",
            FieldKind::Map(&FieldKind::Names),
            "For each name the addresses that a mail may go to.",
        ),
        Field::new(
            "other_methods",
            FieldKind::Map(&FieldKind::Object(&FILE_AND_RECORD)),
            "For each name the file and the record.",
        ),
    ],
);

static FILE_AND_RECORD: Shape = Shape::new(
    "FileAndRecord",
    &[
        Field::new(
            "file_validation_url_http",
            FieldKind::Text,
            "Where the file is looked for with HTTP_CSR_HASH.",
        ),
        Field::new(
            "file_validation_url_https",
            FieldKind::Text,
            "Where the file is looked for with HTTPS_CSR_HASH.",
        ),
        Field::new("file_validation_content", FieldKind::Lines, "The lines of the file."),
        Field::new("cname_validation_p1", FieldKind::Text, "The name of the CNAME record."),
        Field::new(
            "cname_validation_p2",
            FieldKind::Text,
            "The target of the CNAME record, without a trailing dot.",
        ),
    ],
);
