//! DNS: a server with records from tests, and the queries of the validation.

mod ask;
mod server;
mod zone;

pub(crate) use ask::{Asker, Failure};
pub(crate) use server::Sockets;
pub(crate) use zone::Zone;
pub use zone::{DnsAnswer, DnsQuestion, DnsRecord};
