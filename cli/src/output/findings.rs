//! Findings of a check, a line for each.

use serde_json::Value;

use super::styles::{BAD, GOOD, WARNING, shown, styled};

pub(crate) fn text(findings: &[Value]) -> String {
    if findings.is_empty() {
        return styled(GOOD, "nothing stands in the way of an order") + "\n";
    }
    findings.iter().map(line).collect()
}

fn line(finding: &Value) -> String {
    let text = |name: &str| shown(finding[name].as_str().unwrap_or_default());
    let level = text("level");
    let style = match level.as_str() {
        "error" => BAD,
        "warning" => WARNING,
        _ => GOOD,
    };
    let domain = finding["domain"].as_str().map(|domain| format!("{}: ", shown(domain))).unwrap_or_default();
    format!("{} {:<10} {domain}{}\n", styled(style, format!("{level:<7}")), text("stage"), text("message"))
}
