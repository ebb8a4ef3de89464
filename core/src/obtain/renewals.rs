//! Renews every entry of a store: a few at a time, the most urgent first, with the stored requests, and without
//! stopping at a failure.

pub(crate) mod post_hook;
mod report;

use std::collections::{HashMap, HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Map, Value};

use super::budget::Budget;
use super::check::Lifetime;
use super::env::Env;
use super::fleet;
use super::fleet::account::Share;
use super::in_force::{self, Visit};
use super::order_spec::{DEADLINE, OrderSpec};
use crate::cancel::CancelToken;
use crate::context::Context;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, EventType};
use crate::ledger::fleet::Fleet;
use crate::log_lines::LogLines;
use crate::mailbox::{Found, mailbox};
use crate::obtain::interface::{Outcome, RenewAll, Renewals};
use crate::obtain::steps::account::Account;
use crate::obtain::store::files::REQUEST;
use crate::obtain::store::folder::{failed, is_absent};
use crate::parameter::Arguments;
use crate::shared_pause::SharedPause;
use crate::thread;
pub(crate) use report::{Report, Row};

const JOBS: u64 = 4;
/// Entries that were made at the same time should not be renewed at the same time. Each is renewed a little earlier, by
/// up to this share.
const JITTER: f64 = 0.1;
const DAY: u64 = 24 * 3600;
/// How much longer than the lease a run waits for the host that has it.
const LEASE_CHECK: Duration = Duration::from_secs(2);

/// The data that all entries of a run share.
struct Run<'a> {
    context: Context<'a>,
    env: &'a Env<'a>,
    directory: PathBuf,
    /// The account's certificates, by id.
    statuses: Arc<HashMap<String, String>>,
    budget: Option<Arc<Budget>>,
    offline: bool,
    has_post_hook: bool,
}

/// The entries that no worker has taken yet, and those that another host worked on.
struct Waiting(Mutex<(VecDeque<String>, VecDeque<String>)>);

impl Waiting {
    /// The next entry, and whether it comes for the second time. The lock is not held while it is processed.
    fn next(&self) -> Option<(String, bool)> {
        let (first, again) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        first.pop_front().map(|name| (name, false)).or_else(|| again.pop_front().map(|name| (name, true)))
    }

    /// Another host works on it: it comes again when all others are done.
    fn put_off(&self, name: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.push_back(name);
    }
}

/// What the workers send to the caller's thread.
enum Message {
    Row(Row),
    /// The caller's log is called on the thread of the call alone.
    Line(String, Map<String, Value>),
}

