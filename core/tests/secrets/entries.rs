//! What `obtain` and its relatives show: their errors, events, answers and what they keep.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;
use zerossl::{Client, Error, EventType, ListEntries, Next, Obtain, Op, RenewAll};
use zerossl_sandbox::{Options, Reply, Sandbox, When, serve_files};

use crate::spellings::{KEY, MASK, echoes, search, search_error, shown};
use crate::support::fault;
use crate::{sandbox_of, settings};

/// A sandbox with a web server for its files, and a folder.
pub(crate) struct Stand {
    sandbox: Sandbox,
    client: Client,
    folder: TempDir,
}

impl Stand {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("www")).expect("a folder");
        let http_port = serve_files(folder.path().join("www")).expect("a web server");
        let sandbox = sandbox_of(Options { http_port, quota: 20, ..Options::default() });
        let client = settings(&sandbox).max_retries(0).build().expect("settings");
        Self { sandbox, client, folder }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn wanted(&self) -> Obtain {
        let validation = json!({"method": "HTTP_CSR_HASH", "webroot": self.folder.path().join("www")});
        let mut wanted = Obtain::new(["example.com"], self.store(), validation);
        wanted.preflight = Some("off".to_owned());
        wanted.poll_interval = Some(0.01);
        wanted
    }

    /// The error of an op, whose events are searched.
    fn failure(&self, operation: &str, wanted: &Value) -> Error {
        let op = self.client.start(operation, &wanted.to_string()).expect("an op");
        events(&op);
        op.result().expect_err("it fails")
    }

    /// A folder that is a file, a journal that cannot be read, and a hook that prints the key. The key is in the paths.
    pub(crate) fn storage(&self) -> Vec<Error> {
        let mut wanted = self.wanted();
        wanted.directory = self.folder.path().join("file").join(KEY);
        fs::write(self.folder.path().join("file"), "").expect("written");
        let no_folder = self.client.send(&wanted);
        wanted.directory = self.store().join(KEY);
        wanted.deploy_hook = Some(printing(KEY));
        let hooked = self.client.send(&wanted);
        fs::write(wanted.directory.join("example.com/journal.json"), "{").expect("written");
        let damaged = self.client.send(&wanted);
        let all = self.client.send(&RenewAll::new(wanted.directory)).map(drop);
        [no_folder, hooked, damaged]
            .map(|outcome| outcome.map(drop))
            .into_iter()
            .chain([all])
            .map(Result::unwrap_err)
            .collect()
    }

    /// A call waits to be told that something was published, and another one comes. The key is in the path.
    pub(crate) fn busy(&self) -> Error {
        let mut wanted = self.wanted();
        wanted.directory = self.store().join(KEY);
        wanted.validation = json!({"method": "CNAME_CSR_HASH"});
        let op = self.client.start("obtain", &json!(wanted).to_string()).expect("an op");
        let asks = |next: &Next| matches!(next, Next::Event(event) if event.kind() == EventType::Publish);
        while !asks(&op.next(None).expect("the same process")) {}
        wanted.deadline = Some(0.1);
        self.failure("obtain", &json!(wanted))
    }
}

/// A command that prints this, and fails.
fn printing(text: &str) -> Vec<String> {
    ["sh", "-c", r#"printf %s "$1"; exit 1"#, "sh", text].map(str::to_owned).into()
}

/// Reads an op to its end. Returns its warnings.
fn events(op: &Op) -> Vec<String> {
    let mut warnings = Vec::new();
    while let Next::Event(event) = op.next(None).expect("the same process") {
        search(event.json(), "an event");
        search(&format!("{event:?} {event:#?}"), "an event");
        if event.kind() == EventType::Warning {
            warnings.push(event.into_json());
        }
    }
    warnings
}

#[test]
fn what_a_hook_prints() {
    let stand = Stand::new();
    for echo in echoes() {
        let mut wanted = stand.wanted();
        wanted.deploy_hook = Some(printing(&echo));
        let error = stand.failure("obtain", &json!(wanted));
        search_error(&error, "obtain");
        assert_eq!(error.details().expect("what it printed")["output"], MASK, "{error:?}");

        let mut all = RenewAll::new(stand.store());
        let error = stand.failure("renew_all", &json!(all));
        search_error(&error, "renew_all");
        assert!(shown(&error).contains(MASK), "{error:?}");
        all.on_failure = Some("report".to_owned());
        let report = stand.client.send(&all).expect("a report");
        let entries = stand.client.send(&ListEntries::new(stand.store())).expect("a list");
        for told in [format!("{report:?} {}", json!(report)), format!("{entries:?} {}", json!(entries))] {
            search(&told, "an answer");
            assert!(told.contains(MASK), "{told}");
        }
    }
}

fn refusal(echo: &str) -> Reply {
    let checked = json!({"file_found": 0, "error_slug": echo, "error_info": echo});
    let error = json!({"code": 1, "type": echo, "info": echo, "details": {"example.com": {echo: checked}}});
    Reply::json(200, json!({"success": false, "error": error}))
}

#[test]
fn what_the_service_says_of_an_order() {
    for echo in echoes() {
        for operation in ["list_certificates", "create_certificate", "verify_domains", "download_certificate"]
        {
            let stand = Stand::new();
            fault(&stand.sandbox, operation, usize::MAX, When::Before, refusal(&echo));
            let error = stand.failure("obtain", &json!(stand.wanted()));
            search_error(&error, operation);
            assert!(shown(&error).contains(MASK), "{error}");
        }
    }
}

/// What does not end a call becomes a warning.
#[test]
fn what_the_service_says_to_renewals() {
    let stand = Stand::new();
    stand.client.send(&stand.wanted()).expect("a certificate");
    for echo in echoes() {
        fault(&stand.sandbox, "list_certificates", 1, When::Before, refusal(&echo));
        let all = json!({"directory": stand.store()}).to_string();
        let op = stand.client.start("renew_all", &all).expect("an op");
        let warnings = events(&op);
        assert!(warnings.iter().any(|warning| warning.contains(MASK)), "{warnings:?}");
        op.result().expect("nothing to renew");
    }
}

#[test]
fn what_the_service_says_to_a_dry_run() {
    let stand = Stand::new();
    let mut wanted = stand.wanted();
    wanted.dry_run = Some(true);
    for echo in echoes() {
        fault(&stand.sandbox, "list_certificates", 1, When::Before, refusal(&echo));
        let checked = stand.client.send(&wanted).expect("findings");
        let told = format!("{checked:?} {checked:#?} {}", json!(checked));
        search(&told, "a finding");
        assert!(told.contains(MASK), "{told}");
    }
}
