//! The rules: what must be true whatever happens. Nothing is forgiven for longer than until the next recovery.

/// A rule, as a failing walk prints it.
pub(super) type Rule = &'static str;

/// Each order that may still be issued is in the journal: by its id, or as what a create of unknown outcome may have made,
/// at most one for each. So the next call goes on with it or cancels it, and none uses a place of the quota unseen.
pub(super) const ONE_LIVE_ORDER: Rule = "one live order: each open order is accounted for";
/// In a recovery an order that fits what is wanted is taken up: no other one is made.
pub(super) const ORDER_IS_TAKEN_UP: Rule = "a live order is taken up, and no other one is made";
/// An order that a person has cancelled is over for the entry, too: the next call orders at once, and does not fail first.
pub(super) const CANCELLED_IS_OVER: Rule = "a cancelled order is in nobody's way";
/// At most the requested certificate and the renewal of the one in use; and what another host makes meanwhile.
pub(super) const FEW_ORDERS_A_CALL: Rule = "a call makes at most two orders";
/// A create whose outcome is not known may have used a place: the same call sends no other one.
pub(super) const ONE_UNKNOWN_CREATE: Rule = "a call sends no create after one of unknown outcome";
/// What is known of creates of unknown outcome does not grow without end.
pub(super) const FEW_LOST: Rule = "few creates of unknown outcome";
/// An order's key is on the disk before the service has the order: what the service says of the order is compared.
pub(super) const KEY_IS_THERE: Rule = "no key is lost: the key of an open order is there";
/// A key whose certificate was revoked is in use no more, once another certificate is.
pub(super) const REVOKED_KEY: Rule = "a key of a revoked certificate is not used again";
/// By a slip. One that has expired or whose key was given up is no longer good.
pub(super) const GOOD_KEY: Rule = "`remove_entry` without `force` keeps the keys of good certificates";
/// All that the entry knows of.
pub(super) const REVOKED_FIRST: Rule = "`remove_entry` with `revoke` leaves no certificate that can be used";
/// At every moment, also right after a power cut. With copies, each file by itself while they are replaced: `combined.pem`
/// is whole, or is not there yet.
pub(super) const PAIR_IN_USE: Rule = "key and chain in use belong together";
/// Copies that a crash or a failing disk has left in the middle.
pub(super) const MENDED: Rule = "a call that worked leaves whole files";
/// Until another one is there, or the entry is removed. In a change of the layout, until the new one is ready.
pub(super) const STAYS_IN_USE: Rule = "a certificate in use stays in use";
/// The caller's key, or that of its CSR; and `renew_all` keeps it. Files where they were asked for: behind a link, or as
/// copies.
pub(super) const AS_ASKED: Rule = "key and layout are those that were asked for";
/// Whatever is said to be deployed: the hook has run for it on that host, with success. After a recovery that is so for
/// each host's certificate in use.
pub(super) const HOOK_HAS_RUN: Rule = "the hook has run for the certificate in use";
/// The hook runs when the certificate that it is told of is in place, and for no other one.
pub(super) const HOOK_SEES: Rule = "a hook sees the certificate that it runs for";
/// Until the certificate in place has little time left.
pub(super) const HOOK_FIRST: Rule = "a call whose hook fails again orders nothing";
/// `list_entries` against the files and the service.
pub(super) const LISTING: Rule = "`list_entries` tells the truth";
/// With `renew_all` each day: not when a day fails, not when another entry fails, not when a change of names cannot be had.
pub(super) const NOTHING_EXPIRES: Rule = "no good certificate is left to expire";
/// The same, with nothing in the way: soon after it is due, not just before its end.
pub(super) const RENEWED_IN_TIME: Rule = "what is due is renewed within days";
/// From each state, with the trouble gone, calls and what their errors say lead to a good certificate.
pub(super) const NO_DEAD_END: Rule = "no dead end";
/// After that, the next call does nothing, and all hosts have the same certificate, which nobody has revoked.
pub(super) const DONE_IS_DONE: Rule = "what is done stays done, on each host";
/// After that and a day, whatever was lost on the way is found and cancelled.
pub(super) const NOTHING_LEFT: Rule = "no order is left open";
/// `cancel_drafts` leaves alone what an entry knows.
pub(super) const OWN_DRAFTS: Rule = "`cancel_drafts` keeps the orders of all entries";
/// An error is about the trouble, never about us.
pub(super) const NO_PANIC: Rule = "no panic";
/// The files of an entry, and the records of a shared store.
pub(super) const READABLE: Rule = "what is stored can be read";