/// Runs `obtain` for each entry.
pub(crate) fn renew_all(context: &Context<'_>, env: &Env<'_>, arguments: &Arguments) -> Result<Renewals> {
    let request: RenewAll = arguments.read()?;
    let directory = std::path::absolute(&request.directory)
        .map_err(|error| Error::invalid("directory", format!("expected the path of a folder: {error}")))?;
    let names = entries(context, env, &directory)?;
    let offline = request.offline.unwrap_or(false);
    let fleet = env.fleet.as_ref().filter(|_| !names.is_empty());
    // Before the account is listed: that may take many requests.
    let mut share = fleet.map(|fleet| Share::begin(*context, fleet)).transpose()?;
    let statuses = if names.is_empty() || offline { HashMap::new() } else { statuses(context)? };
    // With a small share of the pace, calls that wait for each other would run out of time.
    let runs = share.as_ref().map_or(1, |share| share.runs() as u64);
    let jobs = request.jobs.unwrap_or(JOBS).min(names.len() as u64).div_ceil(runs);
    // The workers must not call the callback of the caller's token, so they have another token.
    let cancel = CancelToken::new();
    let pause = SharedPause::new(context.connection.timeout);
    let (mail, mailbox) = mailbox().map_err(|error| Error::resource("no pipe could be made", &error))?;
    let shared = Run {
        context: Context { cancel: &cancel, pause: Some(&pause), ..*context },
        env,
        directory,
        statuses: Arc::new(statuses),
        budget: request.max_orders.map(|max| Arc::new(Budget::new(max))),
        offline,
        has_post_hook: request.post_hook.is_some(),
    };
    let waiting = Waiting(Mutex::new((names.clone().into(), VecDeque::new())));
    let mut rows = Vec::new();
    std::thread::scope(|scope| -> Result<()> {
        for job in 0..jobs {
            let (mail, shared, waiting) = (mail.clone(), &shared, &waiting);
            let work = move || {
                let log = mail.clone();
                let send = move |line: &str, facts| log.send(Message::Line(line.to_owned(), facts));
                let lines = LogLines(Arc::new(send));
                while !shared.context.cancel.is_cancelled()
                    && let Some((name, is_second)) = waiting.next()
                {
                    let visit = catch_unwind(AssertUnwindSafe(|| shared.renew(&name, is_second, &lines)));
                    let visit = visit.unwrap_or_else(|panic| Err(Error::panicked(&*panic)));
                    if !is_second && shared.is_put_off(&visit) {
                        waiting.put_off(name);
                        continue;
                    }
                    mail.send(Message::Row(shared.row(name, visit)));
                }
            };
            match thread::spawn_scoped(scope, "renewal", work) {
                Ok(_) => {}
                Err(error) if job == 0 => {
                    return Err(Error::resource("no thread could be started", &error));
                }
                // The threads that were started do the work.
                Err(error) => {
                    context.log(|| format!("renew_all: {job} threads in the place of {jobs} ({error})"));
                    break;
                }
            }
        }
        drop(mail);
        let mut heard = context.cancel.clone();
        loop {
            match mailbox.wait(&heard, share.as_ref().map(Share::next)) {
                Found::Message(Message::Row(row)) => rows.push(row),
                Found::Message(Message::Line(line, facts)) => {
                    if let Some(LogLines(take)) = context.lines {
                        take(&line, facts);
                    }
                }
                Found::Cancelled => {
                    cancel.cancel();
                    // The workers end soon, and are waited for.
                    heard = CancelToken::never();
                }
                Found::Over => {
                    if let Some(share) = &mut share {
                        share.beat();
                    }
                }
                Found::Closed => return Ok(()),
            }
        }
    })?;
    if context.cancel.is_cancelled() {
        return Err(Error::cancelled());
    }
    let report = Report::new(rows);
    let hooked = match &request.post_hook {
        Some(argv) => post_hook::run(context, env, &shared.directory, &names, argv),
        None => Ok(()),
    };
    report.finish_with(hooked, request.on_failure.as_deref() == Some("report"))
}

impl Run<'_> {
    fn renew(&self, name: &str, is_second: bool, lines: &LogLines) -> Result<Visit> {
        let lease = self.env.fleet.map(|fleet| fleet.lease + LEASE_CHECK);
        let patience = lease.filter(|_| is_second).unwrap_or_default();
        let deadline = Instant::now() + self.context.connection.timeout;
        let context = Context { deadline, lines: self.context.lines.map(|_| lines), ..self.context };
        in_force::renew(&context, self.env, &self.directory, name, patience, |spec| self.adjust(name, spec))
    }

    /// Whether another host works on the entry, so that it is worth to come back.
    fn is_put_off(&self, visit: &Result<Visit>) -> bool {
        let is_postponed = |visit: &Visit| {
            visit.outcome.as_ref().is_ok_and(|obtained| obtained.outcome == Outcome::Postponed)
        };
        self.env.fleet.is_some() && visit.as_ref().is_ok_and(is_postponed)
    }

    /// Changes a spec as a run needs it.
    fn adjust(&self, name: &str, spec: &mut OrderSpec) {
        // A mail that nobody answers must not block the others for ever.
        spec.deadline.get_or_insert(DEADLINE);
        spec.renew_at = (spec.renew_at * (1.0 + JITTER * share_of(name))).min(0.99);
        spec.statuses = Some(Arc::clone(&self.statuses));
        spec.budget.clone_from(&self.budget);
        spec.offline = self.offline;
        spec.has_post_hook = self.has_post_hook;
    }

    fn row(&self, name: String, visit: Result<Visit>) -> Row {
        let (outcome, leaf) = match visit {
            Ok(Visit { outcome, leaf }) => (outcome, leaf),
            Err(error) => (Err(error), leaf_of(self.env, &self.directory.join(&name))),
        };
        Row::new(name, outcome, leaf, self.env.clock.now(), &self.context.connection.cleaner)
    }
}

