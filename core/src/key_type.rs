//! Kinds of private keys.

use crate::words::words;

words! {
    /// The kind of private key to make.
    #[derive(Default)]
    pub enum KeyType {
        /// ECDSA on the curve P-256.
        #[default]
        EcdsaP256 = "ecdsa-p256",
        /// ECDSA on the curve P-384.
        EcdsaP384 = "ecdsa-p384",
        /// RSA with 2048 bits.
        Rsa2048 = "rsa-2048",
        /// RSA with 4096 bits.
        Rsa4096 = "rsa-4096",
    }
}
