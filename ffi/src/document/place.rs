//! Places in a document: JSON Pointers (RFC 6901), to look and to change.

use std::borrow::Cow;

use zerossl::{Error, Result};

use super::node::{Member, Value, zerossl_node};
use super::parse::MAX_DEPTH;
use super::text::Text;

/// The value at a pointer. The empty pointer is the whole document.
pub(super) fn find<'a>(root: &'a zerossl_node, pointer: &str) -> Option<&'a zerossl_node> {
    steps(pointer)?.try_fold(root, |node, step| {
        let step = step?;
        match &node.0 {
            Value::Array(items) => items.get(index(&step)?),
            _ => node.member(step.as_bytes()),
        }
    })
}

/// Puts a value at a pointer, in the place of what is there. Missing parents are made.
pub(super) fn set(root: &mut zerossl_node, pointer: &str, value: zerossl_node) -> Result<()> {
    let mut here = root;
    for step in checked(pointer)? {
        here = enter(here, &step)?;
    }
    *here = value;
    Ok(())
}

/// Removes the value at a pointer, if there is one.
pub(super) fn remove(root: &mut zerossl_node, pointer: &str) -> Result<()> {
    let mut steps = checked(pointer)?;
    let Some(last) = steps.pop() else {
        *root = zerossl_node(Value::Object(Vec::new()));
        return Ok(());
    };
    let mut here = root;
    for step in steps {
        let next = match &mut here.0 {
            Value::Array(items) => index(&step).and_then(|index| items.get_mut(index)),
            Value::Object(members) => value_of(members, &step),
            _ => None,
        };
        let Some(next) = next else { return Ok(()) };
        here = next;
    }
    match &mut here.0 {
        Value::Array(items) => {
            if let Some(index) = index(&last).filter(|index| *index < items.len()) {
                items.remove(index);
            }
        }
        Value::Object(members) => members.retain(|member| member.key.bytes() != last.as_bytes()),
        _ => {}
    }
    Ok(())
}

/// The value one step further, which is made if it is missing.
fn enter<'a>(node: &'a mut zerossl_node, step: &str) -> Result<&'a mut zerossl_node> {
    if matches!(node.0, Value::Null) {
        node.0 = if matches!(step, "-" | "0") { Value::Array(Vec::new()) } else { Value::Object(Vec::new()) };
    }
    let refuse = |why: &str| Error::invalid("pointer", format!("`{}`: {why}", step.escape_debug()));
    match &mut node.0 {
        Value::Array(items) => {
            let count = items.len();
            let index = if step == "-" { Some(count) } else { index(step) };
            let index = index.filter(|index| *index <= count);
            let index =
                index.ok_or_else(|| refuse(&format!("a list of {count} goes on with `-` or `/{count}`")))?;
            if index == count {
                items.push(zerossl_node(Value::Null));
            }
            items.get_mut(index).ok_or_else(|| refuse("it is not there"))
        }
        Value::Object(members) => {
            if value_of(members, step).is_none() {
                members.push(Member { key: Text::new(step), value: zerossl_node(Value::Null) });
            }
            value_of(members, step).ok_or_else(|| refuse("it is not there"))
        }
        _ => Err(refuse("what is above it is neither a list nor an object; remove that first")),
    }
}

fn value_of<'a>(members: &'a mut [Member], key: &str) -> Option<&'a mut zerossl_node> {
    members.iter_mut().find(|member| member.key.bytes() == key.as_bytes()).map(|member| &mut member.value)
}

fn checked(pointer: &str) -> Result<Vec<Cow<'_, str>>> {
    let refuse = |why: &str| Error::invalid("pointer", why);
    let steps = steps(pointer).ok_or_else(|| refuse("expected a slash at its start, or nothing at all"))?;
    let steps: Option<Vec<_>> = steps.collect();
    let steps = steps.ok_or_else(|| refuse("after a tilde comes 0 (for a tilde) or 1 (for a slash)"))?;
    if steps.len() > MAX_DEPTH {
        return Err(refuse("it leads too deep"));
    }
    Ok(steps)
}

/// The steps of a pointer, each None where its escapes are wrong; None if it does not begin with a slash.
pub(crate) fn steps(pointer: &str) -> Option<impl Iterator<Item = Option<Cow<'_, str>>>> {
    let mut steps = pointer.split('/');
    steps.next().filter(|before| before.is_empty())?;
    Some(steps.map(unescape))
}

/// `~1` is a slash, `~0` a tilde; any other tilde is an error.
fn unescape(step: &str) -> Option<Cow<'_, str>> {
    if !step.contains('~') {
        return Some(step.into());
    }
    let is_escaped = step.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    is_escaped.then(|| step.replace("~1", "/").replace("~0", "~").into())
}

/// The number of an element: digits without a leading zero.
pub(crate) fn index(step: &str) -> Option<usize> {
    let is_index = step == "0" || (!step.starts_with('0') && step.bytes().all(|byte| byte.is_ascii_digit()));
    step.parse().ok().filter(|_| is_index)
}
