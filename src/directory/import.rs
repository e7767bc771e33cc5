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
/// The most lines of one file, and bytes of a user in it.
pub const MOST: usize = 100_000;
const ROW: usize = 64 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Ndjson,
    /// NDJSON whose lines may be anything: an operator's own file.
    Lists,
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
    /// What stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    pub sentence: String,
}

/// Characters of a wrong value that are shown.
const SHOWN: usize = 100;

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
        self.refuse_line(&Line { number: row, value: Value::Null }, error);
    }

    /// The same, and what stands at the fault.
    pub fn refuse_line(&mut self, line: &Line, error: &Error) {
        self.refused += 1;
        if self.rows.len() < NAMED {
            let column: Option<String> = error.field().map(Into::into);
            let value = column.as_ref().and_then(|column| match &line.value[column.as_str()] {
                Value::String(text) => Some(text.chars().take(SHOWN).collect()),
                other => Some(other).filter(|other| !other.is_null()).map(Value::to_string),
            });
            self.rows.push(Refused { row: line.number, column, value, sentence: error.sentence() });
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

/// Rows as they come, and no more of them than are taken at once.
#[derive(Debug, Default)]
pub struct Rows {
    lines: Vec<Line>,
    report: Report,
    count: usize,
}

impl Rows {
    /// Keeps a row, or why it is refused. `TooLarge` where there are too many; further ones are not kept.
    pub fn add(&mut self, number: usize, row: Result<Value>) -> Result<()> {
        self.count += 1;
        require_bounded(self.count)?;
        match row {
            Ok(value) => self.lines.push(Line { number, value }),
            Err(error) => self.report.refuse(number, &error),
        }
        Ok(())
    }

    pub fn sheet(self, encoding: &'static str, header: Header) -> Sheet {
        Sheet { lines: self.lines, report: self.report, encoding, header }
    }
}

/// Reads a file. A line that cannot be read stands in the report; a file that is no text or no table is refused as a whole.
pub fn read(form: Form, bytes: &[u8], charset: Option<&str>) -> Result<Sheet> {
    let (text, encoding) = charset::decode(bytes, charset)?;
    let mut rows = Rows::default();
    let header = match form {
        Form::Ndjson => ndjson(&text, user, &mut rows)?,
        Form::Lists => ndjson(&text, any, &mut rows)?,
        Form::Csv => table(&text, &mut rows)?,
    };
    Ok(rows.sheet(encoding, header))
}

/// Refuses more than is taken at once.
pub fn require_bounded(rows: usize) -> Result<()> {
    match rows {
        0..=MOST => Ok(()),
        _ => Err(Error::TooLarge(format!("more than {MOST} rows are not taken at once; divide the file"))),
    }
}

fn ndjson(text: &str, read: fn(&str) -> Result<Value>, rows: &mut Rows) -> Result<Header> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.try_for_each(|(index, line)| rows.add(index + 1, read(line)))?;
    Ok(Header::default())
}

fn any(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|e| Error::invalid("", format!("not understood: {e}")))
}

/// One user as JSON: the id alone, or an object without anything in its members. What a hostile row unfolds to is thrown away
/// here, and was never much.
pub fn user(text: &str) -> Result<Value> {
    if text.len() > ROW {
        return Err(Error::invalid("", format!("a user in more than {ROW} bytes is not taken")));
    }
    let value = any(text)?;
    let members = match &value {
        Value::String(_) => return Ok(value),
        Value::Object(members) => members,
        _ => return Err(Error::invalid("", "not understood: a user is an object such as {\"id\": \"anna\"}")),
    };
    if let Some(name) = members.keys().find(|name| !COLUMNS.contains(&name.as_str())) {
        return Err(Error::invalid(name, format!("there is no member `{name}`")));
    }
    match members.iter().find(|(_, value)| value.is_array() || value.is_object()) {
        Some((name, _)) => Err(Error::invalid(name, "expected a text")),
        None => Ok(value),
    }
}

fn table(text: &str, rows: &mut Rows) -> Result<Header> {
    let mut records = csv::parse(text);
    let first = records.next().map_or(Ok(Vec::new()), |record| record.cells);
    let header = Header::parse(first.map_err(|reason| Error::invalid("", format!("the line of names: {reason}")))?)?;
    for record in records {
        let cells = record.cells.map_err(|reason| Error::invalid("", reason));
        rows.add(record.line, cells.and_then(|cells| header.members(cells)).map(|members| Value::Object(filled(members))))?;
    }
    Ok(header)
}

/// An empty cell clears what may be empty, and says nothing of the rest. The blanks around an id are the spreadsheet's.
pub(super) fn filled(mut members: Map<String, Value>) -> Map<String, Value> {
    for name in ["name", "kind", "suspended"] {
        if members.get(name).and_then(Value::as_str).is_some_and(|text| text.trim().is_empty()) {
            members.remove(name);
        }
    }
    if let Some(Value::String(id)) = members.get_mut("id") {
        *id = id.trim().into();
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
    fn blanks_around_an_id_and_columns_without_a_name_at_the_end_are_the_spreadsheets() {
        let text = "id,name,, \n 1001\u{a0},Anna,,\n1002\u{3000},Ben\n1003,Carl,,x\n";
        let sheet = read(Form::Csv, text.as_bytes(), None).unwrap();
        let ids: Vec<&Value> = sheet.lines.iter().map(|line| &line.value["id"]).collect();
        assert_eq!(ids, ["1001", "1002"]);
        assert_eq!((sheet.report.refused, sheet.report.rows[0].row), (1, 4), "what stands below no name is not thrown away");
        assert!(read(Form::Csv, b"id,,name\n", None).is_err());
    }

    #[test]
    fn a_report_names_so_many_and_counts_all() {
        let sheet = read(Form::Ndjson, "x\n".repeat(3000).as_bytes(), None).unwrap();
        assert_eq!((sheet.report.refused, sheet.report.rows.len()), (3000, NAMED));
        for (form, text) in [(Form::Ndjson, "1\n"), (Form::Csv, "id\n")] {
            let error = read(form, text.repeat(MOST + 2).as_bytes(), None).unwrap_err();
            assert!(matches!(error, Error::TooLarge(_)), "{error}");
        }
    }

    #[test]
    fn a_row_that_unfolds_to_much_is_refused() {
        let nested = format!("{{\"id\":[{}1]}}", "1,".repeat(30_000));
        let wide = format!("{{{}\"id\":\"a\"}}", (0..3000).map(|n| format!("\"m{n}\":1,")).collect::<String>());
        let list = format!("[{}1]", "1,".repeat(30_000));
        let long = format!("\"{}\"", "x".repeat(ROW));
        for bad in [&nested, &wide, &list, &long] {
            let sheet = read(Form::Ndjson, format!("\"anna\"\n{bad}\n").as_bytes(), None).unwrap();
            assert_eq!((sheet.lines.len(), sheet.report.refused), (1, 1), "{}", &bad[..40]);
        }
        assert_eq!(read(Form::Lists, list.as_bytes(), None).unwrap().lines.len(), 1, "an operator's own");
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
