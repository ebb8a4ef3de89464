//! What the service accepts: names, mail addresses and certificate signing requests.

pub(crate) mod addresses;
pub(crate) mod csr;
pub(crate) mod names;

mod pem;
