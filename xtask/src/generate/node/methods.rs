//! `operations.ts`: a method for each operation.

use zerossl::{OPERATIONS, Operation};

use super::names::comment;
use super::requests::request;
use crate::generate::text::camel;

/// The operations that may ask the caller to publish.
const ASKING: [&str; 2] = ["obtain", "renew_all"];

const HEAD: &str = r#"import type * as answers from "./answers.js";
import type { CallOptions, ObtainOptions } from "./options.js";
import type * as requests from "./requests.js";

/** Each operation: what it takes and what it answers. */
export interface Operations {
TABLE}

/** The part of a client that has a method for each operation. */
export abstract class OperationMethods {
  protected abstract call<N extends keyof Operations>(
    operation: N,
    request: Operations[N]["request"],
    options: ObtainOptions,
  ): Promise<Operations[N]["answer"]>;
METHODS}
"#;

pub(super) fn text() -> String {
    let table: Vec<String> = OPERATIONS
        .iter()
        .map(|operation| {
            let (name, answer) = (operation.name, operation.answer.name);
            format!(
                "  {}: {{ request: requests.{}; answer: answers.{answer} }};\n",
                camel(name),
                request(name)
            )
        })
        .collect();
    let methods: String = OPERATIONS.iter().copied().map(method).collect();
    HEAD.replace("TABLE", &table.concat()).replace("METHODS", &methods)
}

fn method(operation: &Operation) -> String {
    let name = camel(operation.name);
    let options = if ASKING.contains(&operation.name) { "ObtainOptions" } else { "CallOptions" };
    let is_optional = operation.parameters.iter().all(|parameter| !parameter.required);
    let default = if is_optional { " = {}" } else { "" };
    let doc =
        format!("{}\n\n@throws ZeroSslError What failed: its class and `kind` say what.", summary(operation));
    format!(
        "\n{}  {name}(\n    request: requests.{}{default},\n    options: {options} = {{}},\n  ): \
         Promise<answers.{}> {{\n    return this.call(\"{name}\", request, options);\n  }}\n",
        comment(2, &doc),
        request(operation.name),
        operation.answer.name
    )
}

/// What it does. As a method, a list is one page.
fn summary(operation: &Operation) -> String {
    match operation.summary.split_once(" Started as an op,") {
        Some((first, _)) => format!("{first} For all pages use `certificates`."),
        None => operation.summary.to_owned(),
    }
}
