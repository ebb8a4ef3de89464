//! Typed records of a shared store: each says what it is, and is sealed if the store is.
//!
//! ```text
//! {"format": 1, "store": "0f3a…", "kind": "entry", "name": "example.com", "revision": 7, "write": "9c41…",
//!  "content": {…}}                                    or, sealed: "sealed": {"key": "…", "nonce": "…", "text": "…"}
//! ```
//!
//! The revision grows by one with each write, and is bound into the seal together with the store, the kind and the name:
//! a record cannot be passed off as another one. `write` is different in each write. So after a lost answer it can be told
//! whether the write was carried out.

use std::sync::{Arc, OnceLock};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::seal::{Seal, Sealed};
use super::{Fetched, Ledger, Swap, Version};
use crate::error::{Error, Kind, Result};
use crate::limits::Limits;

const FORMAT: u32 = 1;
const HEADER: &str = "store.json";
const SUFFIX: &str = ".json";

/// What a record is about. Each kind has its own folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Entry,
    Challenge,
    Account,
}

impl Of {
    const fn word(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Challenge => "challenge",
            Self::Account => "account",
        }
    }

    const fn folder(self) -> &'static str {
        match self {
            Self::Entry => "entries/",
            Self::Challenge => "challenges/",
            Self::Account => "account/",
        }
    }
}

/// The state of a record that was read or written. The next write replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct At {
    pub(crate) version: Version,
    pub(crate) revision: u64,
}

/// The answer of [`Records::read`].
#[derive(Debug)]
pub(crate) enum Read<T> {
    Absent,
    /// It is what the caller knows.
    Unchanged,
    Found(T, At),
}

/// A shared store.
#[derive(Debug)]
pub(crate) struct Records {
    ledger: Arc<dyn Ledger>,
    seal: Seal,
    /// The store's id, once it is known.
    id: OnceLock<String>,
}

/// What a store is. Written once, when it is made.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: u32,
    store: String,
    sealed: bool,
}

/// A record as it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Envelope {
    format: u32,
    store: String,
    kind: String,
    name: String,
    revision: u64,
    write: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<Sealed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<Box<RawValue>>,
}

impl Records {
    pub(crate) fn new(ledger: Arc<dyn Ledger>, seal: Seal) -> Self {
        Self { ledger, seal, id: OnceLock::new() }
    }

    pub(crate) fn is_sealed(&self) -> bool {
        self.seal.is_sealing()
    }

    /// Where a record is, for messages.
    pub(crate) fn place(&self, of: Of, name: &str) -> String {
        self.ledger.place(&file(of, name))
    }

    /// The store's id. A store that is empty is made.
    pub(crate) fn id(&self, limits: &dyn Limits) -> Result<&str> {
        if let Some(id) = self.id.get() {
            return Ok(id);
        }
        let header = match self.header(limits)? {
            Some(header) => header,
            None => {
                let header = Header { format: FORMAT, store: random()?, sealed: self.is_sealed() };
                // Whoever was first has made it, and an answer may be lost. So it is read in any case.
                let made = self.ledger.put_if(limits, HEADER, &json(&header)?, None);
                match (self.header(limits)?, made) {
                    (Some(header), _) => header,
                    (None, Err(error)) => return Err(error),
                    (None, Ok(_)) => {
                        return Err(self.damaged(HEADER, "it was removed while the store was made"));
                    }
                }
            }
        };
        if header.sealed != self.is_sealed() {
            return Err(self.is_other(header.sealed));
        }
        Ok(self.id.get_or_init(|| header.store))
    }

    fn header(&self, limits: &dyn Limits) -> Result<Option<Header>> {
        let Fetched::Record { content, .. } = self.ledger.get(limits, HEADER, None)? else {
            return Ok(None);
        };
        self.check_format(HEADER, &content)?;
        self.parse(HEADER, &content).map(Some)
    }

