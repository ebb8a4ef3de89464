//! A sandbox with a web server, and the program as a child.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use zerossl::Client;
use zerossl_sandbox::{Options, Sandbox, serve_files};

/// The key of every sandbox here. No output may hold it.
pub(crate) const KEY: &str = "k3y-of-the-sandbox-0815";
/// How long a condition may take to come true, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A sandbox, a web server that it fetches files from, and a store.
pub(crate) struct Place {
    pub(crate) sandbox: Sandbox,
    pub(crate) folder: TempDir,
    pub(crate) port: u16,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("www")).expect("a webroot");
        let port = serve_files(folder.path().join("www")).expect("a web server");
        let options = Options { http_port: port, access_key: KEY.to_owned(), ..options };
        Self { sandbox: Sandbox::start(options).expect("a sandbox"), folder, port }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("a path").to_owned()
    }

    /// The program with these arguments, in an environment that knows the sandbox and nothing else.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(arguments);
        command.env("ZEROSSL_BASE_URL", self.sandbox.base_url()).env("ZEROSSL_ACCESS_KEY", KEY);
        command.current_dir(self.folder.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// `obtain` with all that this sandbox needs.
    pub(crate) fn obtain(&self, more: &[&str]) -> Vec<String> {
        let (store, webroot) = (self.path("store"), self.path("www"));
        let fixed = ["obtain", "--directory", &store, "--webroot", &webroot, "--preflight", "off"];
        let pace = ["--poll-interval", "0.1"];
        fixed.iter().chain(&pace).chain(more).map(|text| (*text).to_owned()).collect()
    }

    pub(crate) fn run_obtain(&self, more: &[&str]) -> Ran {
        let arguments = self.obtain(more);
        self.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub(crate) fn client(&self) -> Client {
        let builder = Client::builder().access_key(KEY).base_url(self.sandbox.base_url());
        builder.requests_per_second(0.0).build().expect("a client")
    }

    /// Drafts for `0.example.com` and so on.
    pub(crate) fn draft(&self, count: usize) -> Vec<String> {
        let client = self.client();
        let made = (0..count).map(|n| {
            let domains = json!([format!("{n}.example.com")]);
            let csr = client.call("generate_csr", &json!({"domains": domains}).to_string()).expect("a CSR");
            let order = json!({"domains": domains, "csr": parsed(&csr)["csr"]}).to_string();
            let order = client.call("create_certificate", &order).expect("an order");
            parsed(&order)["id"].as_str().expect("an id").to_owned()
        });
        made.collect()
    }
}

/// The program in an empty environment.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zerossl"));
    command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// How the program ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::from(command.output().expect("the program runs"))
    }

    pub(crate) fn wait(child: Child) -> Self {
        Self::from(child.wait_with_output().expect("the program ends"))
    }

    /// Fails unless the program ended with this status, and never if its output holds the key.
    pub(crate) fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }

    pub(crate) fn json(&self) -> Value {
        parsed(&self.out)
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert!(!out.contains(KEY) && !err.contains(KEY), "the key is shown: {out}{err}");
        assert!(!err.contains("panicked"), "{err}");
        let status = output.status.code().unwrap_or_else(|| panic!("killed: {}, {err}", output.status));
        Self { status, out, err }
    }
}

pub(crate) fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// Waits until something is true.
pub(crate) fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_true() {
        assert!(Instant::now() < end, "{what}: it took too long");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A file with this content and mode.
pub(crate) fn file(path: impl AsRef<Path>, content: &str, mode: u32) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = path.as_ref();
    std::fs::write(path, content).expect("a file");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("its mode");
    path.to_path_buf()
}
