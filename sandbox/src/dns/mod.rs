//! DNS: a server that tests fill, and the questions that validation asks.

mod ask;
mod server;
mod zone;

pub(crate) use ask::{Asker, Failure};
pub(crate) use server::Sockets;
pub(crate) use zone::Zone;
pub use zone::{DnsAnswer, DnsQuestion, DnsRecord};
