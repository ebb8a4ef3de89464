//! Operations on orders that take more than one call.

pub(crate) mod wait_until_issued;

pub use wait_until_issued::WaitUntilIssued;
