//! Tables. Where the terminal is too narrow, the last columns give way, and then the widest one is cut.

use anstyle::Style;

use super::styles::{FAINT, HEADER, shown, styled};

/// Between two columns.
const GAP: usize = 2;
/// A column is not cut below this.
const LEAST: usize = 8;

/// A cell: its text, and how it looks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(crate) fn new(text: impl AsRef<str>, style: Style) -> Self {
        Self { text: shown(text.as_ref()).replace(['\n', '\t'], " "), style }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text, Style::new())
    }
}

/// Rows under a header. The most important columns come first.
#[derive(Debug)]
pub(crate) struct Table {
    header: Vec<&'static str>,
    /// The widths that columns have in any case.
    least: Vec<usize>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(header: &[&'static str]) -> Self {
        Self { header: header.to_vec(), least: Vec::new(), rows: Vec::new() }
    }

    /// With columns of at least these widths, for a table that comes in parts.
    pub(crate) fn at_least(mut self, widths: &[usize]) -> Self {
        self.least = widths.to_vec();
        self
    }

    pub(crate) fn add(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// The text, for a terminal of this width; without one nothing is cut.
    pub(crate) fn text(&self, width: Option<usize>) -> String {
        let widths = self.widths(width);
        let header = self.header.iter().map(|title| Cell::new(title, HEADER)).collect();
        let lines = std::iter::once(&header).chain(&self.rows).map(|row: &Vec<Cell>| line(row, &widths));
        lines.collect()
    }

    /// The widths of the columns that there is room for.
    fn widths(&self, width: Option<usize>) -> Vec<usize> {
        let column = |index: usize, title: &str| {
            let cells = self.rows.iter().filter_map(|row| row.get(index)).map(|cell| length(&cell.text));
            let least = self.least.get(index).copied().unwrap_or_default();
            cells.max().unwrap_or_default().max(length(title)).max(least)
        };
        let mut widths: Vec<_> =
            self.header.iter().enumerate().map(|(index, title)| column(index, title)).collect();
        let Some(room) = width else { return widths };
        let total = |widths: &[usize]| widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
        while total(&widths) > room {
            let over = total(&widths) - room;
            let has_others = widths.len() > 1;
            let Some(widest) = widths.iter_mut().max() else { break };
            if *widest >= LEAST + over {
                *widest -= over;
            } else if has_others {
                widths.pop();
            } else {
                *widest = room.max(1);
            }
        }
        widths
    }
}

fn line(row: &[Cell], widths: &[usize]) -> String {
    let mut line = String::new();
    let mut pad = 0;
    for (cell, width) in row.iter().zip(widths) {
        let text = cut(&cell.text, *width);
        if !text.is_empty() {
            line.push_str(&" ".repeat(pad));
            line.push_str(&styled(cell.style, &text));
            pad = 0;
        }
        pad += width - length(&text) + GAP;
    }
    line.push('\n');
    line
}

/// At most this many characters.
fn cut(text: &str, width: usize) -> String {
    if length(text) <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    kept + if super::styles::is_unicode() { "…" } else { "~" }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// A note below a table.
pub(crate) fn note(text: &str) -> String {
    styled(FAINT, text) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(width: Option<usize>) -> Vec<String> {
        let mut table = Table::new(&["NAME", "STATE", "WHY"]);
        table.add(vec!["example.com".into(), "good".into(), "".into()]);
        table.add(vec!["www.example.com".into(), "due".into(), "a rather long\nreason".into()]);
        let text = anstream::adapter::strip_str(&table.text(width)).to_string();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn columns_stand_below_each_other() {
        let lines = plain(None);
        assert_eq!(lines[0], "NAME             STATE  WHY");
        assert_eq!(lines[2], "www.example.com  due    a rather long reason");
    }

    #[test]
    fn a_narrow_terminal_gets_less() {
        for width in 1..60 {
            let lines = plain(Some(width));
            assert!(lines.iter().all(|line| length(line.trim_end()) <= width), "{width}: {lines:?}");
        }
        assert_eq!(plain(Some(36))[2].chars().take(28).collect::<String>(), "www.example.com  due    a ra");
        assert_eq!(plain(Some(24))[1], "example.com      good");
    }
}
