//! The table: `faults.json`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// What the file says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Each operation, and how it is called.
    pub operations: BTreeMap<String, Call>,
    /// Settings of the client for all faults.
    pub settings: Map<String, Value>,
    /// The saved request of an entry in the store of each call.
    pub store: Value,
    /// Every fault that this machine's network can have.
    pub faults: Vec<Fault>,
    /// Those of a resolver of one's own.
    pub resolver_faults: Vec<Fault>,
}

/// How an operation is called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// What may be done after its answer was lost.
    pub when_lost: WhenLost,
    /// How many time-outs it may take: one, or more for what makes several calls whatever became of the first.
    #[serde(default = "one")]
    pub calls: u32,
    /// How it ends where nothing is sent: `ok`, or a kind.
    #[serde(default)]
    pub ends: Option<String>,
    /// The case with its parameters.
    #[serde(default)]
    pub case: Option<String>,
    /// Its parameters, if no case has them. `@STORE@` is a folder of this call.
    #[serde(default)]
    pub parameters: Map<String, Value>,
}

fn one() -> u32 {
    1
}

/// What may be done after the answer of an operation was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenLost {
    /// It can be called again.
    Repeat,
    /// It must not be called again without a look: it sends mail, or makes something.
    Look,
    /// It has looked for its order itself.
    Order,
    /// It waits until its deadline, whatever passes by itself.
    Wait,
    /// Nothing is sent, so nothing is lost.
    Local,
}

/// One fault: how a server behaves, and what a client has to make of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Its name.
    pub name: String,
    /// What goes wrong, for the page.
    pub about: String,
    /// Who does it.
    #[serde(default)]
    pub by: Party,
    /// Where the client connects to.
    #[serde(default)]
    pub address: Address,
    /// The certificate of the server, if it speaks TLS.
    #[serde(default)]
    pub certificate: Option<Certificate>,
    /// What the server does with a connection, before it closes it.
    #[serde(default)]
    pub does: Vec<Step>,
    /// Settings of the client beyond those of all faults.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// The kind of the error.
    pub kind: String,
    /// Whether the request may have been carried out.
    pub is_sent: bool,
    /// Whether it is worth another try, if that does no harm.
    pub retryable: bool,
    /// Whether the message depends on what comes first: the end, or bytes that nobody reads.
    #[serde(default)]
    pub varies: bool,
    /// Texts in the message.
    #[serde(default)]
    pub says: Vec<String>,
    /// Operations that end in another way, and how: `ok`, or a kind.
    #[serde(default)]
    pub but: BTreeMap<String, String>,
}

/// Who is at fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// The service.
    #[default]
    Service,
    /// The proxy before it.
    Proxy,
}

/// Where a client connects to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Address {
    /// The server of this fault.
    #[default]
    Server,
    /// A port where nobody listens.
    Closed,
    /// A port whose queue is full: connecting hangs.
    Full,
    /// A name without an address.
    Unknown,
    /// A name that the resolver of these tests is asked for.
    Resolved,
}

/// The certificate of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certificate {
    /// By the CA of the settings.
    Good,
    /// It was valid, or the client's clock is ahead.
    Expired,
    /// It will be valid, or the client's clock is behind.
    NotYetValid,
    /// For another host.
    WrongName,
    /// By another CA.
    UnknownCa,
    /// By itself.
    SelfSigned,
    /// For clients, not for servers.
    WrongPurpose,
}

/// What a server does. A text is sent as bytes: U+0000 to U+00FF.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// Reads a request with its body.
    Read,
    /// Reads what comes first.
    ReadSome,
    /// Sends a text.
    Send(String),
    /// Sends a text again and again.
    Repeat(String),
    /// Sends a text so many times.
    Times(usize, String),
    /// Sends a text byte by byte, and again.
    Drip(String),
    /// Waits for the client to close.
    Hang,
    /// Resets the connection.
    Reset,
}

impl Table {
    /// The table of this folder.
    ///
    /// # Panics
    ///
    /// If the file is wrong.
    #[must_use]
    pub fn read() -> Self {
        serde_json::from_str(include_str!("../faults.json")).expect("faults.json")
    }
}
