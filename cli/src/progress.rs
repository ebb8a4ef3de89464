//! What the work waits for, on standard error: a spinner on a terminal, and lines elsewhere.

use std::io::{self, IsTerminal};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use indicatif::{ProgressBar, ProgressStyle};

use crate::output::say;
use crate::output::styles::{FAINT, WARNING, is_unicode, shown, styled};

/// How much is said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Volume {
    /// Warnings and errors only.
    pub(crate) is_quiet: bool,
    /// Each request, too.
    pub(crate) is_verbose: bool,
}

/// The progress of one operation. Dropping it takes the spinner away.
#[derive(Debug)]
pub(crate) struct Progress {
    /// What the spinner will say, until it is shown.
    waits: Option<String>,
    spinner: Option<ProgressBar>,
    volume: Volume,
    last: String,
}

impl Progress {
    pub(crate) fn start(what: &str, volume: Volume) -> Self {
        let is_terminal =
            io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        let waits = (is_terminal && !volume.is_quiet).then(|| what.to_owned());
        Self { waits, spinner: None, volume, last: String::new() }
    }

    /// Whether there is a spinner to come: for what takes longer than a moment.
    pub(crate) fn is_hidden(&self) -> bool {
        self.waits.is_some()
    }

    pub(crate) fn show(&mut self) {
        if let Some(what) = self.waits.take() {
            self.spinner = Some(spinner(&what));
        }
    }

    /// A step: the spinner shows it, and since when.
    pub(crate) fn step(&mut self, message: &str) {
        let message = shown(message);
        if self.volume.is_quiet || message == self.last {
            return;
        }
        self.show();
        match &self.spinner {
            Some(spinner) => {
                if !self.last.is_empty() {
                    self.line(&styled(FAINT, &self.last));
                }
                spinner.reset_elapsed();
                spinner.set_message(message.clone());
            }
            None => self.line(&message),
        }
        self.last = message;
    }

    pub(crate) fn warn(&self, message: &str) {
        self.line(&format!("{} {}", styled(WARNING, "warning:"), shown(message)));
    }

    pub(crate) fn log(&self, message: &str) {
        if self.volume.is_verbose {
            self.line(&styled(FAINT, shown(message)));
        }
    }

    /// Does something else with the terminal.
    pub(crate) fn suspended<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.spinner {
            Some(spinner) => spinner.suspend(work),
            None => work(),
        }
    }

    fn line(&self, text: &str) {
        match &self.spinner {
            Some(spinner) => spinner.suspend(|| say(text)),
            None => say(text),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
    }
}

fn spinner(what: &str) -> ProgressBar {
    let has_colour = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
    let sign = if has_colour { "{spinner:.green}" } else { "{spinner}" };
    let style = ProgressStyle::with_template(&format!("{sign} {{elapsed:>4}} {{wide_msg}}"));
    let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
    let ticks = if is_unicode() { "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ " } else { "|/-\\ " };
    let spinner =
        ProgressBar::new_spinner().with_style(style.tick_chars(ticks)).with_message(what.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}
