//! The way to the service: where it leads, how long it may take, whom it believes.

mod settings;
#[path = "../support/mod.rs"]
mod support;
mod way;

use zerossl::{Client, ClientBuilder};

fn builder_for(base_url: &str) -> ClientBuilder {
    Client::builder().access_key("k").base_url(base_url)
}
