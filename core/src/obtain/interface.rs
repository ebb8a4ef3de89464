//! Parameters and answers of the operations in this folder.

mod obtain;
mod renew_all;

pub(crate) use obtain::OBTAINED;
pub use obtain::{Obtain, Obtained, Outcome};
pub(crate) use renew_all::RENEWALS;
pub use renew_all::{RenewAll, Renewal, Renewals};
