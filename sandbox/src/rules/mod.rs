//! What the service lets through: names and certificate signing requests.

pub(crate) mod csr;
pub(crate) mod names;

mod pem;
