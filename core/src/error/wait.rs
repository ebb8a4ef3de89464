//! A requested waiting time, in words.

use std::time::Duration;

const UNITS: [(u64, &str); 4] = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
const YEAR: u64 = 365 * 86_400;

/// `1 day 2 hours`: the largest unit, and the next one if it is not zero. None for no time at all.
pub(super) fn in_words(pause: Duration) -> Option<String> {
    let seconds = pause.as_secs().saturating_add(u64::from(pause.subsec_nanos() > 0));
    if seconds > YEAR {
        return Some("more than a year".to_owned());
    }
    let first = UNITS.iter().position(|(length, _)| seconds >= *length)?;
    let mut rest = seconds;
    let parts = UNITS.iter().skip(first).take(2).filter_map(|(length, name)| {
        let count = rest / length;
        rest %= length;
        let plural = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{count} {name}{plural}"))
    });
    Some(parts.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_reads_it() {
        for (seconds, words) in [
            (0, None),
            (1, Some("1 second")),
            (90, Some("1 minute 30 seconds")),
            (120, Some("2 minutes")),
            (3600, Some("1 hour")),
            (3661, Some("1 hour 1 minute")),
            (86_400, Some("1 day")),
            (86_401, Some("1 day")),
            (90_000, Some("1 day 1 hour")),
            (YEAR, Some("365 days")),
            (u64::MAX, Some("more than a year")),
        ] {
            assert_eq!(in_words(Duration::from_secs(seconds)).as_deref(), words, "{seconds}");
        }
        assert_eq!(in_words(Duration::from_millis(1)).as_deref(), Some("1 second"));
    }
}
