//! `parlour import`: users or contact lists from a file: all of it, or nothing and a report of every line that is wrong.

use crate::accounts::deed::Deed;
use crate::apps::application;
use crate::chat::intake;
use crate::cli::answer::Answer;
use crate::cli::call;
use crate::cli::contact;
use crate::cli::control;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::task::{Place, Task};
use crate::config::Config;
use crate::directory::import::{self, Form, Line, Refused, Report};
use crate::directory::roll::{self, Absent};
use crate::directory::shrink;
use crate::error::Error;
use crate::id::AppId;
use crate::jobs;
use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Users: NDJSON, or CSV with a line of names, of id, name, kind, email, avatar, title, locale, timezone, suspended
    Users {
        #[command(flatten)]
        from: From,
        #[command(flatten)]
        meaning: Meaning,
    },
    /// Contact lists: NDJSON, a shared group ({"id", "name", "users", …}) or a user's list ({"user", "groups"}) to a line
    Contacts(From),
}

#[derive(Debug, Args)]
pub struct From {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// - is standard input
    #[arg(default_value = "-")]
    file: PathBuf,
    /// What is in it, where its name does not end in .csv or .ndjson
    #[arg(long)]
    format: Option<Format>,
    /// How its text is written, such as gbk or windows-1252, where that is not found out
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// Only say what would become of it
    #[arg(long)]
    dry_run: bool,
}

/// How a list of users is meant.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
pub struct Meaning {
    /// It is the whole list: people who do not stand in it are suspended
    #[arg(long)]
    whole: bool,
    /// With --whole: they are erased, which cannot be undone
    #[arg(long, requires = "whole")]
    erase: bool,
    /// Do it although most people would go
    #[arg(long)]
    confirm: bool,
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
    meaning: Meaning,
    /// Nothing of it is to stay.
    dry: bool,
}

/// What became of a file.
#[derive(Debug, Serialize, Deserialize)]
struct Outcome {
    imported: bool,
    #[serde(flatten)]
    report: Report,
    /// People who stood in it no more.
    left: usize,
    /// So many that it is taken only with --confirm.
    #[serde(default)]
    confirm_needed: bool,
}

impl Import {
    pub fn perform(self, config: &Config) -> Result<Answer> {
        let (from, contacts, meaning) = match self {
            Import::Users { from, meaning } => (from, false, meaning),
            Import::Contacts(from) => (from, true, Meaning::default()),
        };
        let sheet = import::read(from.form(contacts)?, &read(&from.file)?, from.encoding.as_deref())?;
        // Lines that cannot be read refuse the file, and the report tells of the others too.
        let dry = from.dry_run || sheet.report.refused > 0;
        let lines = Lines { app: from.app, contacts, lines: sheet.lines, meaning, dry };
        let answer = call::anywhere(config, Task::Import(lines))?;
        let mut outcome: Outcome = serde_json::from_value(answer.value).map_err(|e| Failure::new(Code::Failed, e.to_string()))?;
        outcome.report = outcome.report.and(sheet.report).in_words_of(&sheet.header);
        finish(outcome)
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
            Format::Ndjson if contacts => Ok(Form::Lists),
            Format::Ndjson => Ok(Form::Ndjson),
        }
    }
}

/// No more than one command takes anyway: what lies there may have no end.
fn read(file: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = match file.to_str() {
        Some("-") => std::io::stdin().take(control::LINE).read_to_end(&mut bytes),
        _ => File::open(file).and_then(|file| file.take(control::LINE).read_to_end(&mut bytes)),
    };
    match read {
        Ok(length) if length as u64 == control::LINE => Err(call::too_large()),
        Ok(_) => Ok(bytes),
        Err(e) => Err(Failure::new(Code::Failed, format!("{} cannot be read: {e}", file.display()))),
    }
}

