//! Faults and quirks as JSON: an operation, a count, and what happens.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::fault::{Fault, Faults, When};
use crate::quirk::{Effect, Quirk};
use crate::refusal::Refusal;
use crate::reply::{Body, Reply, WireFault};
use crate::settings::seconds;
use crate::spelling::Spelling;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewFault {
    operation: Option<String>,
    #[serde(default)]
    times: Times,
    #[serde(deserialize_with = "with_or_without_members")]
    effect: Script,
}

/// How many calls: a number, or `"always"`.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Times {
    Number(usize),
    Word(Word),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Always,
}

impl Default for Times {
    fn default() -> Self {
        Self::Number(1)
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Moment {
    Before,
    After,
}

impl From<Moment> for When {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::Before => Self::Before,
            Moment::After => Self::After,
        }
    }
}

fn before() -> Moment {
    Moment::Before
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Script {
    Reply {
        status: u16,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        json: Option<Value>,
        text: Option<String>,
        base64: Option<String>,
        #[serde(default, with = "seconds", rename = "delay_seconds")]
        delay: Duration,
        #[serde(default = "before")]
        when: Moment,
    },
    Refuse {
        code: i64,
        #[serde(rename = "type")]
        kind: Option<String>,
        status: Option<u16>,
        #[serde(default = "before")]
        when: Moment,
    },
    Page {
        status: u16,
        #[serde(default = "before")]
        when: Moment,
    },
    TooManyRequests {
        #[serde(default = "one_second")]
        retry_after: String,
    },
    RateLimit {
        #[serde(default = "one_second")]
        retry_after: String,
        #[serde(default = "rate_limit", rename = "type")]
        kind: String,
    },
    Reset {
        #[serde(default = "before")]
        when: Moment,
    },
    Hang {
        #[serde(default = "before")]
        when: Moment,
    },
    Truncate {},
    Drip {
        #[serde(default = "drip", with = "seconds", rename = "every_seconds")]
        every: Duration,
    },
    Slow {
        #[serde(with = "seconds")]
        seconds: Duration,
    },
    Late {
        #[serde(with = "seconds")]
        seconds: Duration,
        status: Option<u16>,
    },
    Lag {
        #[serde(with = "seconds")]
        seconds: Duration,
    },
    FailAndGoOn {},
    Stall {},
    ForeignHashes {},
    NullExpires {},
    EmptyValidation {},
    WrongTypes {},
    SpellNames {
        spelling: Spelling,
    },
    SpellValues {
        spelling: Spelling,
    },
    WithApex {
        #[serde(default)]
        validation: bool,
    },
}

fn one_second() -> String {
    "1".to_owned()
}

fn rate_limit() -> String {
    "rate_limit_exceeded".to_owned()
}

fn drip() -> Duration {
    Duration::from_millis(10)
}

/// `"reset"` is short for `{"reset": {}}`.
fn with_or_without_members<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Script, D::Error> {
    let value = match Value::deserialize(deserializer)? {
        Value::String(name) => json!({name: {}}),
        value => value,
    };
    serde_json::from_value(value).map_err(serde::de::Error::custom)
}

enum Misbehaviour {
    Fault(When, Reply),
    Quirk(Effect),
}

impl NewFault {
    pub(super) fn add_to(self, faults: &Faults) -> io::Result<()> {
        let times = match self.times {
            Times::Number(number) => number,
            Times::Word(Word::Always) => usize::MAX,
        };
        let bad = |text: String| io::Error::new(io::ErrorKind::InvalidInput, text);
        match self.effect.make().map_err(bad)? {
            Misbehaviour::Fault(when, reply) => {
                faults.add(Fault { operation: self.operation, times, when, reply })
            }
            Misbehaviour::Quirk(effect) => {
                faults.add_quirk(Quirk { operation: self.operation, times, effect })
            }
        }
    }
}

impl Script {
    fn make(self) -> Result<Misbehaviour, String> {
        let real = || Reply::new(200, Body::AsIs);
        let broken = |fault| Misbehaviour::Fault(When::After, Reply::broken(fault));
        Ok(match self {
            Self::Reply { status, headers, json, text, base64, delay, when } => {
                let body = match (json, text, base64) {
                    (Some(json), None, None) => Body::Json(json),
                    (None, Some(text), None) => Body::Text(text),
                    (None, None, Some(base64)) => {
                        Body::Bytes(STANDARD.decode(base64).map_err(|error| format!("base64: {error}"))?)
                    }
                    (None, None, None) => Body::Bytes(Vec::new()),
                    _ => return Err("more than one of json, text and base64".to_owned()),
                };
                let mut reply = Reply::new(status, body).with_delay(delay);
                reply.headers.extend(headers);
                Misbehaviour::Fault(when.into(), reply)
            }
            Self::Refuse { code, kind, status, when } => {
                let refusal =
                    Refusal::known(code, kind.as_deref()).ok_or(format!("there is no code {code}"))?;
                let mut reply = Reply::from(refusal);
                reply.status = status.unwrap_or(reply.status);
                Misbehaviour::Fault(when.into(), reply)
            }
            Self::Page { status, when } => Misbehaviour::Fault(when.into(), Reply::page(status)),
            Self::TooManyRequests { retry_after } => {
                Misbehaviour::Fault(When::Before, Reply::too_many_requests(retry_after))
            }
            Self::RateLimit { retry_after, kind } if kind.starts_with("rate_limit") => {
                Misbehaviour::Fault(When::Before, Reply::rate_limited(&kind, retry_after))
            }
            Self::RateLimit { kind, .. } => {
                return Err(format!("the type {kind} does not begin with rate_limit"));
            }
            Self::Reset { when } => Misbehaviour::Fault(when.into(), Reply::broken(WireFault::Reset)),
            Self::Hang { when } => Misbehaviour::Fault(when.into(), Reply::broken(WireFault::Hang)),
            Self::Truncate {} => broken(WireFault::Truncate),
            Self::Drip { every } => broken(WireFault::Drip { every }),
            Self::Slow { seconds } => Misbehaviour::Fault(When::After, real().with_delay(seconds)),
            Self::Late { seconds, status } => {
                let reply = status.map_or_else(|| Reply::broken(WireFault::Hang), Reply::page);
                Misbehaviour::Fault(When::Late { by: seconds }, reply)
            }
            Self::Lag { seconds } => Misbehaviour::Quirk(Effect::Lag { seconds }),
            Self::FailAndGoOn {} => Misbehaviour::Quirk(Effect::FailAndGoOn),
            Self::Stall {} => Misbehaviour::Quirk(Effect::Stall),
            Self::ForeignHashes {} => Misbehaviour::Quirk(Effect::ForeignHashes),
            Self::NullExpires {} => Misbehaviour::Quirk(Effect::NullExpires),
            Self::EmptyValidation {} => Misbehaviour::Quirk(Effect::EmptyValidation),
            Self::WrongTypes {} => Misbehaviour::Quirk(Effect::WrongTypes),
            Self::SpellNames { spelling } => Misbehaviour::Quirk(Effect::SpellNames { spelling }),
            Self::SpellValues { spelling } => Misbehaviour::Quirk(Effect::SpellValues { spelling }),
            Self::WithApex { validation } => Misbehaviour::Quirk(Effect::WithApex { validation }),
        })
    }
}

/// The faults and quirks that are still active.
pub(super) fn list(faults: &Faults) -> Value {
    let (faults, quirks) = faults.all();
    let times = |times: usize| if times == usize::MAX { json!("always") } else { json!(times) };
    let fault = |fault: Fault| {
        json!({
            "operation": fault.operation,
            "times": times(fault.times),
            "when": fault.when,
            "status": fault.reply.status,
            "wire": fault.reply.fault.map(|fault| format!("{fault:?}")),
        })
    };
    let quirk = |quirk: Quirk| {
        json!({
            "operation": quirk.operation, "times": times(quirk.times), "effect": quirk.effect
        })
    };
    json!({
        "faults": faults.into_iter().map(fault).collect::<Vec<_>>(),
        "quirks": quirks.into_iter().map(quirk).collect::<Vec<_>>(),
    })
}
