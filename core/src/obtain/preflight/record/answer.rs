//! What the servers say about a record.

use std::fmt;
use std::net::IpAddr;

use hickory_proto::rr::Name;

use crate::obtain::preflight::dns::shown;
use crate::obtain::preflight::name_server::{Delegation, Failure};

/// The answer of a server.
#[derive(Clone, Debug)]
pub(super) enum ServerAnswer {
    Right,
    Nothing {
        /// Whether the name exists.
        exists: bool,
    },
    /// Addresses instead of the record: the DNS provider flattens or proxies it.
    Addresses(Vec<IpAddr>),
    Other(Alias),
    /// The servers of another zone have the record.
    Delegated(Delegation),
    Unknown(Failure),
}

/// A record that points elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Alias {
    pub(super) to: Name,
    /// The owner of the DNAME record that it comes from.
    pub(super) dname: Option<Name>,
    /// Whether more records lead from there to the target.
    pub(super) leads_to_target: bool,
}

/// The answer of each server, by the server's name.
pub(super) struct ServerAnswers {
    /// None if one server is asked for everything.
    pub(super) zone: Option<Name>,
    pub(super) by_server: Vec<(String, ServerAnswer)>,
}

/// Follows the server's name.
impl fmt::Display for ServerAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right => f.write_str("has it"),
            Self::Nothing { exists: true } => f.write_str("has no CNAME record"),
            Self::Nothing { exists: false } => f.write_str("has no CNAME record (NXDOMAIN)"),
            Self::Addresses(found) => {
                let found: Vec<_> = found.iter().map(ToString::to_string).collect();
                write!(f, "has no CNAME record and answers with an address ({})", found.join(", "))
            }
            Self::Other(Alias { to, dname, leads_to_target }) => {
                write!(f, "points to {}", shown(to))?;
                if let Some(owner) = dname {
                    write!(f, ", by the DNAME record of {}", shown(owner))?;
                }
                if *leads_to_target { f.write_str(", and that leads to the target") } else { Ok(()) }
            }
            Self::Delegated(_) => Failure::elsewhere().fmt(f),
            Self::Unknown(failure) => failure.fmt(f),
        }
    }
}
