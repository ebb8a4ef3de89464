//! The settings of a client: a builder in Rust, a JSON object in C, keywords in Python. One table for all of them.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::clean::Cleaner;
use crate::error::{Error, Result};
use crate::parameter::{self, Given, Parameter, ParameterKind};
use crate::secret::Secret;
use crate::words::words;

pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
pub(crate) const MAX_RETRIES: u32 = 3;
pub(crate) const REQUESTS_PER_SECOND: f64 = 5.0;
/// Longer than most hooks take, shorter than a failed host should matter.
pub(crate) const STORE_LEASE: Duration = Duration::from_secs(300);
pub(crate) const MAX_RESPONSE_BYTES: u64 = 16 << 20;
/// In bytes. A key is much shorter.
const MAX_KEY_FILE: usize = 4096;

/// A setting has a name, what its builder method takes, its type, and a [`ParameterKind`].
macro_rules! settings {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident($given:ty): $type:ty = $kind:ident $(($($of:tt)*))? $(.$how:ident())?;
    )*) => {
        /// Every setting, as in C and Python.
        pub const SETTINGS: &[Parameter] = &[$(
            Parameter::optional(stringify!($name), ParameterKind::$kind $(($($of)*))?, concat!($($doc),+))
                $(.$how())?,
        )*];

        /// A builder for a [`Client`](crate::Client). [`ClientBuilder::build`] reports wrong settings.
        #[derive(Clone, Debug, Default)]
        #[must_use]
        pub struct ClientBuilder {
            $(pub(crate) $name: Option<$type>,)*
        }

        impl ClientBuilder {
            $(
                $(#[doc = $doc])+
                pub fn $name(mut self, value: $given) -> Self {
                    self.$name = Some(value.into());
                    self
                }
            )*

            /// Settings as a JSON object; [`SETTINGS`] has its members. An unknown or wrong one is an error that names
            /// it.
            pub fn from_json(json: impl Given) -> Result<Self> {
                let given = parameter::check_settings(SETTINGS, json.into_object("settings")?)?;
                Ok(Self { $($name: given.get(stringify!($name)).and_then(Setting::read),)* })
            }
        }
    };
}

settings! {
    /// The account's access key; by default the content of `access_key_file`, then the environment's `ZEROSSL_ACCESS_KEY`.
    /// A missing key is an error at the first call that needs it.
    access_key(impl Into<Secret>): Secret = Text.secret();
    /// A file that contains the access key and nothing else, such as a credential of systemd or a secret of a container;
    /// by default the environment's `ZEROSSL_ACCESS_KEY_FILE`. It is read when the client is made.
    access_key_file(impl Into<PathBuf>): PathBuf = File;
    /// The base URL of the service; by default the environment's `ZEROSSL_BASE_URL`, then `https://api.zerossl.com`.
    /// Plain `http` is allowed for loopback hosts only.
    base_url(impl Into<Secret>): Secret = Text;
    /// How the key is sent: `query` (default, as the service's overview documents it) or `header` (recommended by the
    /// service since August 2026; keeps the key out of the logs of proxies).
    auth(Auth): Auth = OneOf(Auth::WORDS);
    /// The time limit of one call with its retries, in seconds; 60 by default.
    timeout(Duration): Duration = Seconds;
    /// The time limit of one connection with its TLS handshake, in seconds; 10 by default.
    connect_timeout(Duration): Duration = Seconds;
    /// How often a failed request is repeated if that is harmless; 3 by default.
    max_retries(u32): u32 = Integer(0, 100);
    /// The rate limit, shared by all threads of a client; 5 by default, 0 for no limit.
    requests_per_second(f64): f64 = Number;
    /// The trusted CAs for the service's certificate: the bundled list of Mozilla (default) or the system's.
    roots(Roots): Roots = OneOf(Roots::WORDS);
    /// A PEM file of CAs that replaces `roots`.
    ca_file(impl Into<PathBuf>): PathBuf = File;
    /// The URL of an HTTP proxy, which gets a CONNECT request, or `env` for the environment's `https_proxy`, `all_proxy`
    /// and `no_proxy`, as curl reads them; none by default.
    proxy(impl Into<Secret>): Secret = Text;
    /// Your program's name; it follows `libzerossl/VERSION`.
    user_agent(impl Into<String>): String = Text;
    /// A larger answer is an error; 16 MiB by default, 1 GiB at most.
    max_response_bytes(u64): u64 = Integer(1, 1 << 30);
    /// How far the client's calendar is ahead of the system's, in seconds; 0 by default. For rehearsals with a sandbox:
    /// refused unless the host of `base_url` is loopback.
    clock_offset(Duration): Duration = Seconds;
    /// Names of variables that hooks get in spite of being withheld: `ZEROSSL_*KEY*`, `AWS_*` and `PG*` are, unless they
    /// are listed here.
    hook_environment(impl Into<Vec<String>>): Vec<String> = TextList;
    /// The store that several hosts share: `s3://BUCKET/PREFIX` or `postgresql://HOST/DATABASE`. Nothing secret is in it:
    /// credentials come from the engine's own places (`AWS_*`, a profile, the instance; `PG*`, `.pgpass`). Then
    /// `directory` is the local folder into which this host installs.
    store(impl Into<Secret>): Secret = Text;
    /// The URL of an S3 server that is not Amazon's, such as `https://s3.example.com:9000`; its buckets are folders of it.
    store_endpoint(impl Into<Secret>): Secret = Text;
    /// The region of the bucket; by default the environment's `AWS_REGION`, then `AWS_DEFAULT_REGION`, then
    /// `us-east-1`.
    store_region(impl Into<String>): String = Text;
    /// How long an entry is left to the host that works on it, after that host's last sign of life, in seconds; 300 by
    /// default, at least 1. It keeps hosts from doing the same work, and nothing depends on it: a host that was paused for
    /// longer can change nothing more.
    store_lease(Duration): Duration = Seconds;
    /// The key that seals what is in `store`: 32 bytes in base64; by default the content of `seal_key_file`, then the
    /// environment's `ZEROSSL_SEAL_KEY`. Whether a store is sealed is fixed when it is made.
    seal_key(impl Into<Secret>): Secret = Text.secret();
    /// A file that contains the seal key and nothing else; by default the environment's `ZEROSSL_SEAL_KEY_FILE`.
    seal_key_file(impl Into<PathBuf>): PathBuf = File;
    /// Earlier seal keys. What was sealed with them can be read; what is written is sealed with `seal_key`.
    seal_keys_old(impl Into<Vec<Secret>>): Vec<Secret> = TextList.secret();
    /// False for a store whose private keys are readable by whoever can read the store. Then no seal key is given.
    sealed(bool): bool = Flag;
}

