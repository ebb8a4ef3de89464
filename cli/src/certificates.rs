//! Lists of certificates, page by page as they come.

use serde_json::{Map, Value};

use crate::failure::Result;
use crate::output::table::{Cell, Table};
use crate::output::{self, parsed, print, styles};
use crate::run::Session;

const HEADER: &[&str] = &["ID", "STATUS", "EXPIRES", "NAMES"];
/// So that the pages stand below each other.
const WIDTHS: [usize; 3] = [32, 18, 10];
const DATE: usize = 10;

/// Prints all certificates that match. What people read comes page by page.
pub(crate) fn list_all(session: &Session, parameters: Map<String, Value>) -> Result<u8> {
    let mut all = Vec::new();
    let is_for_people = session.output.is_for_people();
    let mut is_first = true;
    let frame = session.list("list_certificates", parameters, |page| {
        let page = page.as_array().cloned().unwrap_or_default();
        if is_for_people {
            print(&table(&page, std::mem::take(&mut is_first)))?;
        } else {
            all.extend(page);
        }
        Ok(())
    })?;
    if is_for_people {
        return Ok(0);
    }
    let mut answer = parsed(&frame)?;
    answer["results"] = all.into();
    session.output.own(&answer, String::new)?;
    Ok(0)
}

fn table(certificates: &[Value], has_header: bool) -> String {
    let mut table = Table::new(HEADER).at_least(&WIDTHS);
    for certificate in certificates {
        table.add(row(certificate));
    }
    let text = table.text(output::width());
    if has_header { text } else { text.split_once('\n').map(|(_, rows)| rows.to_owned()).unwrap_or_default() }
}

fn row(certificate: &Value) -> Vec<Cell> {
    let text = |name: &str| certificate[name].as_str().unwrap_or("-");
    let style = match text("status") {
        "issued" => styles::GOOD,
        "draft" | "pending_validation" => styles::WARNING,
        "revoked" | "expired" => styles::BAD,
        _ => styles::FAINT,
    };
    let others = certificate["additional_domains"].as_array().into_iter().flatten();
    let names: Vec<_> =
        certificate["common_name"].as_str().into_iter().chain(others.filter_map(Value::as_str)).collect();
    vec![
        text("id").into(),
        Cell::new(text("status"), style),
        text("expires").chars().take(DATE).collect::<String>().into(),
        names.join(", ").into(),
    ]
}
