//! The iterator over all certificates: the list without its pages.

use zerossl::Operation;

use super::docstrings::{self, Argument};
use super::layout::bracketed;
use super::methods::{given, signature};
use super::mode::Mode;

/// The operation of which it is made.
pub(super) const LIST: &str = "list_certificates";
/// It has all parameters except this one.
const PAGE: &str = "page";

pub(super) fn method(list: &Operation, mode: Mode) -> String {
    let given: Vec<_> = given(list).into_iter().filter(|parameter| parameter.name != PAGE).collect();
    let arguments: Vec<Argument> = given
        .iter()
        .map(|parameter| Argument { name: parameter.name.clone(), doc: parameter.doc.clone() })
        .collect();
    let items: Vec<String> = given.iter().map(|parameter| format!("\"{0}\": {0}", parameter.name)).collect();
    let returned = match mode {
        Mode::Blocking => "Iterator[Certificate]",
        Mode::Async => "AsyncGenerator[Certificate, None]",
    };
    format!(
        "{}\n{}{}\n        return {}.certificates(self._inner, parameters)\n",
        signature("def iter_certificates(", &given, false, returned),
        docstrings::of_iterator(&arguments, mode),
        bracketed(8, "parameters = {", &items, "}"),
        mode.runner(),
    )
}
