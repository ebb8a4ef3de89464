//! The client for C.

use std::ffi::c_char;

use zerossl::{Client, ClientBuilder, Error, OPERATIONS, Result};

use crate::pointer::{self, Shared};
use crate::string;

/// A client of the service: settings, connections, pace. Many threads may use one at once.
pub struct zerossl_client {
    client: Client,
    process: u32,
}

const _: Option<Shared<zerossl_client>> = None;

impl zerossl_client {
    pub(crate) fn hand_out(config_json: *const c_char) -> Result<*mut Self> {
        let config = pointer::text(config_json, "config_json")?.unwrap_or_default();
        let client = ClientBuilder::from_json(config)?.build()?;
        Ok(pointer::hand_out(Self { client, process: std::process::id() }))
    }

    /// Frees it. A child of fork leaves it alone: its connections belong to the parent.
    pub(crate) fn take_back(client: *mut Self) {
        if pointer::look(client).is_some_and(|client| client.process == std::process::id()) {
            drop(pointer::take_back(client));
        }
    }
}

/// What a call needs, looked at in the order of the arguments.
pub(crate) struct Call<'a> {
    pub(crate) client: &'a Client,
    pub(crate) operation: &'a str,
    pub(crate) parameters: &'a str,
}

impl<'a> Call<'a> {
    pub(crate) fn read(
        client: *const zerossl_client,
        operation: &'a str,
        params_json: *const c_char,
    ) -> Result<Self> {
        let read = || {
            let client = &pointer::needed(client, "client")?.client;
            let parameters = pointer::text(params_json, "params_json")?.unwrap_or_default();
            Ok(Self { client, operation, parameters })
        };
        read().map_err(|error: Error| match OPERATIONS.iter().find(|known| known.name == operation) {
            Some(operation) => error.during(operation.name),
            None => error,
        })
    }
}

/// Runs an operation on the calling thread.
pub(crate) fn call(
    client: *const zerossl_client,
    operation: &str,
    params_json: *const c_char,
) -> Result<*mut c_char> {
    let call = Call::read(client, operation, params_json)?;
    string::hand_out(call.client.call(call.operation, call.parameters)?)
}
