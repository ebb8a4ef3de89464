//! `operations_gen.go`: a method for each operation.

use zerossl::{OPERATIONS, Operation};

use super::answers::NOTHING;
use super::docs::{comment, continued, prose};
use super::names::exported;
use super::requests::name_of;

/// Operations with events or questions for the caller.
const TELLING: [&str; 4] = ["obtain", "redeploy", "renew_all", "wait_until_issued"];
/// What Go's comments have to say beyond the table.
const MORE: [(&str, &str); 3] = [
    ("list_certificates", "[Client.Certificates] gives all pages."),
    (
        "obtain",
        "[OnEvent] shows the progress. [Publish] is needed where Validation does not say who publishes. \
         A ctx that ends keeps the order: call again to continue it.",
    ),
    ("renew_all", "[Publish] is needed for entries that were obtained with it."),
];

pub(super) fn text() -> String {
    let methods: String = OPERATIONS.iter().map(|operation| method(operation)).collect();
    format!("\nimport \"context\"\n{methods}")
}

fn method(operation: &Operation) -> String {
    let (name, request) = (exported(operation.name), name_of(operation));
    let fields: Vec<&str> = operation.parameters.iter().map(|parameter| parameter.name).collect();
    // How ops of C behave.
    let summary =
        operation.summary.replace(" Started as an op, it gives all pages, each as an event `page`.", "");
    let mut doc = format!("{name} {}", continued(&prose(&summary, &fields)));
    if let Some((_, more)) = MORE.iter().find(|(of, _)| *of == operation.name) {
        doc = format!("{doc} {more}");
    }
    let (parameter, argument) =
        if TELLING.contains(&operation.name) { (", options ...Option", ", options...") } else { ("", "") };
    let head = format!(
        "\n{}func (c *Client) {name}(ctx context.Context, request {request}{parameter})",
        comment(0, &doc)
    );
    let arguments = format!("ctx, \"{}\", request", operation.name);
    if operation.answer.name == NOTHING {
        return format!("{head} error {{\n\t_, err := c.run({arguments}{argument})\n\treturn err\n}}\n");
    }
    let answer = exported(operation.answer.name);
    format!(
        "{head} (*{answer}, error) {{\n\treturn call[{answer}]({}{argument})\n}}\n",
        arguments.replacen("ctx", "ctx, c", 1)
    )
}
