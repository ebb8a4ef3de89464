//! The client for C.

use std::ffi::{CStr, c_char, c_void};
use std::time::Duration;

use serde_json::{Map, Value};
use zerossl::{Client, ClientBuilder, Error, Given, OPERATIONS, Op, Result};

use crate::callback::{self, zerossl_log_fn};
use crate::cancel_token::zerossl_cancel_token;
use crate::document::{self, zerossl_doc};
use crate::pointer::{self, Shared};
use crate::{argument, string};

/// A client of the service: settings, connections, pace. Many threads may use one at once.
pub struct zerossl_client {
    client: Client,
}

const _: Option<Shared<zerossl_client>> = None;

impl zerossl_client {
    pub(crate) fn hand_out(config_json: Option<&CStr>) -> Result<*mut Self> {
        let settings = object(config_json, "config_json")?;
        let client = ClientBuilder::from_json(settings)?.build()?;
        Ok(pointer::hand_out(Self { client }))
    }

    /// The same client, and also cancelled by this token.
    pub(crate) fn with_cancel(
        client: Option<&Self>,
        token: Option<&zerossl_cancel_token>,
    ) -> Result<*mut Self> {
        let (this, token) = (argument::object(client, "client")?, argument::object(token, "token")?);
        Ok(pointer::hand_out(Self { client: this.client.cancelled_by(token.token()) }))
    }

    /// The same client, which tells this callback what it does.
    pub(crate) fn with_log(
        client: Option<&Self>,
        log: zerossl_log_fn,
        user_data: *mut c_void,
    ) -> Result<*mut Self> {
        let this = argument::object(client, "client")?;
        let log = callback::log(log, user_data).ok_or_else(|| argument::null("log"))?;
        Ok(pointer::hand_out(Self { client: this.client.logging_to(log) }))
    }

    /// Moves its calendar forwards.
    pub(crate) fn advance_clock(client: Option<&Self>, seconds: f64) -> Result<()> {
        let by = Duration::try_from_secs_f64(seconds).map_err(|error| Error::invalid("seconds", error))?;
        argument::object(client, "client")?.client.advance_clock(by)
    }
}

/// What a call needs. The arguments are checked in their order.
pub(crate) struct Call<'a> {
    pub(crate) client: &'a Client,
    pub(crate) operation: &'a str,
    pub(crate) parameters: Map<String, Value>,
}

impl<'a> Call<'a> {
    pub(crate) fn read(
        client: Option<&'a zerossl_client>,
        operation: &'a str,
        params_json: Option<&'a CStr>,
    ) -> Result<Self> {
        Self::with(client, operation, || object(params_json, "params_json"))
    }

    fn with(
        client: Option<&'a zerossl_client>,
        operation: &'a str,
        parameters: impl FnOnce() -> Result<Map<String, Value>>,
    ) -> Result<Self> {
        let read = || {
            let client = &argument::object(client, "client")?.client;
            Ok(Self { client, operation, parameters: parameters()? })
        };
        read().map_err(|error: Error| match OPERATIONS.iter().find(|known| known.name == operation) {
            Some(operation) => error.during(operation.name),
            None => error,
        })
    }

    pub(crate) fn start(self) -> Result<Op> {
        self.client.start(self.operation, self.parameters)
    }

    pub(crate) fn start_call(self) -> Result<Op> {
        self.client.start_call(self.operation, self.parameters)
    }
}

/// Runs an operation on the calling thread.
pub(crate) fn call(
    client: Option<&zerossl_client>,
    operation: &str,
    params_json: Option<&CStr>,
) -> Result<*mut c_char> {
    let call = Call::read(client, operation, params_json)?;
    string::hand_out(call.client.call(call.operation, call.parameters)?)
}

/// The same with documents.
pub(crate) fn call_doc(
    client: Option<&zerossl_client>,
    operation: &str,
    params: Option<&zerossl_doc>,
) -> Result<*mut zerossl_doc> {
    let parameters = || params.map_or_else(|| Ok(Map::new()), |params| params.parameters("params"));
    let call = Call::with(client, operation, parameters)?;
    document::hand_out(call.client.call(call.operation, call.parameters)?)
}

/// A JSON object; an error calls it by this name.
fn object(json: Option<&CStr>, name: &str) -> Result<Map<String, Value>> {
    argument::text(json, name)?.unwrap_or_default().into_object(name)
}
