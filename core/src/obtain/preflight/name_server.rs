//! One DNS server and the queries to it. Answers are not cached: a missing record may appear at any time.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::xfer::{DnsHandle, FirstAnswer, RetryDnsHandle};
use hickory_resolver::net::{DnsError, ForwardNSData, NetError};
use hickory_resolver::proto::op::{DnsRequestOptions, Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use hickory_resolver::{NameServerPool, PoolContext, TlsConfig};

/// As many servers of a zone are asked. An answer of a hostile server could name thousands.
pub(super) const MAX_SERVERS: usize = 16;

/// Why there is no answer. The text continues after the server's name.
#[derive(Clone, Debug)]
pub(super) struct Failure(pub(super) String);

impl Failure {
    pub(super) fn elsewhere() -> Self {
        Self("refers to other servers".to_owned())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a server says about a name and a type of records.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// The aliases that lead to the records may come first.
    Records(Vec<Record>),
    /// The name does not exist, or has no record of this type.
    Nothing { exists: bool },
    /// The server is not responsible: it has delegated a zone.
    Delegated(Delegation),
}

/// A zone, and the names of its servers.
#[derive(Clone, Debug)]
pub(super) struct Delegation {
    pub(super) zone: Name,
    pub(super) servers: Vec<Name>,
}

/// One server with all its addresses, or all servers of the system.
pub(super) struct NameServer {
    /// The name for messages.
    pub(super) name: String,
    pool: RetryDnsHandle<NameServerPool<TokioRuntimeProvider>>,
    /// Whether the server may ask others. An authoritative server answers from its own data.
    recursive: bool,
    limit: Duration,
}

impl NameServer {
    pub(super) fn new(
        name: String,
        addresses: &[SocketAddr],
        recursive: bool,
        timeout: Duration,
    ) -> Result<Self, Failure> {
        /// After the first one.
        const MORE_TRIES: u8 = 1;
        let mut options = ResolverOpts::default();
        options.timeout = timeout;
        let tls = TlsConfig::new().map_err(|error| failure(&error))?;
        let context = Arc::new(PoolContext::new(options, tls));
        let servers = addresses.iter().map(|address| {
            let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
            for connection in &mut connections {
                connection.port = address.port();
            }
            NameServerConfig::new(address.ip(), true, connections)
        });
        let pool = NameServerPool::from_config(servers, context, TokioRuntimeProvider::default());
        Ok(Self {
            name,
            pool: RetryDnsHandle::new(pool, MORE_TRIES.into()),
            recursive,
            limit: timeout * (1 + u32::from(MORE_TRIES)),
        })
    }

    /// The answer's records. Empty if the name does not exist or has no record of this type. The aliases that lead to
    /// the records may come first.
    pub(super) async fn ask(&self, name: &Name, kind: RecordType) -> Result<Vec<Record>, Failure> {
        match self.reply(name, kind).await? {
            Reply::Records(records) => Ok(records),
            Reply::Nothing { .. } => Ok(Vec::new()),
            // A missing record proves nothing.
            Reply::Delegated(_) => Err(Failure::elsewhere()),
        }
    }

    pub(super) async fn reply(&self, name: &Name, kind: RecordType) -> Result<Reply, Failure> {
        let mut options = DnsRequestOptions::default();
        options.recursion_desired = self.recursive;
        let answer = self.pool.lookup(Query::query(name.clone(), kind), options).first_answer();
        match tokio::time::timeout(self.limit, answer).await {
            Ok(Ok(response)) => Ok(Reply::Records(response.into_message().answers)),
            Ok(Err(NetError::Dns(DnsError::NoRecordsFound(none)))) => {
                let refers = !self.recursive && none.soa.is_none();
                let delegation = none.ns.as_deref().filter(|_| refers).and_then(delegation);
                let exists = none.response_code != ResponseCode::NXDomain;
                Ok(delegation.map_or(Reply::Nothing { exists }, Reply::Delegated))
            }
            Ok(Err(error)) => Err(failure(&error)),
            Err(_) => Err(failure(&NetError::Timeout)),
        }
    }
}

fn delegation(referral: &[ForwardNSData]) -> Option<Delegation> {
    let zone = referral.first()?.ns.name.clone();
    let servers = referral.iter().filter_map(|one| match &one.ns.data {
        RData::NS(server) => Some(server.0.clone()),
        _ => None,
    });
    let servers: Vec<_> = servers.take(MAX_SERVERS).collect();
    (!servers.is_empty()).then_some(Delegation { zone, servers })
}

fn failure(error: &NetError) -> Failure {
    Failure(match error {
        NetError::Timeout => "gave no answer in time".to_owned(),
        // By its mnemonic, such as SERVFAIL.
        NetError::Dns(DnsError::ResponseCode(code)) => {
            format!("answered {}", format!("{code:?}").to_uppercase())
        }
        NetError::Io(error) => format!("cannot be reached ({})", error.kind()),
        NetError::NoConnections => "cannot be reached".to_owned(),
        _ => "gave no usable answer".to_owned(),
    })
}
