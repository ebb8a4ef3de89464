//! What the calls of the management interface take. A member that is unknown
//! is an error: it would else do nothing, and nobody would know.

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
    /// Three on the free plan.
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
