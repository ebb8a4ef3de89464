//! All servers, and what a client is told for each fault.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Map, Value, json};
use socket2::Socket;
use tempfile::TempDir;

use crate::certificates::Authorities;
use crate::resolver::{self, with_resolver};
use crate::server;
use crate::table::{Address, Call, Fault, Party, Table};

/// The access key of all calls. It must not be shown.
pub(crate) const ACCESS_KEY: &str = "faults-access-key";
/// The password at all proxies. It must not be shown.
pub(crate) const PASSWORD: &str = "faults-password";
/// The host behind the proxies.
const BEHIND: &str = "https://api.example.com";

/// The running servers. They end with the program.
#[derive(Debug)]
pub struct Stand {
    /// Each operation, with its parameters.
    pub operations: BTreeMap<String, Call>,
    /// Each fault, with its server.
    pub faults: Vec<Running>,
    store: Value,
    _files: TempDir,
    _guards: Vec<Socket>,
}

/// A fault with its server.
#[derive(Debug)]
pub struct Running {
    /// What the table says.
    pub fault: Fault,
    /// The client's settings.
    pub settings: Map<String, Value>,
    /// The host and port at fault.
    pub(crate) place: String,
}

impl Stand {
    /// Starts a server for each fault of the network; in a namespace for it, the one for those of the resolver.
    pub fn start(table: Table) -> io::Result<Self> {
        let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases");
        let authorities = Authorities::new();
        let files = tempfile::tempdir()?;
        let root = files.path().join("root.pem");
        fs::write(&root, authorities.root_pem())?;
        let (full, mut guards) = server::full()?;
        let (closed, guard) = server::closed()?;
        guards.push(guard);
        let mut operations = table.operations;
        for (name, call) in &mut operations {
            if let Some(case) = &call.case {
                call.parameters = parameters(&cases.join(name).join(case).with_extension("json"))?;
            }
        }
        let mut faults = Vec::new();
        let of_table = if with_resolver() {
            resolver::start()?;
            table.resolver_faults
        } else {
            table.faults
        };
        for mut fault in of_table {
            let tls = fault.certificate.map(|certificate| authorities.server(certificate));
            let place = match fault.address {
                Address::Server => server::start(std::mem::take(&mut fault.does).into(), tls)?.to_string(),
                Address::Closed => closed.to_string(),
                Address::Full => full.to_string(),
                Address::Resolved => resolver::host(&fault.name),
                Address::Unknown => format!("no-such-host-of-{}.invalid:80", fault.name.replace('_', "-")),
            };
            let mut settings = table.settings.clone();
            settings.insert("access_key".to_owned(), ACCESS_KEY.into());
            settings.insert("requests_per_second".to_owned(), 0.into());
            settings.insert("ca_file".to_owned(), json!(root));
            settings.extend(way(&fault, &place));
            faults.push(Running { fault, settings, place });
        }
        Ok(Self { operations, faults, store: table.store, _files: files, _guards: guards })
    }

    /// A call's parameters, with a store of its own at this place.
    pub fn parameters(&self, call: &Call, store: &Path) -> io::Result<String> {
        let at = |value: &Value| value.to_string().replace("@STORE@", &store.display().to_string());
        let entry = store.join("example.com");
        fs::create_dir_all(&entry)?;
        fs::create_dir_all(store.join("www"))?;
        fs::write(entry.join("request.json"), at(&self.store))?;
        Ok(at(&Value::Object(call.parameters.clone())))
    }
}

/// The parameters of a case.
fn parameters(case: &Path) -> io::Result<Map<String, Value>> {
    let mut case: Value = serde_json::from_str(&fs::read_to_string(case)?)?;
    Ok(serde_json::from_value(case["parameters"].take())?)
}

/// The settings that lead to the fault.
fn way(fault: &Fault, place: &str) -> Map<String, Value> {
    let has_name = matches!(fault.address, Address::Unknown | Address::Resolved);
    let is_plain = fault.certificate.is_none() && !has_name;
    let scheme = if is_plain { "http" } else { "https" };
    let mut way = match fault.by {
        Party::Service => Map::from_iter([("base_url".to_owned(), format!("{scheme}://{place}").into())]),
        Party::Proxy => Map::from_iter([
            ("base_url".to_owned(), BEHIND.into()),
            ("proxy".to_owned(), format!("{scheme}://user:{PASSWORD}@{place}").into()),
        ]),
    };
    for (name, value) in &fault.settings {
        let value =
            value.as_str().map_or_else(|| value.clone(), |text| text.replace("@SERVER@", place).into());
        way.insert(name.clone(), value);
    }
    way
}
