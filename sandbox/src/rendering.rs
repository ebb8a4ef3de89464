//! The certificate object, as the service writes it.

use std::net::IpAddr;

use indexmap::IndexMap;
use serde::Serialize;

use crate::clock::stamp;
use crate::order::Order;
use crate::php_json;
use crate::rules::names::Name;
use crate::validation::{Method, Proof};

#[derive(Serialize)]
pub(crate) struct Certificate {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    common_name: String,
    additional_domains: String,
    created: String,
    expires: String,
    status: &'static str,
    validation_type: Option<&'static str>,
    validation_emails: Option<String>,
    replacement_for: String,
    fingerprint_sha1: Option<String>,
    brand_validation: Option<bool>,
    validation: Validation,
    signature_algorithm_properties: Option<String>,
    last_updated: String,
    ca_certificate_id: Option<u32>,
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
    /// An empty map in PHP: once an order is settled, nothing is left to show.
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

impl From<&Order> for Certificate {
    fn from(order: &Order) -> Self {
        let others: Vec<String> = order.names.iter().skip(1).map(ToString::to_string).collect();
        Self {
            id: order.id.clone(),
            kind: order.kind.number(),
            common_name: order.common_name(),
            additional_domains: others.join(","),
            created: stamp(order.created),
            expires: stamp(order.expires),
            status: order.status.as_str(),
            validation_type: order.method.map(Method::as_str),
            validation_emails: (!order.emails.is_empty()).then(|| order.emails.join(",")),
            replacement_for: order.replacement_for.clone().unwrap_or_default(),
            fingerprint_sha1: order.leaf.as_ref().map(|leaf| leaf.fingerprint_sha1.clone()),
            brand_validation: None,
            validation: validation(order),
            signature_algorithm_properties: order
                .leaf
                .as_ref()
                .map(|leaf| format!("{}:{}", leaf.signature_algorithm, order.csr.key_bits)),
            last_updated: stamp(order.updated),
            ca_certificate_id: order.leaf.as_ref().map(|leaf| leaf.ca_certificate_id),
        }
    }
}

fn validation(order: &Order) -> Validation {
    if !order.is_open() {
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

/// The five customary mailboxes at a domain and at each parent of it.
pub(crate) fn eligible_addresses(name: &Name) -> Vec<String> {
    const MAILBOXES: [&str; 5] = ["admin", "administrator", "hostmaster", "postmaster", "webmaster"];
    let host = name.host();
    if host.parse::<IpAddr>().is_ok() {
        return Vec::new();
    }
    let mut addresses = Vec::new();
    let mut domain = Some(host.as_str());
    while let Some(at) = domain.filter(|domain| domain.contains('.')) {
        addresses.extend(MAILBOXES.iter().map(|mailbox| format!("{mailbox}@{at}")));
        domain = at.split_once('.').map(|(_, parent)| parent);
    }
    addresses
}
