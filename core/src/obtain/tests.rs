//! `obtain` against the sandbox, with its own clock and disk: what must be true after a crash at any step, and after
//! any answer that is lost, late or garbled.

mod changes;
mod crashes;
mod dead_ends;
mod disk;
mod drafts;
mod dry_running;
mod faults;
mod fleet;
mod good_keys;
mod hosts;
mod intruders;
mod jumps;
mod keys;
mod late;
mod layouts;
mod leases;
mod listing;
mod lying;
mod model;
mod naming;
mod new_hooks;
mod ordering;
mod pausing;
mod prepared;
mod recovery;
mod redeploying;
mod removing;
mod renewing;
mod stand;
mod stored;
mod stores;
mod time;
mod turns;
mod validating;
