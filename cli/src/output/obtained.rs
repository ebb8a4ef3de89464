//! The answer of `obtain` for people: what has become of the certificate, and where it is.

use serde_json::Value;
use zerossl::Shape;

use super::details;
use super::findings;
use super::styles::{FAINT, GOOD, HEADER, WARNING, shown, styled};

const DATE: usize = 10;

pub(crate) fn text(shape: &'static Shape, answer: &Value) -> String {
    let outcome = answer["outcome"].as_str().unwrap_or_default();
    if outcome == "checked" {
        return findings::text(answer["findings"].as_array().map_or(&[], Vec::as_slice));
    }
    if outcome == "pending" {
        // What has to be published or answered is in there.
        return details::of(shape, answer);
    }
    let certificate = &answer["certificate"];
    let others = certificate["additional_domains"].as_array().into_iter().flatten();
    let names = certificate["common_name"].as_str().into_iter().chain(others.filter_map(Value::as_str));
    let until = certificate["expires"].as_str().map(|time| time.chars().take(DATE).collect::<String>());
    let style = if outcome == "unchanged" { FAINT } else { GOOD };
    let until = until.map(|until| format!(", until {}", shown(&until))).unwrap_or_default();
    let names = shown(&names.collect::<Vec<_>>().join(", "));
    let mut lines = vec![format!("{} {names}{until}\n", styled(style, outcome))];
    for (name, path) in answer["files"].as_object().into_iter().flatten() {
        let path = shown(path.as_str().unwrap_or_default());
        lines.push(format!("  {}  {path}\n", styled(HEADER, format!("{name:<9}"))));
    }
    if answer["deployed"] == false {
        lines.push(format!("  {}\n", styled(WARNING, "the deploy hook has not run successfully yet")));
    }
    lines.concat()
}
