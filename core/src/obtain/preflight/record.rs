//! CNAME records: checks that every name server has the correct record, and waits until it does.

mod answer;
mod finding;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use hickory_proto::rr::{Name, RData, RecordType};

use answer::{Alias, ServerAnswer, ServerAnswers};

use super::dns::{absolute, address, shown};
use super::finding::{Finding, Place};
use super::join_all::join_all;
use super::name_server::{NameServer, Reply};
use super::probe::Probe;
use crate::backoff::Backoff;

const MAX_PAUSE: Duration = Duration::from_secs(15);

pub(super) async fn check(probe: &Probe, place: &Place, name: &str, target: &str) -> Option<Finding> {
    let (Some(name), Some(target)) = (absolute(name), absolute(target)) else {
        return Some(place.no_name());
    };
    let mut backoff = Backoff::new(probe.limits.first_pause, 2.0, MAX_PAUSE);
    let mut last = None;
    // A single time-out around the loop would discard the earlier results.
    while let Some(answers) =
        probe.reactor.timeout_at(probe.deadline, probe_once(probe, &name, &target)).await
    {
        let answers = answers?;
        let may_change = answers.by_server.iter().any(|(_, answer)| match answer {
            ServerAnswer::Nothing { .. } => true,
            ServerAnswer::Other(alias) => !alias.leads_to_target,
            _ => false,
        });
        last = Some(answers);
        let next = Instant::now() + backoff.pause();
        if !may_change || next >= probe.record_wait_ends {
            break;
        }
        probe.reactor.sleep_until(next).await;
    }
    Some(match last {
        Some(answers) => finding::finding(place, &answers, &name, &target),
        None => place.too_late(),
    })
}

/// The answers about the record. None if the record is correct, here or at a parent name: the service also checks the
/// parents, down to two labels.
async fn probe_once(probe: &Probe, name: &Name, target: &Name) -> Option<ServerAnswers> {
    let mut answers = ask_all(probe, name, target).await;
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
    for (_, answer) in &mut answers.by_server {
        if let ServerAnswer::Other(alias) = answer {
            alias.leads_to_target = leads_to(probe, &alias.to, target).await;
        }
    }
    Some(answers)
}

fn is_right(answers: &ServerAnswers) -> bool {
    !answers.by_server.is_empty()
        && answers.by_server.iter().all(|(_, answer)| matches!(answer, ServerAnswer::Right))
}

/// Whether the records of a name lead to the target.
async fn leads_to(probe: &Probe, name: &Name, target: &Name) -> bool {
    /// As many aliases as resolvers follow.
    const MAX_ALIASES: usize = 8;
    let mut at = name.clone();
    for _ in 0..MAX_ALIASES {
        let answers = ask_all(probe, &at, target).await;
        if is_right(&answers) {
            return true;
        }
        let next = answers.by_server.into_iter().find_map(|(_, answer)| match answer {
            ServerAnswer::Other(alias) => Some(alias.to),
            _ => None,
        });
        let Some(next) = next else { return false };
        at = next;
    }
    false
}

/// Asks all servers of the zone. It is found with the parent name, which exists.
async fn ask_all(probe: &Probe, name: &Name, target: &Name) -> ServerAnswers {
    let above = name.base_name();
    let mut zone = match probe.dns.zone(&above).await {
        Ok(zone) => zone,
        Err(failure) => {
            let nobody = format!("the DNS of {}", shown(&above));
            return ServerAnswers { zone: None, by_server: vec![(nobody, ServerAnswer::Unknown(failure))] };
        }
    };
    loop {
        let by_server = join_all(zone.servers.iter().map(|server| ask(server, name, target))).await;
        let delegation = by_server.iter().find_map(|(_, answer)| match answer {
            ServerAnswer::Delegated(delegation) => Some(delegation.clone()),
            _ => None,
        });
        // The zone gets longer each time.
        match delegation {
            Some(delegation) => match probe.dns.delegated(&zone, name, delegation).await {
                Ok(below) => zone = below,
                Err(_) => return ServerAnswers { zone: zone.name, by_server },
            },
            None => return ServerAnswers { zone: zone.name, by_server },
        }
    }
}

async fn ask(server: &NameServer, name: &Name, target: &Name) -> (String, ServerAnswer) {
    let answer = match server.reply(name, RecordType::CNAME).await {
        Err(failure) => ServerAnswer::Unknown(failure),
        Ok(Reply::Delegated(delegation)) => ServerAnswer::Delegated(delegation),
        Ok(Reply::Nothing { exists }) => instead(server, name, exists).await,
        Ok(Reply::Records(records)) => {
            let found = records.iter().find_map(|record| match &record.data {
                RData::CNAME(to) if record.name == *name => Some(&to.0),
                _ => None,
            });
            match found {
                None => instead(server, name, true).await,
                Some(found) if found == target => ServerAnswer::Right,
                Some(found) => {
                    let dname = records.iter().find(|record| record.record_type() == RecordType::DNAME);
                    let dname = dname.map(|record| record.name.clone());
                    ServerAnswer::Other(Alias { to: found.clone(), dname, leads_to_target: false })
                }
            }
        }
    };
    (server.name.clone(), answer)
}

/// What a server has instead of the CNAME record: addresses of this name. Addresses that it returns for any missing
/// name (a wildcard) do not count.
async fn instead(server: &NameServer, name: &Name, exists: bool) -> ServerAnswer {
    let found = addresses(server, name).await;
    if found.is_empty() {
        return ServerAnswer::Nothing { exists };
    }
    let is_wildcard = match name.base_name().prepend_label(format!("_{:032x}", fastrand::u128(..))) {
        Ok(other) => !addresses(server, &other).await.is_empty(),
        Err(_) => false,
    };
    if is_wildcard { ServerAnswer::Nothing { exists } } else { ServerAnswer::Addresses(found) }
}

/// The addresses that a server returns for exactly this name. Empty also if it does not answer.
async fn addresses(server: &NameServer, name: &Name) -> Vec<IpAddr> {
    let kinds = [RecordType::A, RecordType::AAAA];
    let answers = join_all(kinds.map(|kind| server.ask(name, kind))).await;
    let records = answers.into_iter().flatten().flatten();
    records.filter(|record| record.name == *name).filter_map(|record| address(&record)).collect()
}
