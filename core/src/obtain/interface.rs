//! What the operations of this folder take and answer.

mod obtain;
mod renew_all;

pub(crate) use obtain::{OBTAINED, PARAMETERS as OBTAIN_PARAMETERS};
pub use obtain::{Obtain, Obtained, Outcome};
pub(crate) use renew_all::{PARAMETERS as RENEW_ALL_PARAMETERS, RENEWALS};
pub use renew_all::{RenewAll, Renewal, Renewals};
