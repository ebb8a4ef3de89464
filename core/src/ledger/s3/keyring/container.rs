//! Keys of a container's role: the server that ECS or EKS names in the environment.

use std::fs;
use std::time::Instant;

use super::super::keys::{Keys, error};
use super::metadata::{self, Metadata};
use crate::error::Result;
use crate::ledger::environment::Environment;
use crate::limits::Limits;
use crate::secret::Secret;

const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

/// The server of ECS, which a relative URI belongs to.
const ECS: &str = "http://169.254.170.2";

pub(super) fn keys(
    environment: &Environment,
    limits: &dyn Limits,
    deadline: Instant,
) -> Result<Option<Keys>> {
    let (variable, url) = match (environment(RELATIVE), environment(FULL)) {
        (Some(path), _) => (RELATIVE, format!("{ECS}/{}", path.trim_start_matches('/'))),
        (None, Some(url)) => (FULL, url),
        (None, None) => return Ok(None),
    };
    let (origin, path) = split(&url);
    let metadata = Metadata::new(variable, origin)?;
    let token = token(environment)?;
    let header = token.as_ref().map(|token| ("authorization", token));
    let answer = metadata.ask(limits, deadline, "GET", path, header)?;
    metadata::read(answer, format!("the container's role ({variable})")).map(Some)
}

/// The file is read each time: what is in it is exchanged while we run.
fn token(environment: &Environment) -> Result<Option<Secret>> {
    let Some(path) = environment(TOKEN_FILE) else { return Ok(environment(TOKEN).map(Secret::from)) };
    let token: Secret =
        fs::read_to_string(&path).map_err(|why| error(format!("{TOKEN_FILE}: {path}: {why}")))?.into();
    Ok(Some(token.reveal().trim().into()))
}

/// Before and after the slash that begins the path.
fn split(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |at| at + 3);
    let path = url[host..].find(['/', '?']).map_or(url.len(), |at| host + at);
    url.split_at(path)
}