/// The entries of the shared store, or the folders that contain a request. First those without a certificate here, then
/// by the time that is left.
fn entries(context: &Context<'_>, env: &Env<'_>, directory: &Path) -> Result<Vec<String>> {
    let names = match &env.fleet {
        Some(fleet) => shared(context, env, fleet, directory)?,
        None => folders(env, directory)?,
    };
    let with_leaf = |name: String| (leaf_of(env, &directory.join(&name)).map(|leaf| leaf.not_after), name);
    let mut entries: Vec<(Option<SystemTime>, String)> = names.into_iter().map(with_leaf).collect();
    entries.sort();
    if env.fleet.is_some() {
        // Hosts that begin at the same time begin with different entries; those of one day are equally urgent.
        entries.sort_by_cached_key(|(end, _)| (end.map(unix_day), fastrand::u64(..)));
    }
    Ok(entries.into_iter().map(|(_, name)| name).collect())
}

/// The entries of the shared store, without those that were removed from it, and those of the folder, which are brought
/// there.
fn shared(context: &Context<'_>, env: &Env<'_>, fleet: &Fleet<'_>, directory: &Path) -> Result<Vec<String>> {
    let here = match env.storage.list(directory) {
        Err(error) if is_absent(&error) => Vec::new(),
        _ => folders(env, directory)?,
    };
    let known: HashSet<&String> = here.iter().collect();
    let mut names = fleet::current_names(context, fleet, |name| known.contains(name))?;
    let listed: HashSet<String> = names.iter().cloned().collect();
    names.extend(here.into_iter().filter(|name| !listed.contains(name)));
    Ok(names)
}

fn folders(env: &Env<'_>, directory: &Path) -> Result<Vec<String>> {
    let found = env.storage.list(directory);
    let found = found.map_err(|error| failed(directory, "read", &error))?;
    // Even if it is not a file, or a broken link: then it is in the report, and does not expire unnoticed.
    let has_request = |name: &String| directory.join(name).join(REQUEST).symlink_metadata().is_ok();
    Ok(found.into_iter().filter_map(|name| name.into_string().ok()).filter(has_request).collect())
}

fn unix_day(moment: SystemTime) -> u64 {
    moment.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs() / DAY
}

fn leaf_of(env: &Env<'_>, entry: &Path) -> Option<Lifetime> {
    env.storage.read(&entry.join("current/cert.pem")).ok().as_deref().and_then(Lifetime::of)
}

/// One list call gives the status of all entries, for example whether a certificate was revoked. Some accounts cannot
/// list; then there are no statuses.
fn statuses(context: &Context<'_>) -> Result<HashMap<String, String>> {
    let call = || Ok(Context { deadline: Instant::now() + context.connection.timeout, ..*context });
    let all = match Account::all(call) {
        Ok(all) => all.certificates,
        Err(error) if error.kind() == Kind::Cancelled => return Err(error),
        // The service refuses the key: nothing can be renewed, and whoever reads the report has to know, also where nothing is
        // due.
        Err(error) if error.kind() == Kind::Auth && error.http_status().is_some() => return Err(error),
        Err(error) => {
            let mut message =
                format!("the account could not be listed, so revoked certificates go unnoticed ({error})");
            context.log(|| message.clone());
            if let Some(events) = context.events {
                context.connection.cleaner.clean_text(&mut message);
                events.tell(Event::new(EventType::Warning, &message, Map::new()));
            }
            return Ok(HashMap::new());
        }
    };
    Ok(all.into_iter().filter_map(|certificate| Some((certificate.id, certificate.status?))).collect())
}

/// A number from 0 to 1 that is always the same for a name (FNV-1a).
fn share_of(name: &str) -> f64 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    f64::from(u32::try_from(hash >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}
