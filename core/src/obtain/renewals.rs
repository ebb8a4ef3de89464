//! Every entry of a store, a few at a time: by the requests that are stored there, and on after a failure.

use std::collections::{HashMap, VecDeque};
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::World;
use super::account::Account;
use super::clock::SystemClock;
use super::entry::REQUEST;
use super::regular;
use super::sealed;
use super::session::Session;
use super::storage::Disk;
use super::wish::{DEADLINE, Wish};
use crate::answers::Extra;
use crate::attempts::cancelled;
use crate::cancel::CancelToken;
use crate::client::panicked;
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, EventType};
use crate::operation::Request;
use crate::operations::{Obtain, Obtained, Renewal, Renewals};
use crate::parameter::{self, Arguments};
use crate::thread;

const JOBS: u64 = 4;
/// Entries that were made together are not renewed together: each a little earlier, by up to this share.
const JITTER: f64 = 0.1;
/// How often the caller's token is looked at, which only its own thread may do.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How many failures the message names.
const NAMED: usize = 3;

/// What all entries of a run share.
struct Shared<'a> {
    context: Context<'a>,
    directory: PathBuf,
    /// The account's certificates, by id.
    statuses: Arc<HashMap<String, String>>,
    /// How many orders may still be sent.
    orders: Option<Arc<AtomicU64>>,
}

