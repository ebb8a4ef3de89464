//! The methods of a builder.

use zerossl::{Parameter, ParameterKind};

use super::docs::{comment, prose};
use super::types::{Given, of_parameter};
use crate::generate::text::{as_duration, camel};

/// What it is about, in Java's words.
pub(super) fn described(parameter: &Parameter, parameters: &[Parameter]) -> String {
    let fields: Vec<&str> = parameters.iter().map(|parameter| parameter.name).collect();
    let doc = prose(parameter.doc, &fields);
    if matches!(parameter.kind, ParameterKind::Seconds) { as_duration(&doc) } else { doc }
}

/// A method for each parameter.
pub(super) fn setters(indent: usize, builder: &str, parameters: &[Parameter]) -> String {
    let one = |parameter: &Parameter| {
        let name = camel(parameter.name);
        let doc = described(parameter, parameters);
        let method = |of: &str, word: &str, value: &str| {
            let param = if parameter.required {
                format!("@param {name} the {word}")
            } else {
                format!("@param {name} the {word}, or null for the default")
            };
            let space = " ".repeat(indent);
            format!(
                "\n{}{space}public {builder} {name}({of} {name}) {{\n{space}    set(\"{}\", {value});\n\
                 {space}    return this;\n{space}}}\n",
                comment(indent, &doc, &[param, "@return this builder".to_owned()]),
                parameter.name
            )
        };
        match of_parameter(parameter) {
            Given::One(of) => method(&of, "value", &name),
            Given::Many(of) => {
                method(&format!("Collection<{of}>"), "values", &name)
                    + &method(
                        &format!("{of}..."),
                        "values",
                        &format!("{name} == null ? null : Arrays.asList({name})"),
                    )
            }
        }
    };
    parameters.iter().map(one).collect()
}
