//! SIGINT and SIGTERM: the first one cancels the running call, the second one ends the process at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::{process, thread};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals as Iterator;
use zerossl::CancelToken;

use crate::failure::{Failure, Result};

/// What the signals that came have done. From the moment it is made, signals do not end the process by themselves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signals {
    token: CancelToken,
    first: Arc<AtomicU8>,
}

impl Signals {
    pub(crate) fn handled() -> Result<Self> {
        let this = Self::default();
        let failed = |error| Failure::Io("signals".to_owned(), error);
        let mut signals = Iterator::new([SIGINT, SIGTERM]).map_err(failed)?;
        let theirs = this.clone();
        let wait = move || {
            for signal in signals.forever() {
                theirs.came(u8::try_from(signal).unwrap_or_default());
            }
        };
        thread::Builder::new().name("signals".to_owned()).spawn(wait).map_err(failed)?;
        Ok(this)
    }

    fn came(&self, signal: u8) {
        if self.first.swap(signal, Ordering::SeqCst) != 0 {
            process::exit((128 + signal).into());
        }
        self.token.cancel();
    }

    /// Cancelled by the first signal.
    pub(crate) fn token(&self) -> &CancelToken {
        &self.token
    }

    /// The number of the signal that came.
    pub(crate) fn signal(&self) -> Option<u8> {
        Some(self.first.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
    }
}
