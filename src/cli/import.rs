//! `parlour import`: users or contact lists from a file, in one transaction: all of it, or nothing and a report of every line
//! that is wrong.

use crate::apps::application;
use crate::chat::announce;
use crate::cli::answer::Answer;
use crate::cli::call;
use crate::cli::contact;
use crate::cli::control;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::task::{Place, Task};
use crate::config::Config;
use crate::directory::import::{self, Form, Line, Report};
use crate::error::{self, Error};
use crate::id::{AppId, AppNo};
use crate::store::Tx;
use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;

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
    /// Only say what would become of it
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
pub enum Format {
    Ndjson,
    Csv,
}

/// The lines of a file on their way into the store.
#[derive(Debug, Serialize, Deserialize)]
pub struct Lines {
    app: AppId,
    contacts: bool,
    lines: Vec<Line>,
    /// Nothing of it is to stay.
    dry: bool,
}

/// What became of a file.
#[derive(Debug, Serialize, Deserialize)]
struct Outcome {
    imported: bool,
    #[serde(flatten)]
    report: Report,
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
        // Lines that cannot be read refuse the file, and the report tells of the others too.
        let dry = from.dry_run || !report.refused.is_empty();
        let answer = call::anywhere(config, Task::Import(Lines { app: from.app, contacts, lines, dry }))?;
        let outcome: Outcome = serde_json::from_value(answer.value).map_err(|e| Failure::new(Code::Failed, e.to_string()))?;
        finish(outcome, report)
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

/// No more than one command takes anyway: what lies there may have no end.
fn read(file: &Path) -> Result<String> {
    let mut text = String::new();
    let read = match file.to_str() {
        Some("-") => std::io::stdin().take(control::LINE).read_to_string(&mut text),
        _ => File::open(file).and_then(|file| file.take(control::LINE).read_to_string(&mut text)),
    };
    match read {
        Ok(bytes) if bytes as u64 == control::LINE => Err(call::too_large()),
        Ok(_) => Ok(text),
        Err(e) => Err(Failure::new(Code::Failed, format!("{} cannot be read: {e}", file.display()))),
    }
}

/// A refused line makes it a failure that has been printed.
fn finish(mut outcome: Outcome, unread: Report) -> Result<Answer> {
    let refused = &mut outcome.report.refused;
    refused.extend(unread.refused);
    refused.sort_by_key(|refused| refused.line);
    let Report { created, changed, unchanged, refused } = &outcome.report;
    let count = format!("{created} created, {changed} changed, {unchanged} unchanged");
    let reasons = refused.iter().map(|one| format!("line {}: {}", one.line, one.reason));
    let text = match (refused.is_empty(), outcome.imported) {
        (false, _) => reasons.collect::<Vec<_>>().join("\n"),
        (true, false) => format!("{count}, if it were no dry run"),
        (true, true) => count,
    };
    let lines = if refused.len() == 1 { "1 line is" } else { &format!("{} lines are", refused.len()) };
    let failed = (!refused.is_empty()).then(|| format!("{lines} refused, and nothing is imported; mend the file and try again"));
    Ok(Answer { failed, ..Answer::new(text, &outcome)? })
}

impl Lines {
    pub fn run(self, place: &Place) -> Result<Answer> {
        let what = if self.contacts { "contacts.import" } else { "users.import" };
        let (app, dry) = (self.app.clone(), self.dry);
        let (tell, told) = channel();
        let kept = place.change(what, app, move |tx| {
            let report = self.keep(tx)?;
            let stays = !dry && report.refused.is_empty();
            let _ = tell.send(report);
            // The failure undoes everything; the report is out already.
            if stays { Ok(()) } else { Err(Error::Conflict("nothing is imported".into())) }
        });
        match (kept, told.try_recv()) {
            (Ok(()), Ok(report)) => Answer::new("", Outcome { imported: true, report }),
            (Err(_), Ok(report)) if dry || !report.refused.is_empty() => Answer::new("", Outcome { imported: false, report }),
            (Err(failure), _) => Err(failure),
            (Ok(()), Err(e)) => Err(Failure::new(Code::Failed, e.to_string())),
        }
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
