//! What the operations of this folder take and answer.

mod obtain;
mod renew_all;

pub(crate) use obtain::OBTAINED;
pub use obtain::{Obtain, Obtained, Outcome};
pub(crate) use renew_all::RENEWALS;
pub use renew_all::{RenewAll, Renewal, Renewals};
