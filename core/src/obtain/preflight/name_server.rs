//! One DNS server and the queries to it. Answers are not cached: a missing record may appear at any time.

use std::fmt;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use hickory_proto::op::{Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::question::Question;
use super::reactor::Reactor;

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
    reactor: Rc<Reactor>,
    addresses: Vec<SocketAddr>,
    /// Whether the server may ask others. An authoritative server answers from its own data.
    recursive: bool,
    timeout: Duration,
}

impl NameServer {
    pub(super) fn new(
        reactor: &Rc<Reactor>,
        name: String,
        addresses: Vec<SocketAddr>,
        recursive: bool,
        timeout: Duration,
    ) -> Self {
        Self { name, reactor: Rc::clone(reactor), addresses, recursive, timeout }
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
        let question = Question::new(Query::query(name.clone(), kind), self.recursive);
        let question = question.map_err(|error| failure(&error))?;
        let start = Instant::now();
        let answers = (0..).zip(&self.addresses).map(|(index, address)| {
            let question = &question;
            async move {
                self.reactor.sleep_until(start + NEXT_AFTER * index).await;
                self.ask_at(question, *address).await
            }
        });
        let unreachable = || Failure("cannot be reached".to_owned());
        let message = first(answers).await.unwrap_or_else(|| Err(unreachable()))?;
        if !message.answers.is_empty() {
            return Ok(Reply::Records(message.answers));
        }
        let exists = message.metadata.response_code != ResponseCode::NXDomain;
        let refers = !self.recursive
            && message.authorities.iter().all(|record| record.record_type() != RecordType::SOA);
        let delegation = refers.then(|| delegation(&message.authorities)).flatten();
        Ok(delegation.map_or(Reply::Nothing { exists }, Reply::Delegated))
    }

    /// What one address answers, if that says something about the name.
    async fn ask_at(&self, question: &Question, address: SocketAddr) -> Result<Message, Failure> {
        /// Datagrams get lost.
        const TRIES: u32 = 2;
        for _ in 0..TRIES {
            let answer = question.ask(&self.reactor, address);
            match self.reactor.timeout_at(Instant::now() + self.timeout, answer).await {
                None => {}
                Some(Err(error)) => return Err(failure(&error)),
                Some(Ok(message)) => {
                    return match message.metadata.response_code {
                        ResponseCode::NoError | ResponseCode::NXDomain => Ok(message),
                        // By its mnemonic, such as SERVFAIL.
                        code => Err(Failure(format!("answered {}", format!("{code:?}").to_uppercase()))),
                    };
                }
            }
        }
        Err(Failure("gave no answer in time".to_owned()))
    }
}

/// How long one address is waited for alone, before the next one is asked, too.
const NEXT_AFTER: Duration = Duration::from_millis(300);

/// The first result that is none of a failure, or the first failure. None without work.
async fn first<T>(
    work: impl Iterator<Item: Future<Output = Result<T, Failure>>>,
) -> Option<Result<T, Failure>> {
    let mut tasks: Vec<Pin<Box<_>>> = work.map(Box::pin).collect();
    let mut failed = None;
    poll_fn(|context| {
        let mut index = 0;
        while let Some(task) = tasks.get_mut(index) {
            match task.as_mut().poll(context) {
                Poll::Pending => index += 1,
                Poll::Ready(Ok(result)) => return Poll::Ready(Some(Ok(result))),
                Poll::Ready(Err(failure)) => {
                    drop(tasks.remove(index));
                    failed.get_or_insert(failure);
                }
            }
        }
        if tasks.is_empty() { Poll::Ready(failed.take().map(Err)) } else { Poll::Pending }
    })
    .await
}

fn delegation(authorities: &[Record]) -> Option<Delegation> {
    let referral = authorities.iter().filter_map(|record| match &record.data {
        RData::NS(server) => Some((&record.name, &server.0)),
        _ => None,
    });
    let zone = referral.clone().next()?.0.clone();
    let servers = referral.map(|(_, server)| server.clone()).take(MAX_SERVERS).collect();
    Some(Delegation { zone, servers })
}

/// For fuzzers: reads an answer to any question.
#[cfg(fuzzing)]
pub(super) fn read_any(data: &[u8]) {
    if let Ok(message) = super::question::read_any(data) {
        let found = delegation(&message.authorities);
        assert!(found.is_none_or(|found| found.servers.len() <= MAX_SERVERS));
    }
}

fn failure(error: &io::Error) -> Failure {
    Failure(match error.kind() {
        ErrorKind::InvalidData => "gave no usable answer".to_owned(),
        kind => format!("cannot be reached ({kind})"),
    })
}
