//! The cancel token for C.

use zerossl::CancelToken;

use crate::pointer::{self, Shared};

/// Ends the calls and ops of the clients that were made for it, from any thread and from a signal handler.
pub struct zerossl_cancel_token(CancelToken);

const _: Option<Shared<zerossl_cancel_token>> = None;

impl zerossl_cancel_token {
    pub(crate) fn hand_out() -> *mut Self {
        pointer::hand_out(Self(CancelToken::new()))
    }

    pub(crate) fn token(&self) -> &CancelToken {
        &self.0
    }

    pub(crate) fn cancel(token: Option<&Self>) {
        if let Some(token) = token {
            token.0.cancel();
        }
    }

    pub(crate) fn is_cancelled(token: Option<&Self>) -> bool {
        token.is_some_and(|token| token.0.is_cancelled())
    }
}
