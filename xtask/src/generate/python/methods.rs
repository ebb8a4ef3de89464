//! A method for each operation.

use zerossl::{Operation, Parameter};

use super::docstrings::{self, Argument};
use super::layout::{COLUMNS, bracketed, row};
use super::mode::Mode;
use super::own::{OWN, more};
use super::types;

/// The operations on a folder.
const OBTAINING: [(&str, &str); 2] = [("obtain", "domains"), ("renew_all", "directory")];
/// Python's built-in names, which a parameter may shadow.
const BUILTINS: [&str; 2] = ["id", "type"];

/// Whether it has callables.
pub(super) fn keeps_a_folder(operation: &Operation) -> bool {
    OBTAINING.iter().any(|(name, _)| *name == operation.name)
}

/// A parameter of a method.
pub(super) struct Given {
    pub(super) name: String,
    annotation: String,
    is_required: bool,
    pub(super) doc: String,
}

pub(super) fn method(operation: &Operation, mode: Mode) -> String {
    let given = given(operation);
    let first = OBTAINING.iter().find(|(name, _)| *name == operation.name).map(|(_, first)| *first);
    // What an operation is about may be given without its name.
    let has_first = given.first().is_some_and(|parameter| match first {
        Some(first) => parameter.name == first,
        None => matches!(parameter.name.as_str(), "id" | "directory"),
    });
    let arguments: Vec<Argument> = given
        .iter()
        .map(|parameter| Argument { name: parameter.name.clone(), doc: parameter.doc.clone() })
        .collect();
    let body = if keeps_a_folder(operation) { run(operation, mode) } else { call(operation, mode) };
    let head = format!("{} {}(", mode.def(), operation.name);
    let signature = signature(&head, &given, has_first, operation.answer.name);
    format!("{signature}\n{}{body}", docstrings::of(operation, &arguments, mode))
}

/// `head` with the parameters, of which the first may be given without its name, and what is returned.
pub(super) fn signature(head: &str, given: &[Given], has_first: bool, returned: &str) -> String {
    let mut parameters = vec!["self".to_owned()];
    let mut hides = false;
    for (place, parameter) in given.iter().enumerate() {
        if place == usize::from(has_first) {
            parameters.push("*".to_owned());
        }
        let mut text = format!("{}: {}", parameter.name, parameter.annotation);
        if !parameter.is_required {
            text.push_str(" | None = None");
        }
        if BUILTINS.contains(&parameter.name.as_str()) {
            hides = true;
            text.push_str("  # noqa: A002");
        }
        parameters.push(text);
    }
    let plain: Vec<String> = parameters.iter().map(|text| text.replace("  # noqa: A002", "")).collect();
    let tail = format!(") -> {returned}:");
    let mut signature = bracketed(4, head, &plain, &tail);
    if signature.contains('\n') {
        let rows: String = parameters.iter().map(|parameter| row(8, parameter)).collect();
        signature = format!("    {head}\n{rows}    {tail}");
    } else if hides {
        signature.push_str("  # noqa: A002");
    }
    signature
}

/// The parameters of the table, with Python's additional ones in between.
pub(super) fn given(operation: &Operation) -> Vec<Given> {
    let own = |after: &str| {
        let of = OWN.iter().filter(|own| own.is_of(operation.name));
        let of = of.filter(|_| keeps_a_folder(operation));
        let after = after.to_owned();
        of.filter(move |own| own.after == after).map(|own| Given {
            name: own.name.to_owned(),
            annotation: own.annotation.to_owned(),
            is_required: false,
            doc: own.doc.to_owned(),
        })
    };
    let mut given = Vec::new();
    for parameter in operation.parameters {
        let has_short_forms = own(parameter.name).next().is_some();
        given.push(Given {
            name: parameter.name.to_owned(),
            annotation: types::of_parameter(parameter),
            // A parameter with short forms may be omitted.
            is_required: parameter.required && !has_short_forms,
            doc: format!("{}{}", parameter.doc, more(operation.name, parameter.name)),
        });
        given.extend(own(parameter.name));
    }
    given.extend(own(""));
    given
}

fn call(operation: &Operation, mode: Mode) -> String {
    let items = members(operation.parameters);
    let (name, answer) = (operation.name, operation.answer.name);
    let call = format!("        return {}self._call(\"{name}\", {answer}, ", mode.wait());
    let inline = format!("{call}{{{}}})\n", items.join(", "));
    // Short unions are written out where they are used.
    if inline.trim_end().chars().count() <= COLUMNS && items.len() < 3 {
        return inline;
    }
    format!("{}\n{call}parameters)\n", bracketed(8, "parameters = {", &items, "}"))
}

fn run(operation: &Operation, mode: Mode) -> String {
    let short: Vec<&str> = OWN
        .iter()
        .filter(|own| own.after == "validation" && own.is_of(operation.name))
        .map(|own| own.name)
        .filter(|name| !matches!(*name, "cleanup" | "validation_method"))
        .collect();
    let forms: Vec<String> = short.iter().map(|name| format!("\"{name}\": {name}")).collect();
    let forms =
        if forms.is_empty() { String::new() } else { bracketed(8, "short_forms = {", &forms, "}") + "\n" };
    let items: Vec<String> = members(operation.parameters)
        .into_iter()
        .map(|item| match item.as_str() {
            "\"validation\": validation" => {
                "\"validation\": ways.validation(validation, validation_method, short_forms)".to_owned()
            }
            _ => item,
        })
        .collect();
    let (name, answer) = (operation.name, operation.answer.name);
    let run = format!("return {}{}.run", mode.wait(), mode.runner());
    let run = format!("{run}(self._inner, \"{name}\", {answer}, parameters, callables)\n");
    let run = if forms.is_empty() {
        format!("        {run}")
    } else {
        format!("        with ways.AsGiven(validation):\n            {run}")
    };
    format!(
        "        callables = Callables(on_event, publish, cleanup)\n{forms}{}\n{run}",
        bracketed(8, "parameters = {", &items, "}"),
    )
}

fn members(parameters: &[Parameter]) -> Vec<String> {
    let member = |parameter: &Parameter| match parameter.name {
        name if types::is_path(parameter) => format!("\"{name}\": ways.path({name})"),
        name => format!("\"{name}\": {name}"),
    };
    parameters.iter().map(member).collect()
}
