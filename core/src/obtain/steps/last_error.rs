//! Why the last call for an entry failed, for those who list the store.

use serde_json::{Value, json};

use crate::error::{Error, Kind, Result};
use crate::obtain::interface::Obtained;
use crate::obtain::session::Session;
use crate::obtain::store::files::LAST_ERROR;
use crate::time::Time;

impl Session<'_> {
    /// Keeps the error of a call, or forgets the one before. A failure to do that changes nothing.
    pub(crate) fn keep_last_error(&self, outcome: &Result<Obtained>) {
        if self.entry.is_read_only() {
            return;
        }
        let kept = match outcome {
            Ok(_) => self.entry.remove(LAST_ERROR),
            // The caller's own doing.
            Err(error) if error.kind() == Kind::Cancelled => Ok(()),
            Err(error) => self.entry.write_json(LAST_ERROR, &self.described(error)),
        };
        if let Err(error) = kept {
            self.context.log(|| format!("{}: {LAST_ERROR} could not be kept ({error})", self.entry.name));
        }
    }

    fn described(&self, error: &Error) -> Value {
        let error = error.clone().cleaned(&self.context.connection.cleaner).during("obtain");
        let mut described: Value = serde_json::from_str(&error.to_json()).unwrap_or_default();
        described["at"] = json!(Time::from(self.now()));
        described
    }
}