/// Does for each entry what `obtain` would.
pub(crate) fn renew_all(context: &Context<'_>, arguments: &Arguments) -> Result<Renewals> {
    let directory = PathBuf::from(arguments.text("directory").unwrap_or_default());
    let names = entries(&directory)?;
    let statuses = if names.is_empty() { HashMap::new() } else { statuses(context)? };
    let jobs = arguments.integer("jobs").unwrap_or(JOBS).min(names.len() as u64);
    // The workers cannot ask what only the caller's thread may be asked, so they have a token of their own.
    let cancel = CancelToken::new();
    let shared = Shared {
        context: Context { cancel: &cancel, ..*context },
        directory,
        statuses: Arc::new(statuses),
        orders: arguments.integer("max_orders").map(|most| Arc::new(AtomicU64::new(most))),
    };
    let waiting = Mutex::new(VecDeque::from(names));
    let mut results = Vec::new();
    std::thread::scope(|scope| -> Result<()> {
        let (tell, told) = channel();
        for _ in 0..jobs {
            let (tell, shared, waiting) = (tell.clone(), &shared, &waiting);
            let work = move || {
                while !shared.context.cancel.is_cancelled()
                    && let Some(name) = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
                {
                    let outcome = catch_unwind(AssertUnwindSafe(|| shared.renew(&name)));
                    let outcome = outcome.unwrap_or_else(|panic| Err(panicked(&*panic)));
                    // The other end goes last.
                    let _ = tell.send(shared.told(name, outcome));
                }
            };
            thread::spawn_scoped(scope, "renewal", work).map_err(|error| {
                Error::new(Kind::Internal, format!("no thread could be started: {error}"))
            })?;
        }
        drop(tell);
        loop {
            match told.recv_timeout(LOOK_EVERY) {
                Ok(result) => results.push(result),
                Err(RecvTimeoutError::Timeout) if context.cancel.is_cancelled() => cancel.cancel(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    })?;
    if context.cancel.is_cancelled() {
        return Err(cancelled());
    }
    results.sort_by(|one: &(Renewal, Option<Error>), other| one.0.name.cmp(&other.0.name));
    report(results)
}

impl Shared<'_> {
    fn renew(&self, name: &str) -> Result<Obtained> {
        let request = stored(&self.directory, name)?;
        let arguments = parameter::check(Obtain::OPERATION.parameters, request)?;
        let mut wish = Wish::new(&arguments, self.context.core.base_url.is_plain)?;
        // A mail that nobody answers must not hold up the others for ever.
        wish.deadline.get_or_insert(DEADLINE);
        wish.renew_at = (wish.renew_at * (1.0 + JITTER * share_of(name))).min(0.99);
        wish.statuses = Some(Arc::clone(&self.statuses));
        wish.orders.clone_from(&self.orders);
        let world = World { storage: &Disk, clock: &SystemClock };
        let deadline = Instant::now() + self.context.core.timeout;
        Session::open(Context { deadline, ..self.context }, &world, &wish)?.run()
    }

    fn told(&self, name: String, outcome: Result<Obtained>) -> (Renewal, Option<Error>) {
        let extra = Extra::default();
        match outcome {
            Ok(Obtained { outcome, certificate, .. }) => {
                let (id, expires) = certificate.map_or((None, None), |found| (Some(found.id), found.expires));
                (Renewal { name, outcome: Some(outcome), id, expires, error: None, extra }, None)
            }
            Err(error) => {
                let error = error.cleaned(&self.context.core.cleaner).during(Obtain::OPERATION.name);
                let json = serde_json::from_str(&error.to_json()).ok();
                (Renewal { name, outcome: None, id: None, expires: None, error: json, extra }, Some(error))
            }
        }
    }
}

/// The folders that hold a request, by name.
fn entries(directory: &Path) -> Result<Vec<String>> {
    let failed = |error: io::Error| Error::storage(directory, format!("could not be read: {error}"));
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // Also one that is no file, or leads nowhere: it is named in the report, and not left to expire.
        if entry.path().join(REQUEST).symlink_metadata().is_ok()
            && let Ok(name) = entry.file_name().into_string()
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The parameters that `obtain` was last called with. Commands in them are only run while nobody else could have
/// written them.
fn stored(directory: &Path, name: &str) -> Result<Map<String, Value>> {
    let entry = directory.join(name);
    let path = entry.join(REQUEST);
    let failed = |path: &Path, error: &dyn std::fmt::Display| {
        Error::storage(path, format!("could not be read: {error}"))
    };
    // What is read is what was looked at: no link, and nothing that is put in its place meanwhile.
    let file = regular::open(&path, OpenOptions::new().read(true), nix::libc::O_NOFOLLOW)
        .map_err(|error| failed(&path, &error))?;
    let content = regular::read(&file).map_err(|error| failed(&path, &error))?;
    let content = sealed::open(&content).map_err(|why| failed(&path, &why))?;
    let mut request: Map<String, Value> =
        serde_json::from_slice(&content).map_err(|error| failed(&path, &error))?;
    let has_command = request.contains_key("deploy_hook")
        || request.get("validation").is_some_and(|validation| validation.get("hook").is_some());
    if has_command {
        let look = |path: &Path| fs::metadata(path).map_err(|error| failed(path, &error));
        let of_file = file.metadata().map_err(|error| failed(&path, &error))?;
        for (place, found) in [(&*path, of_file), (&*entry, look(&entry)?), (directory, look(directory)?)] {
            let is_ours = [nix::unistd::geteuid().as_raw(), 0].contains(&found.uid());
            if !is_ours || found.mode() & 0o022 != 0 {
                let why = "others may write it, and it has commands: they are not run; make it ours and nobody else's";
                return Err(Error::storage(place, why));
            }
        }
    }
    request.insert("directory".to_owned(), Value::from(directory.to_string_lossy().into_owned()));
    request.insert("name".to_owned(), name.into());
    Ok(request)
}

/// One listing tells of all entries: whether a certificate in use was revoked, say. Some accounts cannot list; they do
/// without.
fn statuses(context: &Context<'_>) -> Result<HashMap<String, String>> {
    let call = || Ok(Context { deadline: Instant::now() + context.core.timeout, ..*context });
    let all = match Account::all(call) {
        Ok(all) => all.certificates,
        Err(error) if error.kind() == Kind::Cancelled => return Err(error),
        Err(error) => {
            let mut message =
                format!("the account could not be listed, so revoked certificates go unnoticed ({error})");
            context.log(|| message.clone());
            if let Some(events) = context.events {
                context.core.cleaner.clean_text(&mut message);
                events.tell(Event::new(EventType::Warning, &message, Map::new()));
            }
            return Ok(HashMap::new());
        }
    };
    Ok(all.into_iter().filter_map(|certificate| Some((certificate.id, certificate.status?))).collect())
}

/// From 0 to 1, and always the same for a name (FNV-1a).
fn share_of(name: &str) -> f64 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    f64::from(u32::try_from(hash >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

fn report(results: Vec<(Renewal, Option<Error>)>) -> Result<Renewals> {
    let all = results.len();
    let (results, errors): (Vec<_>, Vec<_>) = results.into_iter().unzip();
    let failed: Vec<(&Renewal, Error)> =
        results.iter().zip(errors).filter_map(|(result, error)| Some((result, error?))).collect();
    let mut report = Renewals { failed: failed.len() as u64, results: Vec::new(), extra: Extra::default() };
    let Some((_, first)) = failed.first() else {
        report.results = results;
        return Ok(report);
    };
    let named: Vec<String> = failed
        .iter()
        .take(NAMED)
        .map(|(result, error)| format!("{} ({})", result.name, error.message()))
        .collect();
    let more =
        if failed.len() > NAMED { format!(" and {} more", failed.len() - NAMED) } else { String::new() };
    let message = format!(
        "{} of {all} entries failed: {}{more}; the others are done, and `details` is the whole report",
        failed.len(),
        named.join(", ")
    );
    let error =
        Error::new(first.kind(), message).retryable(failed.iter().any(|(_, error)| error.is_retryable()));
    report.results = results;
    Err(error.with_details(serde_json::json!(report)))
}
