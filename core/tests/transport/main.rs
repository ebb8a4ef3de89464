//! The connection to the service: addresses, time limits, trust.

mod settings;
#[path = "../support/mod.rs"]
mod support;
mod way;

use zerossl::{Client, ClientBuilder};

fn builder_for(base_url: &str) -> ClientBuilder {
    Client::builder().access_key("k").base_url(base_url)
}
