//! `requests_gen.go`: a struct for the parameters of each operation.

use zerossl::{OPERATIONS, Operation, Parameter, ParameterKind};

use super::docs::prose;
use super::names::exported;
use super::structs::{Member, declared};
use super::types;
use crate::generate::text::as_duration;

pub(super) fn text() -> String {
    let requests: String = OPERATIONS.iter().map(|operation| one(operation)).collect();
    format!("\nimport \"time\"\n{requests}")
}

/// The name of an operation's struct.
pub(super) fn name_of(operation: &Operation) -> String {
    format!("{}Request", exported(operation.name))
}

fn one(operation: &Operation) -> String {
    let name = name_of(operation);
    let doc = format!("{name} has the parameters of [Client.{}].", exported(operation.name));
    declared(&name, &doc, &members(operation.parameters), "")
}

/// The fields for parameters or settings.
pub(super) fn members(parameters: &[Parameter]) -> Vec<Member> {
    let fields: Vec<&str> = parameters.iter().map(|parameter| parameter.name).collect();
    let member = |parameter: &Parameter| {
        let mut doc = prose(parameter.doc, &fields);
        if matches!(parameter.kind, ParameterKind::Seconds) {
            doc = as_duration(&doc);
        }
        let (tag, doc) = if parameter.required {
            (parameter.name.to_owned(), format!("{doc} Required."))
        } else {
            (format!("{},omitempty", parameter.name), doc)
        };
        Member { name: exported(parameter.name), go_type: types::of_parameter(parameter), tag, doc }
    };
    parameters.iter().map(member).collect()
}
