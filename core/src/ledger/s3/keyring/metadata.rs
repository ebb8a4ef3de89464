//! The servers on Amazon's machines that give out keys. They are near, so they are asked in plain HTTP, without a proxy,
//! and not for long.

use std::time::{Duration, Instant};

use serde::Deserialize;
use ureq::http::HeaderName;
use zeroize::Zeroizing;

use super::super::keys::{Keys, error};
use crate::base_url::{BaseUrl, is_loopback};
use crate::error::Result;
use crate::limits::Limits;
use crate::secret::Secret;
use crate::settings::ClientBuilder;
use crate::time::Time;
use crate::transport::{Incoming, Outgoing, Transport, Watch};

/// Their addresses, which are never routed: the one of instances, and those of containers.
const NEAR: [&str; 5] =
    ["169.254.169.254", "[fd00:ec2::254]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];
const PATIENCE: Duration = Duration::from_secs(1);
/// More than their answers have.
const MAX_ANSWER: u64 = 64 << 10;

/// The connection to one of them.
pub(super) struct Metadata {
    base_url: BaseUrl,
    transport: Transport,
}

impl Metadata {
    /// `variable` names the server in the environment, for messages.
    pub(super) fn new(variable: &'static str, url: &str) -> Result<Self> {
        let base_url =
            BaseUrl::parse_unless(variable, url, |host| !is_loopback(host) && !NEAR.contains(&host))
                .map_err(|why| error(why.message().to_owned()))?;
        let settings = ClientBuilder::default().connect_timeout(PATIENCE).max_response_bytes(MAX_ANSWER);
        let transport = Transport::new(&settings, None, &base_url)?;
        Ok(Self { base_url, transport })
    }

    pub(super) fn ask(
        &self,
        limits: &dyn Limits,
        deadline: Instant,
        method: &'static str,
        path: &str,
        header: Option<(&'static str, &Secret)>,
    ) -> Result<Incoming> {
        let url = Zeroizing::new(format!("{}{path}", self.base_url.as_str()));
        let headers = header
            .map(|(name, value)| (HeaderName::from_static(name), Zeroizing::new(value.reveal().to_owned())))
            .into_iter()
            .collect();
        let body = (method == "PUT").then(Vec::new);
        let deadline = deadline.min(Instant::now() + 2 * PATIENCE);
        self.transport
            .exchange(&Outgoing { method, url, headers, body }, Watch::new(limits.cancel().clone(), deadline))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    access_key_id: String,
    secret_access_key: Secret,
    #[serde(default)]
    token: Option<Secret>,
    #[serde(default)]
    expiration: Option<Time>,
}

/// Reads the keys of an answer. It is not quoted in an error, because it may hold some.
pub(super) fn read(answer: Incoming, source: String) -> Result<Keys> {
    let body = Zeroizing::new(answer.body);
    if answer.status != 200 {
        return Err(error(format!("{source} gave no keys (HTTP {})", answer.status)));
    }
    let Ok(answer) = serde_json::from_slice::<Answer>(&body) else {
        return Err(error(format!("{source} gave no keys: its answer is not the expected JSON")));
    };
    let expires = answer.expiration.as_ref().and_then(Time::to_system_time);
    Ok(Keys {
        id: answer.access_key_id,
        secret: answer.secret_access_key,
        token: answer.token,
        expires,
        source,
    })
}
