//! What an operation answers when it succeeds.

use serde::Serialize;

use crate::php_json;
use crate::refusal::{self, Refusal};
use crate::reply::{Body, Reply};

pub(crate) struct Answer {
    content_type: &'static str,
    disposition: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(value: &impl Serialize) -> Result<Self, Refusal> {
        let text = php_json::to_string(value).map_err(|_| refusal::INTERNAL_SERVER_ERROR)?;
        Ok(Self { content_type: "application/json", disposition: None, body: text.into_bytes() })
    }

    /// `{"success":1}`: cancelled, revoked or sent again.
    pub(crate) fn done() -> Result<Self, Refusal> {
        #[derive(Serialize)]
        struct Done {
            success: u8,
        }
        Self::json(&Done { success: 1 })
    }

    pub(crate) fn file(content_type: &'static str, name: &str, body: Vec<u8>) -> Self {
        Self { content_type, disposition: Some(format!("attachment; filename=\"{name}\"")), body }
    }
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        let reply = Self::new(200, Body::Bytes(answer.body)).with_header("content-type", answer.content_type);
        match answer.disposition {
            Some(disposition) => reply.with_header("content-disposition", disposition),
            None => reply,
        }
    }
}