words! {
    /// How the access key is sent. It is never sent both ways.
    #[derive(Default)]
    pub enum Auth {
        /// As the query parameter `access_key`, as documented in the service's overview.
        #[default]
        Query = "query",
        /// As `Authorization: ApiKey KEY`, which the service recommends since August 2026: the key is then not in the
        /// logs of proxies and servers, which contain URLs.
        Header = "header",
    }
}

words! {
    /// The trusted CAs for the service's certificate.
    #[derive(Default)]
    pub enum Roots {
        /// Mozilla's list at the time of the build.
        #[default]
        Bundled = "bundled",
        /// The system's list.
        System = "system",
    }
}

/// A setting that was checked, as its type.
trait Setting: Sized {
    fn read(value: &Value) -> Option<Self>;
}

impl Setting for Duration {
    fn read(value: &Value) -> Option<Self> {
        value.as_f64().and_then(|seconds| Self::try_from_secs_f64(seconds).ok())
    }
}

macro_rules! as_in_json {
    ($($type:ty)*) => {$(
        impl Setting for $type {
            fn read(value: &Value) -> Option<Self> {
                Self::deserialize(value).ok()
            }
        }
    )*};
}
as_in_json!(Secret PathBuf String Vec<String> Vec<Secret> Auth Roots bool u32 u64 f64);

impl ClientBuilder {
    /// Fills what was left out from the environment, and reads the file of the access key.
    pub(crate) fn with_environment(mut self) -> Result<Self> {
        let from = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        if self.access_key.is_some() && self.access_key_file.is_some() {
            return Err(Error::invalid("access_key_file", "give either `access_key` or `access_key_file`"));
        }
        if self.access_key.is_none() && self.access_key_file.is_none() {
            self.access_key = from("ZEROSSL_ACCESS_KEY").map(Secret::from);
        }
        if self.access_key.is_none() {
            let file = self.access_key_file.take();
            let file = file.or_else(|| from("ZEROSSL_ACCESS_KEY_FILE").map(PathBuf::from));
            self.access_key = file.as_deref().map(|file| read_key("access_key_file", file)).transpose()?;
        }
        if self.seal_key.is_some() && self.seal_key_file.is_some() {
            return Err(Error::invalid("seal_key_file", "give either `seal_key` or `seal_key_file`"));
        }
        // A key of the environment is for the store of the settings, if that is to be sealed.
        if self.store.is_some() && self.sealed != Some(false) && self.seal_key.is_none() {
            let file = self.seal_key_file.take();
            if file.is_none() {
                self.seal_key = from("ZEROSSL_SEAL_KEY").map(Secret::from);
            }
            if self.seal_key.is_none() {
                let file = file.or_else(|| from("ZEROSSL_SEAL_KEY_FILE").map(PathBuf::from));
                self.seal_key = file.as_deref().map(|file| read_key("seal_key_file", file)).transpose()?;
            }
        }
        self.base_url = self.base_url.or_else(|| from("ZEROSSL_BASE_URL").map(Secret::from));
        Ok(self)
    }

