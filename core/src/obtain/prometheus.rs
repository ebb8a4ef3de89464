//! What `list_entries` says, as metrics: the text format of Prometheus, version 0.0.4, which a node exporter reads from a
//! file.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;
use serde_json::Value;

use super::interface::{CertificateState, Entries, EntrySummary, OrderState};
use crate::time::Time;

impl Entries {
    /// The entries as metrics in the text format of Prometheus. docs/monitoring.md lists them, and what to alert on.
    ///
    /// ```
    /// # let answer = r#"{"entries": [{"name": "example.com", "domains": [], "certificate": "good", "order": "none", "readable": true}]}"#;
    /// let entries: zerossl::Entries = serde_json::from_str(answer)?;
    /// assert!(entries.to_prometheus().contains("zerossl_certificate_state{entry=\"example.com\",state=\"good\"} 1"));
    /// # Ok::<_, serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn to_prometheus(&self) -> String {
        let mut metrics = Metrics(String::new());
        metrics.begin("zerossl_entries", "Entries of the store.");
        let count = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        metrics.add("zerossl_entries", &[], count.into());
        metrics.of_each(self, "zerossl_entry_readable", "Whether the entry's files can be read.", |entry| {
            Some(is(entry.readable))
        });
        metrics.states(self, "zerossl_certificate_state", "The state of the certificate in use.", |entry| {
            (entry.certificate.as_str(), CertificateState::WORDS)
        });
        metrics.states(self, "zerossl_order_state", "The state of the order.", |entry| {
            (entry.order.as_str(), OrderState::WORDS)
        });
        metrics.of_each(
            self,
            "zerossl_certificate_expiry_timestamp_seconds",
            "When the certificate in use expires.",
            |entry| seconds(entry.expires.as_ref()),
        );
        metrics.of_each(
            self,
            "zerossl_certificate_renewal_timestamp_seconds",
            "From when on the certificate in use is renewed.",
            |entry| seconds(entry.renews_at.as_ref()),
        );
        metrics.of_each(
            self,
            "zerossl_certificate_deployed",
            "Whether the deploy hook has run for the certificate in use.",
            |entry| entry.deployed.map(is),
        );
        metrics.begin("zerossl_entry_last_error_timestamp_seconds", "When the last call failed, if it did.");
        for entry in &self.entries {
            let Some(error) = &entry.last_error else { continue };
            let at = error.get("at").and_then(|at| Time::deserialize(at).ok());
            let kind = error.get("kind").and_then(Value::as_str).unwrap_or("unknown");
            let labels = [("entry", entry.name.as_str()), ("kind", kind)];
            let at = seconds(at.as_ref()).unwrap_or(f64::NAN);
            metrics.add("zerossl_entry_last_error_timestamp_seconds", &labels, at);
        }
        metrics.0
    }
}

struct Metrics(String);

impl Metrics {
    fn begin(&mut self, name: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} gauge"));
    }

    fn add(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let labels: Vec<_> =
            labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        self.line(format_args!("{name}{labels} {value}"));
    }

    /// One value for each entry that has one.
    fn of_each(
        &mut self,
        entries: &Entries,
        name: &str,
        help: &str,
        value: impl Fn(&EntrySummary) -> Option<f64>,
    ) {
        self.begin(name, help);
        for entry in &entries.entries {
            if let Some(value) = value(entry) {
                self.add(name, &[("entry", &entry.name)], value);
            }
        }
    }

    /// For each entry 1 for the state that it has, and 0 for the others.
    fn states(
        &mut self,
        entries: &Entries,
        name: &str,
        help: &str,
        state: impl Fn(&EntrySummary) -> (&str, &'static [&'static str]),
    ) {
        self.begin(name, help);
        for entry in &entries.entries {
            let (given, all) = state(entry);
            for state in all {
                self.add(name, &[("entry", &entry.name), ("state", state)], is(given == *state));
            }
        }
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "{line}");
    }
}

fn is(flag: bool) -> f64 {
    if flag { 1.0 } else { 0.0 }
}

fn seconds(time: Option<&Time>) -> Option<f64> {
    let time: SystemTime = time?.to_system_time()?;
    time.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs_f64())
}

/// A label's value.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
