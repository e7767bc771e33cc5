//! Many users at once, from a file: one JSON object to a line (NDJSON), or a table with a line of names (CSV). What is
//! wrong with a line is said with its number, and the others are looked at too. Keeps nothing: that is `chat::intake`'s.

mod header;

use crate::error::{Error, Result};
use crate::wire::{charset, csv};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use header::{COLUMNS, Header};

/// Wrong lines that a report names; there may be as many as the file has.
const NAMED: usize = 1000;
/// The most lines of one file.
pub const MOST: usize = 100_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Ndjson,
    Csv,
}

/// One line of a file as JSON, before anything is checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    pub number: usize,
    pub value: Value,
}

/// A file as it was read.
#[derive(Debug)]
pub struct Sheet {
    pub lines: Vec<Line>,
    /// Of lines that cannot be read.
    pub report: Report,
    /// The encoding in which it was read.
    pub encoding: &'static str,
    /// What the columns are called in it.
    pub header: Header,
}

/// What became of the lines.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Report {
    pub created: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// How many lines are wrong.
    pub refused: usize,
    /// The first thousand of them.
    pub rows: Vec<Refused>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Refused {
    /// Its line in the file, from 1.
    pub row: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    pub sentence: String,
}

impl Refused {
    /// Row, column and what is wrong, in one sentence; `more` rows are wrong besides.
    pub fn said_with(&self, more: usize) -> String {
        let column = self.column.as_ref().map(|column| format!(", {column}")).unwrap_or_default();
        let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
        format!("row {}{column}: {}{more}", self.row, self.sentence)
    }
}

impl Report {
    /// Says what is wrong with a row.
    pub fn refuse(&mut self, row: usize, error: &Error) {
        self.refused += 1;
        if self.rows.len() < NAMED {
            self.rows.push(Refused { row, column: error.field().map(Into::into), sentence: error.sentence() });
        }
    }

    /// What two looks at one file found, in the order of its lines.
    pub fn and(mut self, other: Report) -> Report {
        self.created += other.created;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.refused += other.refused;
        self.rows.extend(other.rows);
        self.rows.sort_by_key(|refused| refused.row);
        self.rows.truncate(NAMED);
        self
    }

    /// The same with columns called as the file calls them.
    pub fn in_words_of(mut self, header: &Header) -> Report {
        for refused in &mut self.rows {
            refused.column = refused.column.take().map(|column| header.written(&column).into());
        }
        self
    }
}

/// Reads a file. A line that cannot be read stands in the report; a file that is no text or no table is refused as a whole.
pub fn read(form: Form, bytes: &[u8], charset: Option<&str>) -> Result<Sheet> {
    let (text, encoding) = charset::decode(bytes, charset)?;
    let mut report = Report::default();
    let (lines, header) = match form {
        Form::Ndjson => (ndjson(&text, &mut report), Header::default()),
        Form::Csv => table(&text, &mut report)?,
    };
    require_bounded(lines.len() + report.refused)?;
    Ok(Sheet { lines, report, encoding, header })
}

/// Refuses more than is taken at once.
pub fn require_bounded(lines: usize) -> Result<()> {
    match lines {
        0..=MOST => Ok(()),
        _ => Err(Error::TooLarge(format!("more than {MOST} rows are not taken at once; divide the file"))),
    }
}

fn ndjson(text: &str, report: &mut Report) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(value) => lines.push(Line { number: index + 1, value }),
            Err(e) => report.refuse(index + 1, &Error::invalid("", format!("not understood: {e}"))),
        }
    }
    lines
}

fn table(text: &str, report: &mut Report) -> Result<(Vec<Line>, Header)> {
    let mut records = csv::parse(text).into_iter();
    let first = records.next().map_or(Ok(Vec::new()), |record| record.cells);
    let header = Header::parse(first.map_err(|reason| Error::invalid("", format!("the line of names: {reason}")))?)?;
    let mut lines = Vec::new();
    for record in records {
        match record.cells.map_err(|reason| Error::invalid("", reason)).and_then(|cells| header.members(cells)) {
            Ok(members) => lines.push(Line { number: record.line, value: Value::Object(filled(members)) }),
            Err(error) => report.refuse(record.line, &error),
        }
    }
    Ok((lines, header))
}

/// An empty cell clears what may be empty, and says nothing of the rest.
pub(super) fn filled(mut members: Map<String, Value>) -> Map<String, Value> {
    for name in ["name", "kind", "suspended"] {
        if members.get(name).and_then(Value::as_str).is_some_and(|text| text.trim().is_empty()) {
            members.remove(name);
        }
    }
    if let Some(word) = members.get("suspended").and_then(Value::as_str) {
        let flag = header::flag(word);
        members.insert("suspended".into(), flag.map_or(Value::from(word), Value::from));
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_becomes_lines_and_what_is_wrong_has_its_number() {
        let sheet = read(Form::Ndjson, b"{\"id\":\"a\"}\n\nnonsense\n{\"id\":\"b\"}", None).unwrap();
        assert_eq!(sheet.lines.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 4]);
        assert_eq!((sheet.report.refused, sheet.report.rows[0].row), (1, 3));

        let sheet = read(Form::Csv, b"Id,Name,Title\na,,\nb\n", None).unwrap();
        assert_eq!(sheet.lines[0].value, serde_json::json!({ "id": "a", "title": "" }));
        assert_eq!(sheet.report.rows[0].row, 3);
        assert!(read(Form::Csv, b"id,role\n", None).is_err());
    }

    #[test]
    fn a_report_names_so_many_and_counts_all() {
        let sheet = read(Form::Ndjson, "x\n".repeat(3000).as_bytes(), None).unwrap();
        assert_eq!((sheet.report.refused, sheet.report.rows.len()), (3000, NAMED));
        assert!(read(Form::Ndjson, "x\n".repeat(MOST + 1).as_bytes(), None).is_err());
    }

    #[test]
    fn a_chinese_table_is_read_and_its_columns_keep_their_names() {
        let text = "工号;姓名;邮箱;停用\r\n7;刘洋;nonsense;是\r\n";
        let sheet = read(Form::Csv, text.as_bytes(), None).unwrap();
        let expected = serde_json::json!({ "id": "7", "name": "刘洋", "email": "nonsense", "suspended": true });
        assert_eq!(sheet.lines[0].value, expected);
        let mut report = Report::default();
        report.refuse(2, &Error::invalid("email", "no"));
        assert_eq!(report.in_words_of(&sheet.header).rows[0].column.as_deref(), Some("邮箱"));
    }
}
