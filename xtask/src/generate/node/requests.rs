//! `requests.ts`: the parameters of each operation, and the settings of a client.

use zerossl::{OPERATIONS, Parameter, SETTINGS};

use super::names::comment;
use super::types;
use crate::generate::text::{camel, pascal};

const HEAD: &str = r#"/**
 * What operations and clients are given. A member that is absent, undefined or null is left to its default.
 *
 * @module
 */

/** The subject of a CSR besides its CN. */
export interface Subject {
  /** Two letters; an empty text leaves it out. */
  country?: string | null | undefined;
  state?: string | null | undefined;
  locality?: string | null | undefined;
  organization?: string | null | undefined;
  organizationalUnit?: string | null | undefined;
}

/** How control of the names is proved: the method, and at most one way to publish. */
export interface ValidationWay {
  /** One method is used for the whole order. */
  method: "HTTP_CSR_HASH" | "HTTPS_CSR_HASH" | "CNAME_CSR_HASH" | "EMAIL";
  /** The folder that a web server shows at `http://NAME/`, or a map from names to folders. */
  webroot?: string | Readonly<Record<string, string>> | null | undefined;
  /** Where a small web server of the library listens as long as needed, such as `0.0.0.0:80`. */
  listen?: string | null | undefined;
  /** A command that publishes: called with `present` or `cleanup`, a name and its target. */
  hook?: readonly string[] | null | undefined;
  /** For EMAIL: for each name the address that the service's mail goes to. */
  emails?: Readonly<Record<string, string>> | null | undefined;
}
"#;

pub(super) fn text() -> String {
    let requests: String = OPERATIONS
        .iter()
        .map(|operation| {
            let doc = format!("The parameters of `{}`.", camel(operation.name));
            interface(&request(operation.name), &doc, operation.parameters)
        })
        .collect();
    let settings = interface("ClientOptions", "The settings of a client.", SETTINGS);
    format!("{HEAD}{settings}{requests}")
}

pub(super) fn request(operation: &str) -> String {
    format!("{}Request", pascal(operation))
}

fn interface(name: &str, doc: &str, parameters: &[Parameter]) -> String {
    let members: Vec<String> = parameters
        .iter()
        .map(|parameter| {
            let kind = types::of_parameter(parameter);
            let (mark, none) = if parameter.required { ("", "") } else { ("?", " | null | undefined") };
            let doc = comment(2, parameter.doc);
            format!("{doc}  {}{mark}: {kind}{none};\n", camel(parameter.name))
        })
        .collect();
    format!("\n{}export interface {name} {{\n{}}}\n", comment(0, doc), members.concat())
}
