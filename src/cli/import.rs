//! `parlour import`: users or contact lists from a file, a few hundred lines to a transaction. What is wrong with a line is
//! said with its number, and the other lines are kept.

use crate::apps::application;
use crate::chat::announce;
use crate::cli::answer::Answer;
use crate::cli::call;
use crate::cli::contact;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::task::{Place, Task};
use crate::config::Config;
use crate::directory::import::{self, Form, Line, Report};
use crate::error;
use crate::id::{AppId, AppNo};
use crate::store::Tx;
use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Lines of one transaction.
const PART: usize = 300;

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Users: NDJSON, or CSV with a line of names, of id, name, kind, email, avatar, title, locale, timezone
    Users(From),
    /// Contact lists: NDJSON, a shared group ({"id", "name", "users", …}) or a user's own list ({"user", "groups"}) to a line
    Contacts(From),
}

#[derive(Debug, Args)]
pub struct From {
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// - is standard input
    #[arg(default_value = "-")]
    file: PathBuf,
    /// What is in it, where its name does not end in .csv or .ndjson
    #[arg(long)]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
pub enum Format {
    Ndjson,
    Csv,
}

/// Some lines on their way into the store.
#[derive(Debug, Serialize, Deserialize)]
pub struct Part {
    app: AppId,
    contacts: bool,
    lines: Vec<Line>,
}

impl Import {
    pub fn perform(self, config: &Config) -> Result<Answer> {
        let (from, contacts) = match self {
            Import::Users(from) => (from, false),
            Import::Contacts(from) => (from, true),
        };
        let text = read(&from.file)?;
        let mut report = Report::default();
        let lines = import::lines(from.form(contacts)?, &text, &mut report)?;
        for lines in lines.chunks(PART) {
            let part = Part { app: from.app.clone(), contacts, lines: lines.to_vec() };
            let answer = call::anywhere(config, Task::Import(part))?;
            let done: Report = serde_json::from_value(answer.value).map_err(|e| Failure::new(Code::Failed, e.to_string()))?;
            add(&mut report, done);
        }
        finish(report)
    }
}

impl From {
    fn form(&self, contacts: bool) -> Result<Form> {
        let named = match self.file.extension().and_then(|end| end.to_str()) {
            Some("csv") => Format::Csv,
            _ => Format::Ndjson,
        };
        match self.format.unwrap_or(named) {
            Format::Csv if contacts => Err(Failure::new(Code::Usage, "contact lists are read as NDJSON, not as CSV")),
            Format::Csv => Ok(Form::Csv),
            Format::Ndjson => Ok(Form::Ndjson),
        }
    }
}

fn read(file: &Path) -> Result<String> {
    let read = match file.to_str() {
        Some("-") => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|_| text)
        }
        _ => std::fs::read_to_string(file),
    };
    read.map_err(|e| Failure::new(Code::Failed, format!("{} cannot be read: {e}", file.display())))
}

fn add(report: &mut Report, part: Report) {
    report.created += part.created;
    report.changed += part.changed;
    report.unchanged += part.unchanged;
    report.refused.extend(part.refused);
}

/// What was done is an answer; a refused line makes it a failure that has been printed.
fn finish(mut report: Report) -> Result<Answer> {
    report.refused.sort_by_key(|refused| refused.line);
    let Report { created, changed, unchanged, refused } = &report;
    let mut text = format!("{created} created, {changed} changed, {unchanged} unchanged, {} refused", refused.len());
    for one in refused {
        text.push_str(&format!("\nline {}: {}", one.line, one.reason));
    }
    let failed = (!refused.is_empty()).then(|| format!("{} lines were refused", refused.len()));
    Ok(Answer { failed, ..Answer::new(text, &report)? })
}

impl Part {
    pub fn run(self, place: &Place) -> Result<Answer> {
        let what = if self.contacts { "contacts.import" } else { "users.import" };
        let app = self.app.clone();
        let report = place.change(what, app, move |tx| self.keep(tx))?;
        Answer::new("", report)
    }

    fn keep(self, tx: &mut Tx) -> error::Result<Report> {
        let app = application::get(tx, &self.app)?.no;
        let mut report = Report::default();
        match self.contacts {
            true => contact::keep(tx, app, &self.lines, &mut report)?,
            false => users(tx, app, &self.lines, &mut report)?,
        }
        Ok(report)
    }
}

fn users(tx: &mut Tx, app: AppNo, lines: &[Line], report: &mut Report) -> error::Result<()> {
    for user in import::users(tx, app, lines, report)? {
        announce::user(tx, app, user)?;
    }
    Ok(())
}
