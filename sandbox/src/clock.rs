//! The sandbox's own time, which a test can move forward.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

#[derive(Debug, Default)]
pub(crate) struct Clock {
    advanced: Duration,
}

impl Clock {
    pub(crate) fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
            .checked_add(self.advanced.try_into().unwrap_or(time::Duration::MAX))
            // Far beyond any certificate, and still four digits of year.
            .unwrap_or(time::macros::datetime!(9999-12-31 23:59:59 UTC))
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.advanced = self.advanced.saturating_add(by);
    }
}

const STAMP: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

/// A time as the service writes it, in UTC.
pub(crate) fn stamp(time: OffsetDateTime) -> String {
    time.format(STAMP).unwrap_or_default()
}