/// A refused line makes it a failure that has been printed.
fn finish(outcome: Outcome) -> Result<Answer> {
    let Report { created, changed, unchanged, refused, rows } = &outcome.report;
    let left = if outcome.left > 0 { format!(", {} gone", outcome.left) } else { String::new() };
    let count = format!("{created} created, {changed} changed, {unchanged} unchanged{left}");
    let mut reasons: Vec<String> = rows.iter().map(reason).collect();
    if *refused > rows.len() {
        reasons.push(format!("and {} rows more", refused - rows.len()));
    }
    let text = match (*refused, outcome.imported) {
        (0, false) if outcome.confirm_needed => {
            format!("{count}, if it were no dry run; so many would go that it needs --confirm")
        }
        (0, false) => format!("{count}, if it were no dry run"),
        (0, true) => count,
        _ => reasons.join("\n"),
    };
    let rows = if *refused == 1 { "1 row is" } else { &format!("{refused} rows are") };
    let failed = (*refused > 0).then(|| format!("{rows} refused, and nothing is imported; mend the file and try again"));
    Ok(Answer { failed, ..Answer::new(text, &outcome)? })
}

fn reason(refused: &Refused) -> String {
    let value = refused.value.as_ref().map_or_else(String::new, |value| format!(" (it says “{}”)", value.replace('\n', " ")));
    match &refused.column {
        Some(column) => format!("row {}: {column}: {}{value}", refused.row, refused.sentence),
        None => format!("row {}: {}", refused.row, refused.sentence),
    }
}

impl Lines {
    pub fn run(self, place: &Place) -> Result<Answer> {
        if self.contacts { self.lists(place) } else { self.users(place) }
    }

    /// Checked as a whole, then kept in pieces.
    fn users(self, place: &Place) -> Result<Answer> {
        let (store, Meaning { whole, erase, confirm }) = (&place.store, self.meaning);
        let app = store.read_blocking(|db| Ok(application::get(db, &self.app)?.no))?;
        let roll = store.read_blocking(|db| roll::read(db, app, &self.lines, whole))?;
        let (report, left) = (roll.report.clone(), roll.leavers.len());
        let confirm_needed = roll.is_suspicious(store.read_blocking(|db| shrink::get(db, app))?);
        if self.dry || report.refused > 0 {
            return Answer::new("", Outcome { imported: false, report, left, confirm_needed });
        }
        if !confirm && confirm_needed {
            let sentence = format!("{left} of {} people stand in the list no more; say --confirm if that is meant", roll.before);
            return Err(Failure::new(Code::Refused, sentence));
        }
        let absent = if erase { Absent::Erase } else { Absent::Suspend };
        // What an earlier command left, where no server runs.
        Place::wait(jobs::intake::settle(store, app))??;
        place.change(Deed::UsersImport, self.app, move |tx| intake::accept(tx, app, &roll, absent))?;
        Place::wait(jobs::intake::finish(store, app))??;
        Answer::new("", Outcome { imported: true, report, left, confirm_needed })
    }

    fn lists(self, place: &Place) -> Result<Answer> {
        let (app, dry) = (self.app.clone(), self.dry);
        let (tell, told) = channel();
        let kept = place.change(Deed::ContactsImport, app, move |tx| {
            let app = application::get(tx, &self.app)?.no;
            let mut report = Report::default();
            contact::keep(tx, app, &self.lines, &mut report)?;
            let stays = !dry && report.refused == 0;
            let _ = tell.send(report);
            // The failure undoes everything; the report is out already.
            if stays { Ok(()) } else { Err(Error::Conflict("nothing is imported".into())) }
        });
        match (kept, told.try_recv()) {
            (Ok(()), Ok(report)) => Answer::new("", Outcome { imported: true, report, left: 0, confirm_needed: false }),
            (Err(_), Ok(report)) if dry || report.refused > 0 => {
                Answer::new("", Outcome { imported: false, report, left: 0, confirm_needed: false })
            }
            (Err(failure), _) => Err(failure),
            (Ok(()), Err(e)) => Err(Failure::new(Code::Failed, e.to_string())),
        }
    }
}
