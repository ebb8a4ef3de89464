//! `Operations`: a method for each operation.

use zerossl::{OPERATIONS, Operation};

use super::answers::NOTHING;
use super::docs::{comment, prose};
use super::requests::name_of;
use super::source::Source;
use crate::generate::text::camel;

/// Operations with events for the caller.
const TELLING: [&str; 4] = ["obtain", "redeploy", "renew_all", "wait_until_issued"];
/// Operations that may ask the caller to publish.
const ASKING: [&str; 2] = ["obtain", "renew_all"];
/// What Javadoc has to say beyond the table.
const MORE: [(&str, &str); 3] = [
    ("list_certificates", "{@link ZeroSsl#certificates(ListCertificates) certificates} gives all pages."),
    (
        "obtain",
        "The publisher is needed where {@code validation} does not say who publishes. A call that is cancelled or \
         interrupted keeps the order: call again to continue it.",
    ),
    ("renew_all", "The publisher is needed for entries that were obtained with one."),
];

const HEAD: &str = "\
/** The part of a client that has a method for each operation. */
abstract class Operations {
    Operations() {}

    /** Runs one call. */
    abstract <A> A call(String operation, Parameters request, Function<Fields, A> answer);

    /** Runs an operation that tells what it does, and may ask for something to be published. */
    abstract <A> A work(
            String operation,
            Parameters request,
            Listener listener,
            Publisher publisher,
            Function<Fields, A> answer);
";

pub(super) fn sources() -> Vec<Source> {
    let methods: String = OPERATIONS.iter().map(|operation| methods(operation)).collect();
    vec![Source { name: "Operations".to_owned(), text: format!("{HEAD}{methods}}}\n") }]
}

/// The method with all that it can be given, and shorter ones.
fn methods(operation: &Operation) -> String {
    let (method, request) = (camel(operation.name), name_of(operation));
    let (tells, asks) = (TELLING.contains(&operation.name), ASKING.contains(&operation.name));
    let mut given = vec![(request.as_str(), "request", "the parameters")];
    if tells {
        given.push(("Listener", "listener", "gets each event of progress and each warning; may be null"));
    }
    if asks {
        given.push(("Publisher", "publisher", "publishes what proves control of the names; may be null"));
    }
    let (answer, read) = match operation.answer.name {
        NOTHING => ("void", "Fields::rest".to_owned()),
        answer => (answer, format!("{answer}::from")),
    };
    let back = if answer == "void" { "" } else { "return " };
    let listening = match (tells, asks) {
        (true, true) => "listener, publisher, ",
        (true, false) => "listener, null, ",
        _ => "",
    };
    let runs = if tells { "work" } else { "call" };
    let body = format!("{back}{runs}(\"{}\", request, {listening}{read});", operation.name);
    let mut text = declared(&summary(operation), answer, &method, &given, &body);
    for shorter in (1..given.len()).rev() {
        let all: Vec<&str> = given.iter().map(|(of, ..)| *of).collect();
        let same =
            format!("The same as {{@link #{method}({}) {method}}} with null for the rest.", all.join(", "));
        let arguments: Vec<&str> = given[..shorter].iter().map(|(_, name, _)| *name).collect();
        let nulls = ", null".repeat(given.len() - shorter);
        let body = format!("{back}{method}({}{nulls});", arguments.join(", "));
        text += &declared(&same, answer, &method, &given[..shorter], &body);
    }
    if operation.parameters.iter().all(|parameter| !parameter.required) {
        let same = format!("The same as {{@link #{method}({request}) {method}}} with the defaults.");
        let body = format!("{back}{method}({request}.builder().build());");
        text += &declared(&same, answer, &method, &[], &body);
    }
    text
}

fn summary(operation: &Operation) -> String {
    let fields: Vec<&str> = operation.parameters.iter().map(|parameter| parameter.name).collect();
    // How ops of C behave.
    let summary = operation.summary.split(" Started as an op,").next().unwrap_or_default();
    let more = MORE.iter().find(|(of, _)| *of == operation.name).map(|(_, more)| format!(" {more}"));
    prose(summary, &fields) + &more.unwrap_or_default()
}

fn declared(doc: &str, answer: &str, method: &str, given: &[(&str, &str, &str)], body: &str) -> String {
    let mut tags: Vec<String> = given.iter().map(|(_, name, what)| format!("@param {name} {what}")).collect();
    if answer != "void" {
        tags.push("@return the answer".to_owned());
    }
    tags.push("@throws ZeroSslException if it fails; its class says why".to_owned());
    let given: Vec<String> = given.iter().map(|(of, name, _)| format!("{of} {name}")).collect();
    format!(
        "\n{}    public {answer} {method}({}) {{\n        {body}\n    }}\n",
        comment(4, doc, &tags),
        given.join(", ")
    )
}
