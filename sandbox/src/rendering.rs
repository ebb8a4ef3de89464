//! The certificate object, as the service writes it.

use indexmap::IndexMap;
use serde::Serialize;
use time::OffsetDateTime;

use crate::as_of::{self, AsOf, Since};
use crate::call::Call;
use crate::clock::stamp;
use crate::order::{Order, Status};
use crate::php_json;
use crate::quirk::Effect;
use crate::rules::addresses::eligible_addresses;
use crate::rules::names::Name;
use crate::settings::{DraftExpires, Settings};
use crate::validation::{Method, Proof};

#[derive(Serialize)]
pub(crate) struct Certificate {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    common_name: String,
    additional_domains: String,
    created: String,
    expires: Option<String>,
    status: &'static str,
    validation_type: Option<&'static str>,
    validation_emails: Option<String>,
    replacement_for: String,
    #[serde(skip_serializing_if = "Added::is_missing")]
    fingerprint_sha1: Added<Option<String>>,
    #[serde(skip_serializing_if = "Added::is_missing")]
    brand_validation: Added<Option<bool>>,
    validation: Validation,
    #[serde(skip_serializing_if = "Added::is_missing")]
    signature_algorithm_properties: Added<Option<String>>,
    #[serde(skip_serializing_if = "Added::is_missing")]
    last_updated: Added<String>,
    #[serde(skip_serializing_if = "Added::is_missing")]
    ca_certificate_id: Added<Option<u32>>,
}

/// A field that was added to the API later.
#[derive(Serialize)]
#[serde(untagged)]
enum Added<T> {
    NotYet,
    There(T),
}

impl<T> Added<T> {
    fn since(what: Since, view: &View, value: T) -> Self {
        if as_of::has(view.day, what) { Self::There(value) } else { Self::NotYet }
    }

    fn is_missing(&self) -> bool {
        matches!(self, Self::NotYet)
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Validation {
    Values {
        #[serde(serialize_with = "php_json::map")]
        email_validation: IndexMap<String, Vec<String>>,
        #[serde(serialize_with = "php_json::map")]
        other_methods: IndexMap<String, OtherMethods>,
    },
    /// An empty map in PHP.
    Nothing([(); 0]),
}

#[derive(Serialize)]
struct OtherMethods {
    file_validation_url_http: String,
    file_validation_url_https: String,
    file_validation_content: [String; 3],
    cname_validation_p1: String,
    cname_validation_p2: String,
}

/// How to render a certificate.
pub(crate) struct View {
    day: Option<AsOf>,
    null_expires: bool,
    empty_validation: bool,
    /// In a list, where only open orders have their validation values. The service was seen to answer so;
    /// clients that work show that `get_certificate` always has them.
    pub(crate) listed: bool,
    /// The time whose state is rendered; now if absent.
    pub(crate) at: Option<OffsetDateTime>,
}

impl View {
    /// According to the settings and to the quirks of the call.
    pub(crate) fn of(settings: &Settings, call: &Call) -> Self {
        Self {
            day: settings.as_of,
            null_expires: settings.draft_expires == DraftExpires::Null
                || call.effects.has(Effect::NullExpires),
            empty_validation: call.effects.has(Effect::EmptyValidation),
            listed: false,
            at: None,
        }
    }

    /// The status to render; `None` if the order did not exist at that time.
    pub(crate) fn status(&self, order: &Order) -> Option<Status> {
        self.at.map_or(Some(order.status), |at| order.status_at(at))
    }
}

impl Certificate {
    pub(crate) fn new(order: &Order, view: &View) -> Self {
        let status = view.status(order).unwrap_or(Status::Draft);
        let is_open = matches!(status, Status::Draft | Status::PendingValidation);
        let leaf = order.leaf.as_ref().filter(|_| !is_open);
        let others: Vec<String> = order.names.iter().skip(1).map(ToString::to_string).collect();
        let fingerprint = leaf.map(|leaf| leaf.fingerprint_sha1.clone());
        let properties = leaf.map(|leaf| format!("{}:{}", leaf.signature_algorithm, order.csr.key_bits));
        Self {
            id: order.id.clone(),
            kind: order.kind.number(),
            common_name: order.common_name(),
            additional_domains: others.join(","),
            created: stamp(order.created),
            expires: (leaf.is_some() || !view.null_expires).then(|| stamp(order.expires)),
            status: status.as_str(),
            validation_type: order.method.filter(|_| status != Status::Draft).map(Method::as_str),
            validation_emails: (!order.emails.is_empty()).then(|| order.emails.join(",")),
            replacement_for: order.replacement_for.clone().unwrap_or_default(),
            fingerprint_sha1: Added::since(Since::Fingerprint, view, fingerprint),
            brand_validation: Added::since(Since::Fingerprint, view, order.brand.then_some(true)),
            validation: validation(order, !view.empty_validation && (is_open || !view.listed)),
            signature_algorithm_properties: Added::since(Since::SignatureProperties, view, properties),
            last_updated: Added::since(Since::Formats, view, stamp(order.updated)),
            ca_certificate_id: Added::since(Since::Formats, view, leaf.map(|leaf| leaf.ca_certificate_id)),
        }
    }
}

fn validation(order: &Order, shown: bool) -> Validation {
    if !shown {
        return Validation::Nothing([]);
    }
    let names = order.names.iter();
    Validation::Values {
        email_validation: names.clone().map(|name| (name.to_string(), eligible_addresses(name))).collect(),
        other_methods: names.map(|name| (name.to_string(), other_methods(name, &order.proof))).collect(),
    }
}

fn other_methods(name: &Name, proof: &Proof) -> OtherMethods {
    OtherMethods {
        file_validation_url_http: proof.file_url("http", name),
        file_validation_url_https: proof.file_url("https", name),
        file_validation_content: proof.file_lines(),
        cname_validation_p1: proof.record_name(name),
        cname_validation_p2: proof.record_target(),
    }
}
