//! What a command prints: lines for people or JSON for programs, made where the work is done, so that it is the same
//! whether a server runs or not.

use crate::cli::exit::{Code, Failure, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::Write;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// For people; no line break at the end. Empty: nothing is printed.
    pub text: String,
    pub value: Value,
    /// What went wrong although there is something to print.
    #[serde(default)]
    pub failed: Option<String>,
    /// It has been printed already.
    #[serde(default)]
    pub silent: bool,
}

impl Answer {
    pub fn new(text: impl Into<String>, value: impl Serialize) -> Result<Answer> {
        let value = serde_json::to_value(value).map_err(|e| Failure::new(Code::Failed, e.to_string()))?;
        Ok(Answer { text: text.into(), value, failed: None, silent: false })
    }

    pub fn print(&self, json: bool) -> Result<()> {
        match json {
            _ if self.silent => {}
            true => line(&self.value.to_string())?,
            false if self.text.is_empty() => {}
            false => line(&self.text)?,
        }
        self.failed.as_ref().map_or(Ok(()), |sentence| Err(Failure::new(Code::Failed, sentence)))
    }
}

/// Prints one line. A reader that went away is the end of the command, and no fault.
pub fn line(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "{}", plain(text)).and_then(|()| out.flush());
    written.map_err(|e| Failure::new(Code::Failed, format!("cannot print: {e}")))
}

/// What others wrote must not move the cursor of a terminal, nor turn the direction of a line: control characters but line breaks
/// and tabs, and the controls of direction (Unicode UAX 9), are shown as a dot.
pub fn plain(text: &str) -> String {
    let is_odd = |c: char| c.is_control() && !matches!(c, '\n' | '\t') || is_turn(c);
    text.chars().map(|c| if is_odd(c) { '·' } else { c }).collect()
}

fn is_turn(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Columns under their names, as wide as what stands in them.
pub fn table(names: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row.get(column).map_or(0, |cell| cell.chars().count()));
        cells.max().unwrap_or(0).max(names[column].chars().count())
    };
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    let heads: Vec<String> = names.iter().map(|name| name.to_string()).collect();
    let lines = std::iter::once(&heads).chain(rows).map(|row| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_string()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_others_wrote_moves_the_cursor_or_turns_the_line() {
        assert_eq!(plain("a\u{1b}]52;c;x\u{7}\r\u{202e}b\tc\n张伟 عمر"), "a·]52;c;x···b\tc\n张伟 عمر");
    }

    #[test]
    fn columns_are_as_wide_as_what_stands_in_them() {
        let rows = vec![vec!["oa".into(), "Office".into()], vec!["forum".into(), "F".into()]];
        assert_eq!(table(&["ID", "NAME"], &rows), "ID     NAME\noa     Office\nforum  F");
    }
}
