//! Parameters and answer of `serve_challenges`.

use crate::declare::{answer, request};

request! {
    /// Answers requests for the validation files of all hosts that share a store (setting `store`). This is for hosts behind
    /// a balancer. It runs until it is cancelled, which ends it with success.
    pub struct ServeChallenges {
        required {
            /// The address to listen on: `ADDRESS:PORT`, or a port for all addresses.
            listen: String = Text;
        }
        optional {}
    }
}

impl ServeChallenges {
    /// On this address.
    pub fn new(listen: impl Into<String>) -> Self {
        Self::with(listen.into())
    }
}

answer! {
    /// What was served.
    #[derive(Default)]
    pub struct Served: SERVED {
        /// How many requests got a file.
        served: u64 = Count.required();
        ..extra
    }
}
