//! The request bodies of the management interface. An unknown member is an error; otherwise a mistyped name
//! would be ignored without notice.

use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;

use crate::dns::DnsAnswer;
use crate::settings::seconds;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DnsManner {
    pub(super) name: String,
    #[serde(default)]
    pub(super) answer: DnsAnswer,
    #[serde(default, with = "seconds", rename = "delay_seconds")]
    pub(super) delay: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    pub(super) name: Option<String>,
    pub(super) address: Option<SocketAddr>,
    pub(super) http_port: Option<u16>,
    pub(super) https_port: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockMove {
    #[serde(with = "seconds", rename = "advance_seconds")]
    pub(super) advance: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccount {
    pub(super) access_key: String,
    /// The free plan has three.
    #[serde(default = "free_plan")]
    pub(super) quota: usize,
}

fn free_plan() -> usize {
    3
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountChange {
    pub(super) quota: Option<usize>,
    pub(super) active: Option<bool>,
}
