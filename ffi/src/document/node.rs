//! The values of a document.

use super::text::Text;

/// A JSON value. Borrowed from its document.
pub struct zerossl_node(pub(super) Value);

pub(super) enum Value {
    Null,
    Flag(bool),
    /// As it is written, so that no digit is lost.
    Number(Text),
    Text(Text),
    Array(Vec<zerossl_node>),
    Object(Vec<Member>),
}

pub(super) struct Member {
    pub(super) key: Text,
    pub(super) value: zerossl_node,
}

impl zerossl_node {
    pub(crate) fn kind(node: Option<&Self>) -> i32 {
        use crate::exports::node_types as c;
        match node.map(|node| &node.0) {
            None => c::ZEROSSL_NODE_ABSENT,
            Some(Value::Null) => c::ZEROSSL_NODE_NULL,
            Some(Value::Flag(_)) => c::ZEROSSL_NODE_FLAG,
            Some(Value::Number(_)) => c::ZEROSSL_NODE_NUMBER,
            Some(Value::Text(_)) => c::ZEROSSL_NODE_TEXT,
            Some(Value::Array(_)) => c::ZEROSSL_NODE_ARRAY,
            Some(Value::Object(_)) => c::ZEROSSL_NODE_OBJECT,
        }
    }

    pub(crate) fn count(&self) -> Option<usize> {
        match &self.0 {
            Value::Array(items) => Some(items.len()),
            Value::Object(members) => Some(members.len()),
            _ => None,
        }
    }

    pub(crate) fn item(&self, index: i64) -> Option<&Self> {
        let index = usize::try_from(index).ok()?;
        match &self.0 {
            Value::Array(items) => items.get(index),
            Value::Object(members) => members.get(index).map(|member| &member.value),
            _ => None,
        }
    }

    pub(crate) fn member(&self, key: &[u8]) -> Option<&Self> {
        let Value::Object(members) = &self.0 else { return None };
        members.iter().find(|member| member.key.bytes() == key).map(|member| &member.value)
    }

    pub(crate) fn key(&self, index: i64) -> Option<&Text> {
        let Value::Object(members) = &self.0 else { return None };
        members.get(usize::try_from(index).ok()?).map(|member| &member.key)
    }

    pub(crate) fn text(&self) -> Option<&Text> {
        match &self.0 {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn int(&self) -> Option<i64> {
        match &self.0 {
            Value::Number(number) => number.as_str().parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match &self.0 {
            Value::Number(number) => number.as_str().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    pub(crate) fn flag(&self) -> Option<bool> {
        match self.0 {
            Value::Flag(flag) => Some(flag),
            _ => None,
        }
    }
}
