//! Files of sections with lines of `name = value`, as the tools of the engines have them.

/// The names and values of a section. None if there is no such section.
pub(super) fn section<'a>(text: &'a str, wanted: &str) -> Option<Vec<(&'a str, &'a str)>> {
    let mut found = None::<Vec<_>>;
    let mut is_wanted = false;
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            is_wanted = name.trim() == wanted;
            if is_wanted {
                found.get_or_insert_default();
            }
        } else if let (true, Some((name, value))) = (is_wanted, line.split_once('=')) {
            found.get_or_insert_default().push((name.trim(), value.trim()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::section;

    #[test]
    fn a_section_has_its_lines() {
        let text = "# ours\n[a]\nx=1\n y = 2 = 3 \n;z=4\nno value\n\n[ b ]\r\nx=5\r\n[c]\n[a]\nx = 6";
        assert_eq!(section(text, "a"), Some(vec![("x", "1"), ("y", "2 = 3"), ("x", "6")]));
        assert_eq!(section(text, "b"), Some(vec![("x", "5")]));
        assert_eq!(section(text, "c"), Some(vec![]));
        assert_eq!(section(text, "d"), None);
    }
}
