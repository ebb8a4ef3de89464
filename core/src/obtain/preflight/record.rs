//! CNAME records: checks that every name server has the correct record, and waits until it does.

use std::net::IpAddr;
use std::time::Duration;

use hickory_resolver::proto::rr::{Name, RData, RecordType};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::dns::{absolute, address, shown};
use super::finding::{Finding, Place};
use super::join_all::join_all;
use super::name_server::{Failure, NameServer};
use super::probe::Probe;
use crate::backoff::Backoff;
use crate::excerpt::one_line;

const MAX_PAUSE: Duration = Duration::from_secs(15);

/// The answer of a server.
#[derive(Clone, Debug)]
enum ServerAnswer {
    Right,
    Nothing,
    /// Addresses instead of the record: the DNS provider flattens or proxies it.
    Addresses(Vec<IpAddr>),
    Other(Name),
    Unknown(Failure),
}

/// The answer of each server, by the server's name.
type ServerAnswers = Vec<(String, ServerAnswer)>;

pub(super) async fn check(probe: &Probe, place: &Place, name: &str, target: &str) -> Option<Finding> {
    let (Some(name), Some(target)) = (absolute(name), absolute(target)) else {
        return Some(place.no_name());
    };
    let mut backoff = Backoff::new(probe.limits.first_pause, 2.0, MAX_PAUSE);
    let mut last = None;
    // A single time-out around the loop would discard the earlier results.
    while let Ok(answers) = timeout_at(probe.deadline, probe_once(probe, &name, &target)).await {
        let answers = answers?;
        let may_change = answers
            .iter()
            .any(|(_, answer)| matches!(answer, ServerAnswer::Nothing | ServerAnswer::Other(_)));
        last = Some(answers);
        let next = Instant::now() + backoff.pause();
        if !may_change || next >= probe.record_wait_ends {
            break;
        }
        sleep_until(next).await;
    }
    Some(match last {
        Some(answers) => finding(place, &answers, &name, &target),
        None => place.too_late(),
    })
}

/// The answers about the record. None if the record is correct, here or at a parent name: the service also checks the
/// parents, down to two labels.
async fn probe_once(probe: &Probe, name: &Name, target: &Name) -> Option<ServerAnswers> {
    let answers = ask_all(probe, name, target).await;
    if is_right(&answers) {
        return None;
    }
    let mut parent = name.base_name().base_name();
    while parent.num_labels() >= 2 {
        let label = name.iter().next().unwrap_or_default();
        if let Ok(there) = parent.prepend_label(label)
            && is_right(&ask_all(probe, &there, target).await)
        {
            return None;
        }
        parent = parent.base_name();
    }
    Some(answers)
}

fn is_right(answers: &ServerAnswers) -> bool {
    answers.iter().all(|(_, answer)| matches!(answer, ServerAnswer::Right))
}

/// Asks all servers of the zone. They are found with the parent name, which exists.
async fn ask_all(probe: &Probe, name: &Name, target: &Name) -> ServerAnswers {
    let zone = name.base_name();
    match probe.dns.servers(&zone).await {
        Ok(servers) => join_all(servers.iter().map(|server| ask(server, name, target))).await,
        Err(failure) => vec![(format!("the DNS of {}", shown(&zone)), ServerAnswer::Unknown(failure))],
    }
}

async fn ask(server: &NameServer, name: &Name, target: &Name) -> (String, ServerAnswer) {
    let answer = match server.ask(name, RecordType::CNAME).await {
        Err(failure) => ServerAnswer::Unknown(failure),
        Ok(answers) => {
            let mut targets = answers.into_iter().filter_map(|record| match record.data {
                RData::CNAME(target) if record.name == *name => Some(target.0),
                _ => None,
            });
            match targets.next() {
                None => addresses_instead(server, name).await,
                Some(found) if found == *target => ServerAnswer::Right,
                Some(found) => ServerAnswer::Other(found),
            }
        }
    };
    (server.name.clone(), answer)
}

/// What a server has instead of the CNAME record: addresses of this name. Addresses that it returns for any missing
/// name (a wildcard) do not count.
async fn addresses_instead(server: &NameServer, name: &Name) -> ServerAnswer {
    let found = addresses(server, name).await;
    if found.is_empty() {
        return ServerAnswer::Nothing;
    }
    let is_wildcard = match name.base_name().prepend_label(format!("_{:032x}", fastrand::u128(..))) {
        Ok(other) => !addresses(server, &other).await.is_empty(),
        Err(_) => false,
    };
    if is_wildcard { ServerAnswer::Nothing } else { ServerAnswer::Addresses(found) }
}

/// The addresses that a server returns for exactly this name. Empty also if it does not answer.
async fn addresses(server: &NameServer, name: &Name) -> Vec<IpAddr> {
    let kinds = [RecordType::A, RecordType::AAAA];
    let answers = join_all(kinds.map(|kind| server.ask(name, kind))).await;
    let records = answers.into_iter().flatten().flatten();
    records.filter(|record| record.name == *name).filter_map(|record| address(&record)).collect()
}

fn finding(place: &Place, answers: &ServerAnswers, name: &Name, target: &Name) -> Finding {
    const MAX_SHOWN: usize = 600;
    let found = answers.iter().map(|(server, answer)| match answer {
        ServerAnswer::Right => format!("{server} has it"),
        ServerAnswer::Nothing => format!("{server} has no CNAME record"),
        ServerAnswer::Addresses(found) => {
            let found: Vec<_> = found.iter().map(ToString::to_string).collect();
            format!("{server} has no CNAME record and answers with an address ({})", found.join(", "))
        }
        ServerAnswer::Other(found) => format!("{server} points to {}", shown(found)),
        ServerAnswer::Unknown(failure) => format!("{server} {failure}"),
    });
    let found = one_line(&found.collect::<Vec<_>>().join("; "), MAX_SHOWN);
    let any = |what: fn(&ServerAnswer) -> bool| answers.iter().any(|(_, answer)| what(answer));
    let record = format!("`{}. CNAME {}.`", shown(name), shown(target));
    let is_appended = |answer: &ServerAnswer| matches!(answer, ServerAnswer::Other(found) if is_appended(found, name, target));
    if answers.iter().any(|(_, answer)| is_appended(answer)) {
        let advice = format!("the zone's name was added to the target; end it with a dot: {record}");
        return place.wrong(found, advice);
    }
    if any(|answer| matches!(answer, ServerAnswer::Other(_))) {
        return place.wrong(found, format!("let the record lead to the target: {record}"));
    }
    if any(|answer| matches!(answer, ServerAnswer::Addresses(_))) {
        let advice = format!(
            "the DNS provider flattens or proxies the record and gives addresses in its place: turn that off for {}, so that \
             the CNAME record itself is there: {record}",
            shown(name)
        );
        return place.wrong(found, advice);
    }
    if !any(|answer| matches!(answer, ServerAnswer::Nothing)) {
        return place.unanswered(found);
    }
    if any(|answer| matches!(answer, ServerAnswer::Right)) {
        return place.wrong(found, "wait until all name servers have the record, then run it again");
    }
    let advice = format!("add this record: {record}; if it is there, give the name servers some minutes");
    place.wrong(found, advice)
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
