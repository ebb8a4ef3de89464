//! Rewrites the texts and numbers of a JSON text, and leaves the rest as it is: order, spaces, and the way in which a slash
//! is written belong to what is recorded.

/// What stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// The name of a member.
    Name,
    /// A text, with the name of the member that it belongs to.
    Text(&'a str),
    /// A number, likewise.
    Number(&'a str),
}

/// The JSON text with each text and number as `change` gives it. None if it is no JSON.
pub(super) fn rewrite(json: &str, mut change: impl FnMut(Place<'_>, &str) -> String) -> Option<String> {
    serde_json::from_str::<serde::de::IgnoredAny>(json).ok()?;
    let mut out = String::with_capacity(json.len());
    let mut names: Vec<String> = vec![String::new()];
    let mut rest = json;
    while let Some(c) = rest.chars().next() {
        let end = match c {
            '"' => end_of_text(rest)?,
            '-' | '0'..='9' => rest
                .find(|c: char| !matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9'))
                .unwrap_or(rest.len()),
            _ => c.len_utf8(),
        };
        let (token, after) = rest.split_at(end);
        match c {
            '"' => {
                let text: String = serde_json::from_str(token).ok()?;
                let is_name = after.trim_start().starts_with(':');
                let changed = if is_name {
                    if let Some(name) = names.last_mut() {
                        name.clone_from(&text);
                    }
                    change(Place::Name, &text)
                } else {
                    change(Place::Text(names.last().map_or("", String::as_str)), &text)
                };
                if changed == text {
                    out.push_str(token);
                } else {
                    let quoted = serde_json::Value::from(changed).to_string();
                    out.push_str(&if token.contains("\\/") { quoted.replace('/', "\\/") } else { quoted });
                }
            }
            '-' | '0'..='9' => {
                out.push_str(&change(Place::Number(names.last().map_or("", String::as_str)), token));
            }
            '{' | '[' => {
                // A list belongs to the member that it stands in.
                names.push(names.last().cloned().unwrap_or_default());
                out.push_str(token);
            }
            '}' | ']' => {
                names.pop();
                out.push_str(token);
            }
            _ => out.push_str(token),
        }
        rest = after;
    }
    Some(out)
}

/// Behind the closing quote.
fn end_of_text(rest: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_values_stays() {
        let json = r#"{ "a":"x\/y", "list" : ["x\"y", 12, {"b": -1.5e3}],"u": "\u00e9"}"#;
        assert_eq!(rewrite(json, |_, text| text.to_owned()).as_deref(), Some(json));
        let seen = std::cell::RefCell::new(Vec::new());
        let changed = rewrite(json, |place, text| {
            seen.borrow_mut().push(format!("{place:?} {text}"));
            match place {
                Place::Text("a") => "p/q".to_owned(),
                Place::Number(_) => "0".to_owned(),
                _ => text.to_owned(),
            }
        });
        let expected = r#"{ "a":"p\/q", "list" : ["x\"y", 0, {"b": 0}],"u": "\u00e9"}"#;
        assert_eq!(changed.as_deref(), Some(expected));
        assert!(seen.borrow().contains(&"Text(\"list\") x\"y".to_owned()), "{seen:?}");
        assert_eq!(rewrite("<html>", |_, text| text.to_owned()), None);
    }
}
