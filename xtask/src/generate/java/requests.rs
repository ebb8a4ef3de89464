//! A class with a builder for the parameters of each operation, and the builder of a client.

use zerossl::{OPERATIONS, Operation, Parameter, SETTINGS};

use super::docs::{comment, tag};
use super::setters::{described, setters};
use super::source::Source;
use super::types::{Given, of_parameter};
use crate::generate::text::{camel, pascal};

const CLASS: &str = "\
/** The parameters of {@link ZeroSsl#METHOD METHOD}. */
public final class NAME extends Parameters {
    private NAME(Builder builder) {
        super(builder);
    }
OF
    /** {@return a builder in which nothing is set} */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a request. What is not set, or set to null, has its default. */
    public static final class Builder extends Parameters.Builder {
        private Builder() {}
SETTERS
        /** {@return the request} */
        public NAME build() {
            return new NAME(this);
        }
    }
}
";

const CLIENT: &str = "\
/** Builds a client. What is not set, or set to null, has its default. */
public final class ZeroSslBuilder extends Parameters.Builder {
    ZeroSslBuilder() {}
SETTERS
    /**
     * Makes the client. Nothing is sent.
     *
     * @return the client
     * @throws InvalidArgumentException if a setting is wrong; its {@code parameter} says which
     */
    public ZeroSsl build() {
        return ZeroSsl.made(json(null));
    }
}
";

pub(super) fn sources() -> Vec<Source> {
    let client = CLIENT.replace("SETTERS", &setters(4, "ZeroSslBuilder", SETTINGS));
    let mut sources = vec![Source { name: "ZeroSslBuilder".to_owned(), text: client }];
    sources.extend(
        OPERATIONS.iter().map(|operation| Source { name: name_of(operation), text: class(operation) }),
    );
    sources
}

/// The name of an operation's class.
pub(super) fn name_of(operation: &Operation) -> String {
    pascal(operation.name)
}

fn class(operation: &Operation) -> String {
    let name = name_of(operation);
    CLASS
        .replace("OF", &of(&name, operation.parameters))
        .replace("SETTERS", &setters(8, "Builder", operation.parameters))
        .replace("METHOD", &camel(operation.name))
        .replace("NAME", &name)
}

/// A short way where something is required.
fn of(name: &str, parameters: &[Parameter]) -> String {
    let required: Vec<&Parameter> = parameters.iter().filter(|parameter| parameter.required).collect();
    if required.is_empty() {
        return String::new();
    }
    let mut tags: Vec<String> = required
        .iter()
        .map(|parameter| tag(&camel(parameter.name), &described(parameter, parameters)))
        .collect();
    tags.push("@return the request".to_owned());
    let given: Vec<String> = required
        .iter()
        .map(|parameter| match of_parameter(parameter) {
            Given::One(of) => format!("{of} {}", camel(parameter.name)),
            Given::Many(of) => format!("Collection<{of}> {}", camel(parameter.name)),
        })
        .collect();
    let set: Vec<String> =
        required.iter().map(|parameter| format!(".{0}({0})", camel(parameter.name))).collect();
    format!(
        "\n{}    public static {name} of({}) {{\n        return builder(){}.build();\n    }}\n",
        comment(4, "Makes a request with what is required.", &tags),
        given.join(", "),
        set.concat()
    )
}