    fn is_other(&self, sealed: bool) -> Error {
        let place = self.ledger.place(HEADER);
        if sealed {
            let why = format!("the store is sealed ({place}); give the key that it was made with");
            return Error::invalid("seal_key", why);
        }
        let why = format!(
            "the store was made without a seal, and that cannot be changed ({place}); give no seal key and `sealed` false, \
             or make another store"
        );
        Error::invalid("sealed", why)
    }

    /// A record, unless it is still what the caller knows.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        limits: &dyn Limits,
        of: Of,
        name: &str,
        knows: Option<&Version>,
    ) -> Result<Read<T>> {
        Ok(match self.envelope(limits, of, name, knows)? {
            Read::Absent => Read::Absent,
            Read::Unchanged => Read::Unchanged,
            Read::Found(envelope, at) => Read::Found(self.open(&envelope, &file(of, name))?, at),
        })
    }

    /// Seals a record with the key of today, if it has an older one and nobody works on it. Another state that is there
    /// meanwhile is sealed with it already.
    pub(crate) fn seal_anew<T: DeserializeOwned + Serialize>(
        &self,
        limits: &dyn Limits,
        of: Of,
        name: &str,
        is_at_rest: impl FnOnce(&T) -> bool,
    ) -> Result<()> {
        if let Read::Found(envelope, at) = self.envelope(limits, of, name, None)?
            && envelope.sealed.as_ref().is_some_and(|sealed| self.seal.is_outdated(sealed))
        {
            let content = self.open(&envelope, &file(of, name))?;
            if is_at_rest(&content) {
                self.swap(limits, of, name, &content, Some(&at))?;
            }
        }
        Ok(())
    }

    fn envelope(
        &self,
        limits: &dyn Limits,
        of: Of,
        name: &str,
        knows: Option<&Version>,
    ) -> Result<Read<Envelope>> {
        let store = self.id(limits)?;
        let file = file(of, name);
        let (content, version) = match self.ledger.get(limits, &file, knows)? {
            Fetched::Absent => return Ok(Read::Absent),
            Fetched::Unchanged => return Ok(Read::Unchanged),
            Fetched::Record { content, version } => (Zeroizing::new(content), version),
        };
        let envelope: Envelope = self
            .parse(&file, &content)
            .or_else(|error| self.check_format(&file, &content).and(Err(error)))?;
        if envelope.format != FORMAT {
            self.check_format(&file, &content)?;
        }
        if envelope.store != store || envelope.kind != of.word() || envelope.name != name {
            return Err(self.damaged(&file, "it belongs to another place, or to another store"));
        }
        let at = At { version, revision: envelope.revision };
        Ok(Read::Found(envelope, at))
    }

    fn open<T: DeserializeOwned>(&self, envelope: &Envelope, file: &str) -> Result<T> {
        let content = match (&envelope.sealed, &envelope.content) {
            (Some(sealed), None) if self.is_sealed() => {
                self.seal.open(&about(envelope), sealed).map_err(|why| self.damaged(file, &why))?
            }
            (None, Some(content)) if !self.is_sealed() => Zeroizing::new(content.get().as_bytes().to_vec()),
            _ => {
                return Err(self.damaged(file, "it is sealed where the store is not, or the other way round"));
            }
        };
        self.parse(file, &content)
    }

    /// Writes a record in the place of the state that the caller has seen. None if another state is there.
    pub(crate) fn swap<T: Serialize>(
        &self,
        limits: &dyn Limits,
        of: Of,
        name: &str,
        content: &T,
        replaces: Option<&At>,
    ) -> Result<Option<At>> {
        let mut envelope = Envelope {
            format: FORMAT,
            store: self.id(limits)?.to_owned(),
            kind: of.word().to_owned(),
            name: name.to_owned(),
            revision: replaces.map_or(0, |at| at.revision) + 1,
            write: random()?,
            sealed: None,
            content: None,
        };
        let content = json(content)?;
        if self.is_sealed() {
            envelope.sealed = Some(self.seal.close(&about(&envelope), &content)?);
        } else {
            let text =
                std::str::from_utf8(&content).map(str::to_owned).map_err(|error| without_form(&error))?;
            envelope.content = Some(RawValue::from_string(text).map_err(|error| without_form(&error))?);
        }
        let file = file(of, name);
        let whole = json(&envelope)?;
        let outcome = self.ledger.put_if(limits, &file, &whole, replaces.map(|at| &at.version));
        let error = match outcome {
            Ok(Swap::Done(version)) => return Ok(Some(At { version, revision: envelope.revision })),
            Ok(Swap::Refused) => None,
            Err(error) if error.kind() == Kind::Cancelled => return Err(error),
            Err(error) => Some(error),
        };
        // It may be ours all the same: an answer was lost, here or in a retry on the way.
        match self.ledger.get(limits, &file, None) {
            Ok(Fetched::Record { content, version }) => {
                let content = Zeroizing::new(content);
                let found: Envelope = self.parse(&file, &content)?;
                if found.write == envelope.write {
                    return Ok(Some(At { version, revision: envelope.revision }));
                }
                match (error, replaces) {
                    // It was not carried out, and still could be.
                    (Some(error), Some(at)) if at.version == version => Err(error),
                    _ => Ok(None),
                }
            }
            Ok(_) => error.map_or(Ok(None), Err),
            Err(other) => Err(error.unwrap_or(other)),
        }
    }

    /// The names of all records of a kind, with what they were when they were listed.
    pub(crate) fn list(&self, limits: &dyn Limits, of: Of) -> Result<Vec<(String, Version)>> {
        self.id(limits)?;
        let mut found = self.ledger.list(limits, of.folder())?;
        found.retain_mut(|(file, _)| match name(of, file) {
            Some(name) => {
                *file = name;
                true
            }
            None => false,
        });
        Ok(found)
    }

    pub(crate) fn delete(&self, limits: &dyn Limits, of: Of, name: &str) -> Result<()> {
        self.ledger.delete(limits, &file(of, name))
    }

    fn parse<T: DeserializeOwned>(&self, file: &str, content: &[u8]) -> Result<T> {
        serde_json::from_slice(content).map_err(|error| {
            // serde's message may quote the content.
            let (line, column) = (error.line(), error.column());
            self.damaged(file, &format!("it is not what this library writes (line {line}, column {column})"))
        })
    }

    fn check_format(&self, file: &str, content: &[u8]) -> Result<()> {
        let any: Value = self.parse(file, content)?;
        match any.get("format").and_then(Value::as_u64) {
            Some(format) if format > u64::from(FORMAT) => {
                Err(self.damaged(file, &format!("it is of format {format}, made by a newer library")))
            }
            _ => Ok(()),
        }
    }

    fn damaged(&self, file: &str, why: &str) -> Error {
        let place = self.ledger.place(file);
        Error::storage(&place, format!("the record cannot be used: {why}"))
    }
}

