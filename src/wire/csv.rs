//! Tables as text: comma-separated values (RFC 4180) with a line of names first. A cell that a spreadsheet would take for a
//! formula is written with `'` before it, and read without.

use crate::error::{Error, Result};

/// One line of a table, with the number of the line of text on which it begins.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    pub line: usize,
    pub cells: Vec<String>,
}

/// Reads all records; lines that are empty are left out.
pub fn parse(text: &str) -> Result<Vec<Record>> {
    let mut reader = Reader { rest: text.trim_start_matches('\u{feff}'), line: 1 };
    let mut records = Vec::new();
    while !reader.rest.is_empty() {
        let line = reader.line;
        let cells = reader.record()?;
        if cells != [""] {
            records.push(Record { line, cells: cells.iter().map(|cell| unguarded(cell).into()).collect() });
        }
    }
    Ok(records)
}

/// One line of text, with its end.
pub fn write<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    cells.join(",") + "\r\n"
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl Reader<'_> {
    fn record(&mut self) -> Result<Vec<String>> {
        let mut cells = Vec::new();
        loop {
            cells.push(if self.rest.starts_with('"') { self.quoted()? } else { self.plain() });
            match self.rest.as_bytes().first() {
                Some(b',') => self.rest = &self.rest[1..],
                Some(b'\r') if self.rest.starts_with("\r\n") => return Ok(self.end(cells, 2)),
                Some(b'\n' | b'\r') => return Ok(self.end(cells, 1)),
                None => return Ok(cells),
                Some(_) => return Err(self.wrong("after a closing quote, a comma or the end of the line is expected")),
            }
        }
    }

    fn end(&mut self, cells: Vec<String>, bytes: usize) -> Vec<String> {
        self.rest = &self.rest[bytes..];
        self.line += 1;
        cells
    }

    fn plain(&mut self) -> String {
        let end = self.rest.find([',', '\r', '\n']).unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at(end);
        self.rest = rest;
        cell.into()
    }

    fn quoted(&mut self) -> Result<String> {
        let mut cell = String::new();
        let begun = self.line;
        self.rest = &self.rest[1..];
        loop {
            let Some(end) = self.rest.find('"') else {
                self.line = begun;
                return Err(self.wrong("a quote is opened and never closed"));
            };
            cell.push_str(&self.rest[..end]);
            self.line += self.rest[..end].matches('\n').count();
            self.rest = &self.rest[end + 1..];
            if !self.rest.starts_with('"') {
                return Ok(cell);
            }
            cell.push('"');
            self.rest = &self.rest[1..];
        }
    }

    fn wrong(&self, reason: &str) -> Error {
        Error::invalid("", format!("line {}: {reason}", self.line))
    }
}

/// Also where quotes stand before it, so that each one that is read was put there once.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

fn cell(text: &str) -> String {
    let guarded = if is_formula(text) { format!("'{text}") } else { text.into() };
    match guarded.contains([',', '"', '\r', '\n', '\'']) {
        true => format!("\"{}\"", guarded.replace('"', "\"\"")),
        false => guarded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<Vec<String>> {
        parse(text).unwrap().into_iter().map(|record| record.cells).collect()
    }

    #[test]
    fn a_table_is_read_with_quotes_and_any_line_end() {
        let text = "\u{feff}id,name\r\na,\"Liu, \"\"Al\"\"\"\n\nb,\"two\nlines\"\rc,";
        assert_eq!(cells(text), [["id", "name"], ["a", "Liu, \"Al\""], ["b", "two\nlines"], ["c", ""]]);
        assert_eq!(parse(text).unwrap()[2].line, 4);
        assert!(parse("a\n\"b").unwrap_err().sentence().contains("line 2"));
        assert!(parse("\"a\"b").is_err());
    }

    #[test]
    fn what_is_written_is_read_again_and_is_no_formula() {
        let row = ["=1+1", "a,b", "\"", "x\ny", "'-", "plain", ""];
        let text = write(row);
        assert!(text.starts_with("\"'=1+1\","), "{text}");
        assert_eq!(cells(&text), [row.map(String::from)]);
    }
}
