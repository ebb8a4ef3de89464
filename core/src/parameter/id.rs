//! Ids become part of a URL's path, so only ids are accepted that cannot change the path.

use crate::error::{Error, Result};

pub(super) fn check(name: &str, id: &str) -> Result<()> {
    let refuse = |why: &str| Err(Error::invalid(name, why));
    if id.is_empty() {
        return refuse("an id cannot be empty");
    }
    if id.len() > 256 {
        return refuse("an id cannot be longer than 256 characters");
    }
    // A path of `.` or `..` would be removed by URL normalization.
    if id == "." || id == ".." || id.contains(['/', '?', '#']) {
        return refuse("an id cannot hold `/`, `?` or `#`, or be only dots; give it as the service wrote it");
    }
    if id.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return refuse("an id cannot hold a space or a control character");
    }
    Ok(())
}
