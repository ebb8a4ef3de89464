//! A plain TCP connection, for what does not speak HTTP.

use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::failure::classify;
use super::resolver::CachingResolver;
use super::tcp::connect_any;
use super::watch::{self, Watch};
use crate::error::Result;

/// Connects to one host, with the same resolver and the same errors as for HTTP.
#[derive(Debug)]
pub(crate) struct Dialer {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Where the host comes from, for messages.
    pub(crate) setting: &'static str,
    pub(crate) connect_timeout: Duration,
    pub(crate) resolver: CachingResolver,
}

impl Dialer {
    pub(crate) fn connect(&self, mut watch: Watch) -> Result<TcpStream> {
        watch.connect_deadline = Some(Instant::now() + self.connect_timeout);
        let connect = || {
            let addresses = self.resolver.addresses(&self.host)?.into_iter();
            let addresses: Vec<_> = addresses.map(|address| SocketAddr::new(address, self.port)).collect();
            Ok(connect_any(&addresses)?)
        };
        let (outcome, watch) = watch::under(watch, connect);
        outcome.map_err(|error| {
            self.resolver.forget();
            classify(error, &watch, &format!("{}:{}", self.host, self.port), self.setting, None)
        })
    }
}
