//! A sandbox, a web server for its files, and a folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use zerossl::{Client, Error, EventType, Next, Obtain, Obtained, Op};
use zerossl_sandbox::{Sandbox, serve_files};

use crate::support::{json, sandbox, settings};

pub(crate) struct Stand {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) folder: TempDir,
}

impl Stand {
    pub(crate) fn new() -> Self {
        let (sandbox, folder) = (sandbox(), tempfile::tempdir().expect("a folder"));
        fs::create_dir(folder.path().join("www")).expect("a folder");
        sandbox.set_http_port(serve_files(folder.path().join("www")).expect("a web server"));
        sandbox.set_quota(20);
        let client = settings(&sandbox).build().expect("settings");
        Self { sandbox, client, folder }
    }

    pub(crate) fn webroot(&self) -> Value {
        json!({"method": "HTTP_CSR_HASH", "webroot": self.folder.path().join("www")})
    }

    pub(crate) fn wanted(&self, name: &str, validation: Value) -> Obtain {
        let mut wanted = Obtain::new([name], self.folder.path().join("store"), validation);
        wanted.preflight = Some("off".to_owned());
        wanted.poll_interval = Some(0.02);
        wanted
    }

    pub(crate) fn start(&self, wanted: &Obtain) -> Op {
        self.client.start("obtain", &json!(wanted).to_string()).expect("a start")
    }

    /// A program in the folder.
    pub(crate) fn script(&self, name: &str, body: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{body}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
        path.display().to_string()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

/// Reads an op to its end and passes every event to `see`.
pub(crate) fn watch(op: &Op, mut see: impl FnMut(&Value)) -> Result<Obtained, Error> {
    loop {
        match op.next(Some(Duration::from_secs(60))).expect("it is used well") {
            Next::Event(event) if event.kind() == EventType::Log => {}
            Next::Event(event) => see(&json(event.json())),
            Next::Pending => panic!("nothing happens"),
            Next::Done => return op.result().map(|answer| serde_json::from_str(&answer).expect("an answer")),
        }
    }
}