fn about(envelope: &Envelope) -> String {
    let Envelope { store, kind, name, revision, .. } = envelope;
    // No name has this character.
    [store, kind, name, &revision.to_string()].map(String::as_str).join("\0")
}

fn file(of: Of, name: &str) -> String {
    [of.folder(), name, SUFFIX].concat()
}

fn name(of: Of, file: &str) -> Option<String> {
    file.strip_prefix(of.folder())?.strip_suffix(SUFFIX).filter(|name| is_plain(name)).map(str::to_owned)
}

/// Whether an entry may have this name, here and in a store. Others would lead out of the folder of a host.
pub(crate) fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && !name.chars().any(|character| character.is_control() || matches!(character, '/' | '\\'))
}

/// 32 characters that nobody else has.
pub(crate) fn random() -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::new(Kind::Internal, format!("the system gives no random bytes ({error})")))?;
    Ok(crate::digest::hex(&bytes))
}

fn json<T: Serialize>(value: &T) -> Result<Zeroizing<Vec<u8>>> {
    serde_json::to_vec(value).map(Zeroizing::new).map_err(|error| without_form(&error))
}

fn without_form(error: &dyn std::fmt::Display) -> Error {
    Error::new(Kind::Internal, format!("a record has no JSON form: {error}"))
}

#[cfg(test)]
mod tests;
