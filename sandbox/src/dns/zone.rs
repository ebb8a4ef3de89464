//! The data of the built-in DNS server: the records that tests added, and the misbehaviour that they asked
//! for.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::rdata::{A, AAAA};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use serde::{Deserialize, Serialize};

use crate::address_book::AddressBook;
use crate::ring::Ring;

/// A record of the built-in DNS server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsRecord {
    /// The name. Case and a final dot do not matter.
    pub name: String,
    /// The type, such as `CNAME`, `CAA`, `A` or `TXT`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The value as in a zone file, such as `0 issue "sectigo.com"`.
    pub value: String,
}

/// How the built-in DNS server answers for a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DnsAnswer {
    /// With the records that it has.
    #[default]
    Normal,
    /// There is no such name.
    NxDomain,
    /// The server failed.
    ServFail,
    /// The server refuses to answer.
    Refused,
    /// With nothing: the query times out.
    Silence,
}

/// A query that reached the built-in DNS server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DnsQuestion {
    /// The name as in the query, without a final dot.
    pub name: String,
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
}

/// The server's answer to one query.
pub(super) struct Finding {
    pub(super) code: ResponseCode,
    pub(super) answers: Vec<Record>,
    pub(super) delay: Duration,
    pub(super) silent: bool,
}

#[derive(Clone, Copy, Default)]
struct Behaviour {
    answer: DnsAnswer,
    delay: Duration,
}

#[derive(Default)]
struct Contents {
    records: BTreeMap<String, Vec<(DnsRecord, RData)>>,
    behaviours: BTreeMap<String, Behaviour>,
    asked: Ring<DnsQuestion>,
}

pub(crate) struct Zone {
    contents: Mutex<Contents>,
    /// The address of names without an address record.
    book: Arc<Mutex<AddressBook>>,
}

/// How many queries the log keeps. The oldest are dropped first.
const LOG_SIZE: usize = 10_000;

/// Short, since tests change records.
const TTL: u32 = 1;

impl Zone {
    pub(crate) fn new(book: Arc<Mutex<AddressBook>>) -> Self {
        Self { contents: Mutex::default(), book }
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a record, or says what is wrong with it.
    pub(crate) fn add(&self, record: DnsRecord) -> Result<(), String> {
        let key = key(&record.name);
        Name::from_ascii(&key).map_err(|error| format!("the name {}: {error}", record.name))?;
        let kind = record.kind.to_ascii_uppercase();
        let type_ = RecordType::from_str(&kind).map_err(|_| format!("{kind} is no type of record"))?;
        let data = RData::try_from_str(type_, &absolute(type_, &record.value))
            .map_err(|error| format!("the value {}: {error}", record.value))?;
        let record = DnsRecord { name: key.clone(), kind, ..record };
        let mut contents = self.contents();
        let here = contents.records.entry(key).or_default();
        if !here.iter().any(|(known, _)| *known == record) {
            here.push((record, data));
        }
        Ok(())
    }

    /// Removes the records of a name, or those of one type; without a name all.
    pub(crate) fn remove(&self, name: Option<&str>, kind: Option<&str>) {
        let name = name.map(key);
        let mut contents = self.contents();
        for (at, records) in &mut contents.records {
            if name.as_ref().is_none_or(|name| name == at) {
                records
                    .retain(|(record, _)| kind.is_some_and(|kind| !kind.eq_ignore_ascii_case(&record.kind)));
            }
        }
        contents.records.retain(|_, records| !records.is_empty());
    }

    pub(crate) fn records(&self) -> Vec<DnsRecord> {
        let contents = self.contents();
        contents.records.values().flatten().map(|(record, _)| record.clone()).collect()
    }

    pub(crate) fn behave(&self, name: &str, answer: DnsAnswer, delay: Duration) {
        self.contents().behaviours.insert(key(name), Behaviour { answer, delay });
    }

    pub(crate) fn asked(&self) -> Vec<DnsQuestion> {
        self.contents().asked.all()
    }

    pub(crate) fn reset(&self) {
        *self.contents() = Contents::default();
    }

    /// Follows aliases to the end of the chain.
    pub(super) fn answer(&self, asked: &Name, kind: RecordType) -> Finding {
        /// As long as resolvers accept.
        const MAX_CHAIN: usize = 8;
        let mut contents = self.contents();
        let name = asked.to_ascii().trim_end_matches('.').to_owned();
        contents.asked.add(DnsQuestion { name, kind: kind.to_string() }, LOG_SIZE);
        let mut finding = Finding {
            code: ResponseCode::NoError,
            answers: Vec::new(),
            delay: Duration::ZERO,
            silent: false,
        };
        let mut name = asked.clone();
        for _ in 0..MAX_CHAIN {
            let key = key(&name.to_ascii());
            let behaviour = contents.behaviours.get(&key).copied().unwrap_or_default();
            finding.delay += behaviour.delay;
            match behaviour.answer {
                DnsAnswer::Normal => {}
                DnsAnswer::NxDomain => finding.code = ResponseCode::NXDomain,
                DnsAnswer::ServFail => finding.code = ResponseCode::ServFail,
                DnsAnswer::Refused => finding.code = ResponseCode::Refused,
                DnsAnswer::Silence => finding.silent = true,
            }
            if behaviour.answer != DnsAnswer::Normal {
                break;
            }
            let here = contents.records.get(&key).map(Vec::as_slice).unwrap_or_default();
            let add = |finding: &mut Finding, data: &RData| {
                finding.answers.push(Record::from_rdata(name.clone(), TTL, data.clone()));
            };
            let mut found = false;
            for (_, data) in here.iter().filter(|(_, data)| data.record_type() == kind) {
                add(&mut finding, data);
                found = true;
            }
            if found {
                break;
            }
            let alias = here.iter().find_map(|(_, data)| match data {
                RData::CNAME(target) => Some((data, target.0.clone())),
                _ => None,
            });
            if let Some((data, target)) = alias {
                add(&mut finding, data);
                name = target;
                continue;
            }
            if let Some(data) = self.default_address(&key, kind) {
                add(&mut finding, &data);
            } else if !contents.exists(&key) {
                finding.code = ResponseCode::NXDomain;
            }
            break;
        }
        finding
    }

    /// The default address of a name without records.
    fn default_address(&self, key: &str, kind: RecordType) -> Option<RData> {
        if key.starts_with('_') {
            return None;
        }
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        match (book.find(key, false).ip(), kind) {
            (IpAddr::V4(address), RecordType::A) => Some(RData::A(A(address))),
            (IpAddr::V6(address), RecordType::AAAA) => Some(RData::AAAA(AAAA(address))),
            _ => None,
        }
    }
}

impl Contents {
    /// Whether a name exists. All ordinary names do. A name that begins with an underscore exists only if it,
    /// or a name below it, has records.
    fn exists(&self, key: &str) -> bool {
        let below = format!(".{key}");
        !key.starts_with('_') || self.records.keys().any(|name| name == key || name.ends_with(&below))
    }
}

/// A name in the form of the lookup key.
fn key(name: &str) -> String {
    name.trim().trim_end_matches('.').to_ascii_lowercase()
}

/// Every name is absolute: there is no zone that a name could be relative to.
fn absolute(kind: RecordType, value: &str) -> String {
    let names = matches!(kind, RecordType::CNAME | RecordType::NS | RecordType::PTR | RecordType::MX);
    if names && !value.ends_with('.') { format!("{value}.") } else { value.to_owned() }
}
