//! The figures of the code. Times are in milliseconds, as everywhere in this crate.

/// `STORE_LEASE`.
pub const LEASE: u64 = 300 * SECOND;
/// `TIMEOUT`: of one request to the service.
pub const TIMEOUT: u64 = 60 * SECOND;
/// `REQUESTS_PER_SECOND`.
pub const REQUESTS_PER_SECOND: usize = 5;
pub(crate) const BEAT: u64 = 60 * SECOND;
pub(crate) const SILENCE: u64 = 180 * SECOND;
pub(crate) const MAX_TRIES: u32 = 5;
pub(crate) const MAX_WRITE: u64 = 10 * SECOND;
pub(crate) const JOBS: usize = 4;
pub(crate) const JITTER: f64 = 0.1;
pub(crate) const RENEW_AT: f64 = 1.0 / 3.0;
pub(crate) const DEADLINE: u64 = 1800 * SECOND;
pub(crate) const SETTLE: u64 = 30 * SECOND;
pub(crate) const POLL_INTERVAL: u64 = 2 * SECOND;
pub(crate) const MAX_POLL_INTERVAL: u64 = 30 * SECOND;
pub(crate) const EARLY_POLL: u64 = 250;
pub(crate) const FIRST_SEARCH: u64 = SECOND;
pub(crate) const MAX_SEARCH: u64 = 8 * SECOND;
pub(crate) const LOST_FOR: u64 = DAY;
pub(crate) const MAX_UNKNOWN_CREATES: usize = 3;
/// Certificates on a page of the account, and records on a page of S3.
pub(crate) const PAGE: u64 = 1000;

pub(crate) const SECOND: u64 = 1000;
/// An hour.
pub const HOUR: u64 = 3600 * SECOND;
/// A day.
pub const DAY: u64 = 24 * HOUR;

/// Where each of them stands in the code: the file below `core/src`, and the line.
pub const LINES: &[(&str, &str)] = &[
    ("settings.rs", "const STORE_LEASE: Duration = Duration::from_secs(300);"),
    ("settings.rs", "const TIMEOUT: Duration = Duration::from_secs(60);"),
    ("settings.rs", "const REQUESTS_PER_SECOND: f64 = 5.0;"),
    ("obtain/fleet/account.rs", "const BEAT: Duration = Duration::from_secs(60);"),
    ("obtain/fleet/account.rs", "const SILENCE: Duration = Duration::from_secs(180);"),
    ("obtain/fleet/account.rs", "const MAX_TRIES: usize = 5;"),
    ("obtain/fleet/push.rs", "const MAX_WRITE: Duration = Duration::from_secs(10);"),
    ("obtain/renewals.rs", "const JOBS: u64 = 4;"),
    ("obtain/renewals.rs", "const JITTER: f64 = 0.1;"),
    ("obtain/order_spec.rs", "const RENEW_AT: f64 = 1.0 / 3.0;"),
    ("obtain/order_spec.rs", "const DEADLINE: Duration = Duration::from_secs(1800);"),
    ("obtain/order_spec.rs", "const SETTLE: Duration = Duration::from_secs(30);"),
    ("obtain/order_spec.rs", "const POLL_INTERVAL: Duration = Duration::from_secs(2);"),
    ("obtain/order_spec.rs", "const MAX_POLL_INTERVAL: Duration = Duration::from_secs(30);"),
    ("obtain/steps/validate.rs", "const EARLY_POLL: Duration = Duration::from_millis(250);"),
    ("obtain/steps/search.rs", "const FIRST_POLL: Duration = Duration::from_secs(1);"),
    ("obtain/steps/search.rs", "const MAX_POLL: Duration = Duration::from_secs(8);"),
    ("obtain/steps/give_up.rs", "const LOST_FOR: Duration = Duration::from_secs(24 * 3600);"),
    ("obtain/steps/create.rs", "const MAX_UNKNOWN_CREATES: usize = 3;"),
];
