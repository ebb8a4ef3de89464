//! The typed part of the Python package: answers, words, and a method for each operation.

mod answers;
mod classes;
mod docstrings;
mod init;
mod iteration;
mod layout;
mod methods;
mod mode;
mod note;
mod own;
mod settings;
mod types;
mod words;

use std::path::PathBuf;

use classes::Part;
use mode::Mode;

pub(super) fn files() -> [(PathBuf, String); 8] {
    let file = |name: &str, text: String| (PathBuf::from("python/libzerossl").join(name), text);
    [
        file("__init__.py", init::text()),
        file("answers.py", answers::text()),
        file("literals.py", words::text()),
        file("operations.py", classes::text(Part::Calls, Mode::Blocking)),
        file("obtaining.py", classes::text(Part::Obtaining, Mode::Blocking)),
        file("async_operations.py", classes::text(Part::Calls, Mode::Async)),
        file("async_obtaining.py", classes::text(Part::Obtaining, Mode::Async)),
        file("settings.py", settings::text()),
    ]
}
