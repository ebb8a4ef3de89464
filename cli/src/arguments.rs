//! The table of parameters as arguments of a command line.

use clap::builder::{PossibleValuesParser, ValueHint};
use clap::{Arg, ArgAction, ArgGroup, Command, value_parser};
use zerossl::{Parameter, ParameterKind};

/// Where stores are, unless it is said. All of the documentation uses it.
pub(crate) const DIRECTORY: &str = "/etc/zerossl";
/// Required parameters that may be given without their names.
const POSITIONAL: &[&str] = &["id", "name", "domains"];

/// Adds an argument for each parameter: `--its-name`, and for a few the bare value, too.
pub(crate) fn add(command: Command, parameters: &'static [Parameter]) -> Command {
    parameters.iter().fold(command, |command, parameter| {
        let flag = flag(parameter, parameters);
        match positional(parameter) {
            None => command.arg(flag.required(parameter.required && default(parameter).is_none())),
            // In the help it stands as what it usually is.
            Some(bare) => command.arg(bare.help(help(parameter, parameters))).arg(flag.hide(true)).group(
                ArgGroup::new(format!("{}?", parameter.name))
                    .args([bare_id(parameter), parameter.name.to_owned()])
                    .required(true),
            ),
        }
    })
}

/// `--its-name`.
pub(crate) fn flag(parameter: &'static Parameter, all: &'static [Parameter]) -> Arg {
    let arg = Arg::new(parameter.name)
        .long(kebab(parameter.name))
        .help(help(parameter, all))
        .value_name(value_name(parameter))
        .value_hint(hint(parameter));
    let arg = match default(parameter) {
        Some(default) => arg.default_value(default),
        None => arg,
    };
    typed(arg, parameter.kind)
}

/// The id of the argument without a name.
pub(crate) fn bare_id(parameter: &Parameter) -> String {
    format!("{}!", parameter.name)
}

pub(crate) fn kebab(name: &str) -> String {
    name.replace('_', "-")
}

fn positional(parameter: &Parameter) -> Option<Arg> {
    let wanted = parameter.required && POSITIONAL.contains(&parameter.name);
    wanted.then(|| {
        let arg = Arg::new(bare_id(parameter)).value_name(value_name(parameter));
        typed(arg, parameter.kind)
    })
}

fn default(parameter: &Parameter) -> Option<&'static str> {
    (parameter.required && parameter.name == "directory").then_some(DIRECTORY)
}

fn typed(arg: Arg, kind: ParameterKind) -> Arg {
    let list = |arg: Arg| arg.action(ArgAction::Append).value_delimiter(',');
    match kind {
        ParameterKind::Flag => arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .hide_possible_values(true)
            .value_parser(value_parser!(bool)),
        ParameterKind::Integer(least, most) => arg.value_parser(value_parser!(u64).range(least..=most)),
        ParameterKind::Seconds | ParameterKind::Number => arg.value_parser(value_parser!(f64)),
        ParameterKind::OneOf(words) => arg.value_parser(PossibleValuesParser::new(words)),
        ParameterKind::SomeOf(words) => list(arg).value_parser(PossibleValuesParser::new(words)),
        ParameterKind::TextList | ParameterKind::Domains | ParameterKind::DistinctDomains => list(arg),
        ParameterKind::Command => arg.action(ArgAction::Append).allow_hyphen_values(true),
        _ => arg,
    }
}

fn value_name(parameter: &Parameter) -> &'static str {
    match (parameter.kind, hint(parameter)) {
        _ if parameter.secret => "@FILE",
        (ParameterKind::Csr, _) => "@FILE",
        (_, ValueHint::DirPath) => "DIR",
        (_, ValueHint::FilePath) => "FILE",
        (ParameterKind::Id, _) => "ID",
        (ParameterKind::Domains | ParameterKind::DistinctDomains, _) => "DOMAIN",
        (ParameterKind::Subject | ParameterKind::Object, _) => "JSON",
        (ParameterKind::Country, _) => "COUNTRY",
        (ParameterKind::Command, _) => "COMMAND",
        (ParameterKind::OneOf(_) | ParameterKind::SomeOf(_), _) => "WORD",
        (ParameterKind::Integer(..) | ParameterKind::Number, _) => "NUMBER",
        (ParameterKind::Seconds, _) => "SECONDS",
        (ParameterKind::Flag, _) => "true|false",
        _ if parameter.name == "name" => "NAME",
        _ => "TEXT",
    }
}

fn hint(parameter: &Parameter) -> ValueHint {
    match parameter.kind {
        ParameterKind::Folder => ValueHint::DirPath,
        ParameterKind::File | ParameterKind::Csr => ValueHint::FilePath,
        ParameterKind::Command => ValueHint::CommandString,
        _ => ValueHint::Other,
    }
}

/// The table's text. Other parameters are called there by their names, and here by their flags.
fn help(parameter: &Parameter, all: &[Parameter]) -> String {
    let text = all.iter().fold(parameter.doc.to_owned(), |text, other| {
        text.replace(&format!("`{}`", other.name), &format!("`--{}`", kebab(other.name)))
    });
    let how = match parameter.kind {
        _ if parameter.secret => " A file as `@FILE`, or `-` for standard input; never the value itself.",
        ParameterKind::Csr => " The text, a file as `@FILE`, or `-` for standard input.",
        ParameterKind::Subject | ParameterKind::Object => " JSON, a file of JSON as `@FILE`, or `-`.",
        ParameterKind::Command => " One text as in a shell, or a JSON list.",
        _ => "",
    };
    text.trim_end_matches('.').to_owned() + if how.is_empty() { "" } else { "." } + how.trim_end_matches('.')
}
