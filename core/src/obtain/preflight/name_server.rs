//! One DNS server and the queries to it. Answers are not cached: a missing record may appear at any time.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::xfer::{DnsHandle, FirstAnswer, RetryDnsHandle};
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::{DnsRequestOptions, Query};
use hickory_resolver::proto::rr::{Name, Record, RecordType};
use hickory_resolver::{NameServerPool, PoolContext, TlsConfig};

/// Why there is no answer. The text continues after the server's name.
#[derive(Clone, Debug)]
pub(super) struct Failure(pub(super) String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
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
        let mut options = DnsRequestOptions::default();
        options.recursion_desired = self.recursive;
        let answer = self.pool.lookup(Query::query(name.clone(), kind), options).first_answer();
        match tokio::time::timeout(self.limit, answer).await {
            Ok(Ok(response)) => Ok(response.into_message().answers),
            Ok(Err(NetError::Dns(DnsError::NoRecordsFound(none)))) => {
                // A referral: the server is not responsible, so a missing record proves nothing.
                let refers = !self.recursive && none.ns.is_some() && none.soa.is_none();
                let elsewhere = || Failure("refers to other servers".to_owned());
                if refers { Err(elsewhere()) } else { Ok(Vec::new()) }
            }
            Ok(Err(error)) => Err(failure(&error)),
            Err(_) => Err(failure(&NetError::Timeout)),
        }
    }
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
