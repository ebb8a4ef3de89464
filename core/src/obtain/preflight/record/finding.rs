//! What to do about a record that is not as expected.

use hickory_proto::rr::Name;

use super::answer::{Alias, ServerAnswer, ServerAnswers};
use crate::excerpt::one_line;
use crate::obtain::preflight::dns::shown;
use crate::obtain::preflight::finding::{Finding, Place};

pub(super) fn finding(place: &Place, answers: &ServerAnswers, name: &Name, target: &Name) -> Finding {
    const MAX_SHOWN: usize = 600;
    let ServerAnswers { zone, by_server } = answers;
    let found = by_server.iter().map(|(server, answer)| format!("{server} {answer}"));
    let found = found.collect::<Vec<_>>().join("; ");
    let found = match zone {
        Some(zone) => format!("zone {}: {found}", shown(zone)),
        None => found,
    };
    let found = one_line(&found, MAX_SHOWN);
    let any = |what: fn(&ServerAnswer) -> bool| by_server.iter().any(|(_, answer)| what(answer));
    let record = format!("`{}. CNAME {}.`", shown(name), shown(target));
    let mut aliases = by_server.iter().filter_map(|(_, answer)| match answer {
        ServerAnswer::Other(alias) => Some(alias),
        _ => None,
    });
    // What is wrong decides, if another server's record leads to the target.
    if let Some(alias) = aliases.clone().find(|alias| !alias.leads_to_target).or_else(|| aliases.next()) {
        return elsewhere(place, found, alias, name, target);
    }
    if any(|answer| matches!(answer, ServerAnswer::Addresses(_))) {
        let advice = format!(
            "the DNS provider flattens or proxies the record and gives addresses in its place: turn that off for {}, so that \
             the CNAME record itself is there: {record}",
            shown(name)
        );
        return place.wrong(found, advice);
    }
    if !any(|answer| matches!(answer, ServerAnswer::Nothing { .. })) {
        return place.unanswered(found);
    }
    if any(|answer| matches!(answer, ServerAnswer::Right)) {
        return place.wrong(found, "wait until all name servers have the record, then run it again");
    }
    let there = zone.as_ref().map(|zone| format!(" to the zone {}", shown(zone))).unwrap_or_default();
    let advice =
        format!("add this record{there}: {record}; if it is there, give the name servers some minutes");
    place.wrong(found, advice)
}

/// The record points to another name.
fn elsewhere(place: &Place, found: String, alias: &Alias, name: &Name, target: &Name) -> Finding {
    let record = |name: &Name| format!("`{}. CNAME {}.`", shown(name), shown(target));
    if alias.leads_to_target {
        let advice = format!(
            "it is not known whether the CA follows aliases to the target; the record itself is sure: {}",
            record(name)
        );
        return place.unclear(found, advice);
    }
    if is_appended(&alias.to, name, target) {
        let advice = format!("the zone's name was added to the target; end it with a dot: {}", record(name));
        return place.wrong(found, advice);
    }
    if let Some(owner) = &alias.dname {
        let advice = format!(
            "the DNAME record of {} leads all names below it elsewhere: add {} there, which the CA may follow, or validate \
             by another method",
            shown(owner),
            record(&alias.to)
        );
        return place.wrong(found, advice);
    }
    place.wrong(found, format!("let the record lead to the target: {}", record(name)))
}

/// Whether a parent name of the record follows the target: a zone editor appends it if the target has no dot at the
/// end.
fn is_appended(found: &Name, name: &Name, target: &Name) -> bool {
    let mut zone = name.base_name();
    while !zone.is_root() {
        let mut relative = target.clone();
        relative.set_fqdn(false);
        if relative.append_domain(&zone).is_ok_and(|appended| appended == *found) {
            return true;
        }
        zone = zone.base_name();
    }
    false
}
