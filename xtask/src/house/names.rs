//! Names that were replaced by plainer ones, and must not come back.

use std::collections::BTreeSet;
use std::fs;

use proc_macro2::{TokenStream, TokenTree};

use crate::files;
use crate::top::top;

/// The old and the new name.
const REPLACED: &[(&str, &str)] = &[
    ("Wish", "OrderSpec"),
    ("KeyWish", "KeySpec"),
    ("World", "Env"),
    ("telling", "events"),
    ("Guest", "Connection"),
    ("nudged", "reverify"),
    ("let_go", "schedule_cleanup"),
    ("Untold", "Unknown"),
    ("Held", "Quarantined"),
    ("take_held", "release_quarantined"),
    ("look_at_held", "recheck_quarantined"),
    ("check_unknown_creates", "check_create_limit"),
    ("LogEvents", "LogLines"),
    ("is_api", "Error::is"),
    ("told", "receiver"),
    ("brake", "create_limit"),
    ("MOST_GROWTH", "MAX_GROWTH"),
    ("MOST_SWEEPS", "MAX_SWEEPS"),
    ("MOST_PAGES", "MAX_PAGES"),
    ("MOST_USES", "MAX_KEY_USES"),
    ("MOST_SHOWN", "MAX_SHOWN"),
    ("LONGEST_LABEL", "MAX_LABEL"),
    ("LOOKED_AT", "MAX_SCANNED"),
    ("OF_THE_CALL", "ONE_CALL_ONLY"),
    ("Whom", "DnsSource"),
    ("Unheard", "UnknownCritical"),
    ("Sighting", "ServerAnswers"),
    ("look_only", "check_only"),
    ("look_once", "probe_once"),
    ("look_up", "check_program"),
    ("look_at_key", "check_key"),
    ("is_only_a_look", "is_poll_timeout"),
    ("has_what_is_wanted", "has_requested_certificate"),
    ("wanted_installed", "requested_in_place"),
    ("say_what_stands", "with_conflicting_certificates"),
    ("say_what_fills", "with_quota_use"),
    ("may_stand_for", "may_belong_to"),
    ("is_unsure_told", "has_warned_of_sync"),
    ("in_its_place", "addresses_instead"),
    ("tell_end", "send_outcome"),
    ("SecondLook", "Recheck"),
    ("awaits_second_look", "awaits_recheck"),
    ("begin_look", "begin_recheck"),
    ("last_look", "last_recheck"),
    ("next_look", "next_recheck"),
    ("to_look_at", "due_rechecks"),
    ("LARGEST_REQUEST", "MAX_REQUEST"),
    ("MOST_LEVELS", "MAX_DEPTH"),
    ("Flaw", "CsrProblem"),
    ("Issuing", "Intermediate"),
    ("Manner", "Behaviour"),
    ("Met", "Effects"),
    ("attend", "serve_connection"),
    ("bent", "with_wrong_types"),
    ("needed_text", "required_text"),
    ("tend", "run"),
    ("unheard_of", "unknown_critical"),
];
const FOLDERS: [&str; 5] = ["cli/src", "core/src", "ffi/src", "python/src", "sandbox/src"];

pub(crate) fn problems() -> Vec<String> {
    let mut problems = Vec::new();
    for path in FOLDERS.iter().flat_map(|folder| files::below(&top().join(folder), "rs")) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let mut idents = BTreeSet::new();
        collect(text.parse().unwrap_or_default(), &mut idents);
        let shown = path.strip_prefix(top()).unwrap_or(&path);
        let old = REPLACED.iter().filter(|(old, _)| idents.contains(*old));
        problems.extend(old.map(|(old, new)| format!("{}: `{old}` is called `{new}` now", shown.display())));
    }
    problems
}

/// Collects all identifiers in the code, not in strings or comments.
fn collect(tokens: TokenStream, idents: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                idents.insert(ident.to_string());
            }
            TokenTree::Group(group) => collect(group.stream(), idents),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
