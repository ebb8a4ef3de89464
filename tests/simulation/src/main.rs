//! Plays the large world, or the one that the arguments say: `name=value ...`, such as `seed=3 hosts=10 rules=better`.
#![forbid(unsafe_code)]

use std::io::{Write, stdout};
use std::process::ExitCode;
use std::time::Instant;

use zerossl_simulation::code::HOUR;
use zerossl_simulation::{Rules, Settings, Trouble, simulate};

fn main() -> ExitCode {
    let mut settings = Settings::large(1);
    for argument in std::env::args().skip(1) {
        if set(&mut settings, &argument).is_none() {
            let _ = writeln!(
                stdout(),
                "not understood: {argument}; give seed, hosts, entries, days, lifetime, period (hours), lease (seconds), \
                 account (0 or 1), same_hour, same_age, trouble (none, some, much), rules (code, better), or a rule by its \
                 name (0 or 1), as name=value"
            );
            return ExitCode::from(2);
        }
    }
    let begin = Instant::now();
    let report = simulate(&settings);
    let took = begin.elapsed().as_secs_f64();
    let _ = writeln!(stdout(), "seed {}\n{report}took {took:.0} s", settings.seed);
    if report.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn set(settings: &mut Settings, argument: &str) -> Option<()> {
    let (name, value) = argument.split_once('=')?;
    let number = || value.parse::<u64>().ok();
    let count = || value.parse::<usize>().ok();
    match name {
        "seed" => settings.seed = number()?,
        "hosts" => settings.hosts = count()?,
        "entries" => settings.entries = count()?,
        "days" => settings.days = number()?,
        "lifetime" => settings.lifetime = number()?,
        "period" => settings.period = number()? * HOUR,
        "lease" => settings.lease = number()? * 1000,
        "account" => settings.lists_account = number()? > 0,
        "same_age" => settings.same_age = number()? > 0,
        "same_hour" => settings.same_hour = number()? > 0,
        "trouble" => {
            settings.trouble = match value {
                "none" => Trouble::none(),
                "some" => Trouble::some(),
                "much" => Trouble::much(),
                _ => return None,
            }
        }
        "rules" => {
            settings.rules = match value {
                "code" => Rules::of_the_code(),
                "draft" => Rules::of_the_draft(),
                "better" => Rules::better(),
                _ => return None,
            }
        }
        _ => *rule(&mut settings.rules, name)? = number()? > 0,
    }
    Some(())
}

/// One rule, by its name.
fn rule<'a>(rules: &'a mut Rules, name: &str) -> Option<&'a mut bool> {
    Some(match name {
        "fence" => &mut rules.fence,
        "lease_is_heeded" => &mut rules.lease,
        "search" => &mut rules.search,
        "settles_from_search" => &mut rules.settles_from_search,
        "brings_leased" => &mut rules.brings_leased,
        "comes_back" => &mut rules.comes_back,
        "even_pace" => &mut rules.even_pace,
        "looks_twice" => &mut rules.looks_twice,
        "leases_first" => &mut rules.leases_first,
        "spreads" => &mut rules.spreads,
        "trusts_list" => &mut rules.trusts_list,
        _ => return None,
    })
}
