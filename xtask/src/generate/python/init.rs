//! `__init__.py`: the public names of the package, each from its module.

use super::answers;
use super::layout::COLUMNS;
use super::note::NOTE;

/// The modules that somebody writes, and their public names; in the order of the imports.
const HOMES: [(&str, &[&str]); 7] = [
    ("_native", &["CancelToken"]),
    ("answer", &["Answer"]),
    ("async_client", &["AsyncClient"]),
    ("client", &["Client"]),
    (
        "errors",
        &[
            "AmbiguousError",
            "ApiError",
            "AuthError",
            "BusyError",
            "CancelledError",
            "Error",
            "ForkedError",
            "InternalError",
            "InvalidArgumentError",
            "NetworkError",
            "NotReadyError",
            "RateLimitedError",
            "ResourceError",
            "ResponseError",
            "StorageError",
            "TimeoutError",
            "TlsError",
            "ValidationError",
        ],
    ),
    ("events", &["Challenge", "Event", "FileChallenge", "RecordChallenge"]),
    ("monitoring", &["prometheus"]),
];

const TEXT: &str = r#""""ZeroSSL's REST API. Unofficial.

>>> client = Client(access_key)  # doctest: +SKIP
>>> for certificate in client.iter_certificates(status=["issued"]):  # doctest: +SKIP
...     print(certificate.common_name, certificate.expires)
"""

NOTE

TYPE_CHECKING = False
if TYPE_CHECKING:
IMPORTS
    __version__: str

__all__ = [
ALL]

_HOMES = {
HOMES}


def __getattr__(name: str) -> object:
    """Load what is used when it is used: the import of this package costs next to nothing."""
    attribute = "VERSION" if name == "__version__" else name
    for home, names in _HOMES.items():
        if attribute in names:
            # Not by `importlib`, whose own import would cost more.
            value: object = getattr(__import__(f"libzerossl.{home}", fromlist=[attribute]), attribute)
            globals()[name] = value
            return value
    message = f"module 'libzerossl' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted({*globals(), *__all__})
"#;

pub(super) fn text() -> String {
    let mut answers: Vec<&str> = answers::names();
    // The order in which ruff wants the names of an import.
    answers.sort_by_key(|name| name.to_lowercase());
    let mut homes: Vec<(&str, Vec<&str>)> =
        HOMES.iter().map(|(home, names)| (*home, names.to_vec())).collect();
    homes.push(("answers", answers));
    homes.sort_unstable();
    let mut all: Vec<&str> = homes.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    all.push("__version__");
    all.sort_unstable();
    let all: Vec<String> = all.iter().map(|name| format!("    \"{name}\",\n")).collect();
    let imports: Vec<String> = homes.iter().map(|(home, names)| import(home, names)).collect();
    let listed: Vec<String> = homes.iter().map(|(home, names)| listed(home, names)).collect();
    TEXT.replace("NOTE\n", NOTE)
        .replace("IMPORTS\n", &(imports.concat() + "\n"))
        .replace("ALL]", &(all.concat() + "]"))
        .replace("_HOMES = {\nHOMES}", &format!("_HOMES = {{\n{}}}", listed.concat()))
}

fn import(home: &str, names: &[&str]) -> String {
    let one = format!("    from libzerossl.{home} import {}\n", names.join(", "));
    if one.trim_end().len() <= COLUMNS {
        return one;
    }
    let rows: Vec<String> = names
        .iter()
        .map(|name| {
            // It hides a name of Python's own.
            let comment = if *name == "TimeoutError" { "  # noqa: A004" } else { "" };
            format!("        {name},{comment}\n")
        })
        .collect();
    format!("    from libzerossl.{home} import (\n{}    )\n", rows.concat())
}

fn listed(home: &str, names: &[&str]) -> String {
    let mut names = names.to_vec();
    if home == "_native" {
        names.push("VERSION");
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let one = match quoted.as_slice() {
        [only] => format!("    \"{home}\": ({only},),\n"),
        several => format!("    \"{home}\": ({}),\n", several.join(", ")),
    };
    if one.trim_end().len() <= COLUMNS {
        return one;
    }
    let rows: Vec<String> = quoted.iter().map(|name| format!("        {name},\n")).collect();
    format!("    \"{home}\": (\n{}    ),\n", rows.concat())
}
