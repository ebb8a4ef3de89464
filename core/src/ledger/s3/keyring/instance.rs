//! Keys of an instance's role: the metadata service, version 2.

use std::time::Instant;

use super::super::keys::Keys;
use super::metadata::{self, Metadata};
use crate::error::{Error, Kind, Result};
use crate::excerpt::one_line;
use crate::ledger::environment::Environment;
use crate::limits::Limits;
use crate::secret::Secret;

const DISABLED: &str = "AWS_EC2_METADATA_DISABLED";
const ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
const SERVICE: &str = "http://169.254.169.254";
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";
const MAX_NAME: usize = 128;

/// The keys, or why there are none.
pub(super) fn keys(
    environment: &Environment,
    limits: &dyn Limits,
    deadline: Instant,
) -> Result<std::result::Result<Keys, String>> {
    if environment(DISABLED).is_some_and(|flag| flag.eq_ignore_ascii_case("true")) {
        return Ok(Err(format!("the instance is not asked: {DISABLED} is set")));
    }
    let service = environment(ENDPOINT).unwrap_or_else(|| SERVICE.to_owned());
    let metadata = Metadata::new(ENDPOINT, service.trim_end_matches('/'))?;
    let ttl = ("x-aws-ec2-metadata-token-ttl-seconds", &Secret::from("21600"));
    let answer = match metadata.ask(limits, deadline, "PUT", "/latest/api/token", Some(ttl)) {
        Ok(answer) => answer,
        Err(error) if is_final(&error) => return Err(error),
        Err(_) => return Ok(Err("no metadata service of an instance answers here".to_owned())),
    };
    let Some(token) = text(answer.status, answer.body) else {
        return Ok(Err("the metadata service of the instance gives no token".to_owned()));
    };
    let header = || Some(("x-aws-ec2-metadata-token", &token));
    let roles = metadata.ask(limits, deadline, "GET", ROLES, header())?;
    let roles = text(roles.status, roles.body);
    let Some(role) = roles.as_ref().and_then(|roles| roles.reveal().lines().next()) else {
        return Ok(Err("the instance has no role".to_owned()));
    };
    let role = one_line(role, MAX_NAME);
    let answer = metadata.ask(limits, deadline, "GET", &format!("{ROLES}{role}"), header())?;
    metadata::read(answer, format!("the instance's role `{role}`")).map(Ok)
}

fn is_final(error: &Error) -> bool {
    matches!(error.kind(), Kind::Cancelled | Kind::Resource)
}

/// The text of a successful answer. It may be a token.
fn text(status: u16, body: Vec<u8>) -> Option<Secret> {
    let text: Secret = String::from_utf8(body).ok()?.into();
    let text: Secret = text.reveal().trim().into();
    (status == 200 && !text.reveal().is_empty()).then_some(text)
}
