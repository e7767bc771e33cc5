//! Many users at once, from a file: one JSON object to a line (NDJSON), or a table with a line of names (CSV). What is
//! wrong with a line is said with its number, and the others are looked at too.

use crate::directory::profile::{self, Object, Profile};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::id::{AppNo, UserNo};
use crate::store::Tx;
use crate::wire::csv;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The names that a table may have.
pub const COLUMNS: [&str; 8] = ["id", "name", "kind", "email", "avatar", "title", "locale", "timezone"];

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

/// What became of the lines.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Report {
    pub created: usize,
    pub changed: usize,
    pub unchanged: usize,
    pub refused: Vec<Refused>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Refused {
    pub line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    pub reason: String,
}

impl Report {
    pub fn refuse(&mut self, line: usize, error: &Error) {
        self.refused.push(Refused { line, field: error.field().map(Into::into), reason: error.sentence() });
    }
}

/// The lines of a file. One that is no JSON is refused in the report; a table that is no table is refused as a whole.
pub fn lines(form: Form, text: &str, report: &mut Report) -> Result<Vec<Line>> {
    match form {
        Form::Ndjson => Ok(ndjson(text, report)),
        Form::Csv => table(text, report),
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

fn table(text: &str, report: &mut Report) -> Result<Vec<Line>> {
    let mut records = csv::parse(text)?.into_iter();
    let names = records.next().map(|record| record.cells).unwrap_or_default();
    let names: Vec<String> = names.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
    if let Some(strange) = names.iter().find(|name| !COLUMNS.contains(&name.as_str())) {
        let reason = format!("there is no column `{strange}`; the first line names some of {}", COLUMNS.join(", "));
        return Err(Error::invalid("", reason));
    }
    let mut lines = Vec::new();
    for record in records {
        if record.cells.len() != names.len() {
            let reason = format!("{} cells, and the first line names {}", record.cells.len(), names.len());
            report.refuse(record.line, &Error::invalid("", reason));
            continue;
        }
        let members: Map<String, Value> = names.iter().cloned().zip(record.cells.into_iter().map(Value::String)).collect();
        lines.push(Line { number: record.line, value: filled(members) });
    }
    Ok(lines)
}

/// An empty cell clears what may be empty, and says nothing of the rest.
fn filled(mut members: Map<String, Value>) -> Value {
    for name in ["name", "kind"] {
        if members.get(name).and_then(Value::as_str) == Some("") {
            members.remove(name);
        }
    }
    Value::Object(members)
}

/// Keeps these lines. Answers those who look different now to others who may see them: tell them.
pub fn users(tx: &mut Tx, app: AppNo, lines: &[Line], report: &mut Report) -> Result<Vec<UserNo>> {
    let mut changed = Vec::new();
    for line in lines {
        match user(tx, app, line, report) {
            Ok(Some(no)) => changed.push(no),
            Ok(None) => {}
            Err(error) => report.refuse(line.number, &error.refusal()?),
        }
    }
    Ok(changed)
}

fn user(tx: &mut Tx, app: AppNo, line: &Line, report: &mut Report) -> Result<Option<UserNo>> {
    let profile = parse(&line.value)?;
    let before = user::find(tx, app, &profile.id)?;
    let (after, changed) = profile::put(tx, app, &profile)?;
    match before {
        None => report.created += 1,
        Some(before) if before != after => report.changed += 1,
        Some(_) => report.unchanged += 1,
    }
    Ok(changed.then_some(after.no))
}

fn parse(value: &Value) -> Result<Profile> {
    let members =
        value.as_object().ok_or_else(|| Error::invalid("", "not understood: a user is an object such as {\"id\": \"anna\"}"))?;
    let strange = members.keys().find(|name| !COLUMNS.contains(&name.as_str()));
    if let Some(name) = strange {
        return Err(Error::invalid(name, format!("there is no member `{name}`")));
    }
    let wrong = |e: serde_json::Error| Error::invalid("", format!("not understood: {e}"));
    Object::deserialize(value).map(Profile::from).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_becomes_lines_and_what_is_wrong_has_its_number() {
        let mut report = Report::default();
        let found = lines(Form::Ndjson, "{\"id\":\"a\"}\n\nnonsense\n{\"id\":\"b\"}", &mut report).unwrap();
        assert_eq!(found.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 4]);
        assert_eq!(report.refused[0].line, 3);

        let mut report = Report::default();
        let found = lines(Form::Csv, "Id,Name,Title\na,,\nb\n", &mut report).unwrap();
        assert_eq!(found[0].value, serde_json::json!({ "id": "a", "title": "" }));
        assert_eq!(report.refused[0].line, 3);
        assert!(lines(Form::Csv, "id,role\n", &mut report).is_err());
    }
}