    pub(crate) fn checked(self) -> Result<Self> {
        if let Some(key) = &self.access_key {
            check_key("access_key", key)?;
        }
        for (name, timeout) in [("timeout", self.timeout), ("connect_timeout", self.connect_timeout)] {
            let Some(timeout) = timeout else { continue };
            if timeout.is_zero() || timeout > Duration::from_secs(1_000_000_000) {
                return Err(Error::invalid(name, "expected more than 0 seconds and less than 1,000,000,000"));
            }
        }
        if self.store_lease.is_some_and(|lease| lease < Duration::from_secs(1)) {
            return Err(Error::invalid("store_lease", "expected at least 1 second"));
        }
        self.check_store()?;
        if self.max_response_bytes.is_some_and(|bytes| !(1..=1 << 30).contains(&bytes)) {
            return Err(Error::invalid("max_response_bytes", "expected a number from 1 to 1 GiB"));
        }
        if self.requests_per_second.is_some_and(|pace| !(0.0..=1e6).contains(&pace)) {
            return Err(Error::invalid(
                "requests_per_second",
                "expected a number from 0 (no limit) to 1,000,000",
            ));
        }
        if self
            .user_agent
            .as_ref()
            .is_some_and(|name| name.contains(|c: char| !c.is_ascii_graphic() && c != ' '))
        {
            return Err(Error::invalid("user_agent", "expected plain ASCII text"));
        }
        Ok(self)
    }

    /// Settings of a store are for a store.
    fn check_store(&self) -> Result<()> {
        let of_store = [
            ("store_endpoint", self.store_endpoint.is_some()),
            ("store_region", self.store_region.is_some()),
            ("store_lease", self.store_lease.is_some()),
            ("seal_key", self.seal_key.is_some()),
            ("seal_key_file", self.seal_key_file.is_some()),
            ("seal_keys_old", self.seal_keys_old.is_some()),
            ("sealed", self.sealed.is_some()),
        ];
        match of_store.iter().find(|(_, is_given)| *is_given) {
            Some((name, _)) if self.store.is_none() => {
                Err(Error::invalid(*name, "it is for a shared store, and there is no `store`"))
            }
            // Any other file was read.
            _ if self.seal_key_file.is_some() => {
                Err(Error::invalid("sealed", "it is false, and there is a seal key; give one of them"))
            }
            _ => Ok(()),
        }
    }

    /// Collects every secret in the settings.
    pub(crate) fn cleaner(&self) -> Cleaner {
        let mut cleaner = Cleaner::default();
        if let Some(key) = &self.access_key {
            cleaner.learn(key.reveal());
        }
        for key in self.seal_key.iter().chain(self.seal_keys_old.iter().flatten()) {
            cleaner.learn(key.reveal());
        }
        for url in [&self.base_url, &self.proxy].into_iter().flatten() {
            cleaner.learn_user_part(url.reveal());
        }
        cleaner
    }
}

fn read_key(setting: &str, path: &Path) -> Result<Secret> {
    // A buffer that grows would leave copies of the key in memory.
    let mut key = Zeroizing::new(String::with_capacity(MAX_KEY_FILE + 1));
    let read = File::open(path).and_then(|file| file.take(MAX_KEY_FILE as u64).read_to_string(&mut key));
    read.map_err(|error| Error::invalid(setting, format!("{} could not be read: {error}", path.display())))?;
    let key = key.trim_ascii().into();
    check_key(setting, &key)?;
    Ok(key)
}

fn check_key(name: &str, key: &Secret) -> Result<()> {
    if key.reveal().is_empty() || !key.reveal().bytes().all(|byte| byte.is_ascii_graphic()) {
        let why = "it is empty, or holds a space, a line break or a character that no key has; copy it again";
        return Err(Error::invalid(name, why));
    }
    Ok(())
}
