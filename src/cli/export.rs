//! `parlour export`: an application's data as a file, read and written a page at a time. Users and contact lists are what
//! `parlour import` reads.

use crate::accounts::deed::Deed;
use crate::apps::application;
use crate::chat::export::{self, Kind};
use crate::cli::answer::Answer;
use crate::cli::call;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::import::Format;
use crate::cli::task::{Place, Task};
use crate::config::Config;
use crate::directory::import::COLUMNS;
use crate::id::AppId;
use crate::store::Db;
use crate::wire::csv;
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::{BufWriter, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Export {
    /// Users, as NDJSON or CSV
    Users(To),
    /// Shared groups with their users, as NDJSON
    Groups(To),
    /// The lists that users have from the application and of their own, as NDJSON
    Contacts(To),
    /// Conversations with all who are or were in them, as NDJSON
    Conversations(To),
    /// Messages of all conversations in the order in which they were written, as NDJSON
    Messages(To),
    /// What was sent as files: name, type, size, sender and SHA-256 of each, as NDJSON; their bytes are in the folder files
    Files(To),
}

#[derive(Debug, Args)]
pub struct To {
    /// The application's id: parlour app list shows them
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// A file that does not exist yet; - is standard output
    #[arg(default_value = "-")]
    file: PathBuf,
    /// How it is written, where its name does not end in .csv
    #[arg(long)]
    format: Option<Format>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Page {
    app: AppId,
    kind: Kind,
    after: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Rows {
    items: Vec<Value>,
    next: Option<String>,
}

impl From<(Vec<Value>, Option<String>)> for Rows {
    fn from((items, next): (Vec<Value>, Option<String>)) -> Rows {
        Rows { items, next }
    }
}

impl Export {
    pub fn perform(self, config: &Config) -> Result<Answer> {
        let (to, kind): (To, Kind) = match self {
            Export::Users(to) => (to, Kind::Users),
            Export::Groups(to) => (to, Kind::Groups),
            Export::Contacts(to) => (to, Kind::Contacts),
            Export::Conversations(to) => (to, Kind::Conversations),
            Export::Messages(to) => (to, Kind::Messages),
            Export::Files(to) => (to, Kind::Files),
        };
        let as_table = to.is_table(kind)?;
        match to.file.to_str() {
            Some("-") => to.write(config, kind, as_table, std::io::stdout())?,
            _ => return to.write_file(config, kind, as_table),
        };
        Answer::new("", Value::Null).map(|answer| Answer { silent: true, ..answer })
    }
}

impl To {
    fn is_table(&self, kind: Kind) -> Result<bool> {
        let named = self.file.extension().is_some_and(|end| end == "csv");
        match self.format.map_or(named, |format| format == Format::Csv) {
            true if kind != Kind::Users => Err(Failure::new(Code::Usage, "only users are written as CSV; this is NDJSON")),
            table => Ok(table),
        }
    }

    /// A whole file, or none. It is for its owner alone: what people wrote is in it.
    fn write_file(&self, config: &Config, kind: Kind, as_table: bool) -> Result<Answer> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.file);
        let file = file.map_err(|e| self.unwritable(&e))?;
        let written = self.write(config, kind, as_table, &file);
        let written = written.and_then(|rows| file.sync_all().map(|()| rows).map_err(|e| self.unwritable(&e)));
        if written.is_err() {
            let _ = std::fs::remove_file(&self.file);
        }
        let (rows, bytes) = (written?, file.metadata().map_or(0, |meta| meta.len()));
        let text = format!("{} written, {rows} {}, {bytes} bytes", self.file.display(), if rows == 1 { "row" } else { "rows" });
        Answer::new(text, json!({ "file": self.file, "rows": rows, "bytes": bytes }))
    }

    /// Answers how many rows there were.
    fn write(&self, config: &Config, kind: Kind, as_table: bool, out: impl Write) -> Result<usize> {
        let (mut out, mut written) = (BufWriter::new(out), 0);
        if as_table {
            // Without the mark a Chinese Excel takes it for GBK.
            out.write_all(format!("\u{feff}{}", csv::write(COLUMNS)).as_bytes()).map_err(|e| self.unwritable(&e))?;
        }
        for row in rows(config, &self.app, kind) {
            let row = row?;
            let text = if as_table { cells(&row) } else { format!("{row}\n") };
            out.write_all(text.as_bytes()).map_err(|e| self.unwritable(&e))?;
            written += 1;
        }
        out.flush().map_err(|e| self.unwritable(&e)).map(|()| written)
    }

    fn unwritable(&self, error: &std::io::Error) -> Failure {
        if error.kind() == ErrorKind::AlreadyExists {
            let sentence = format!("{} is there already; an export never overwrites", self.file.display());
            return Failure::new(Code::Refused, sentence);
        }
        Failure::new(Code::Failed, format!("{} cannot be written: {error}", self.file.display()))
    }
}

/// All rows, read a page at a time; ends with the first failure.
fn rows(config: &Config, app: &AppId, kind: Kind) -> impl Iterator<Item = Result<Value>> {
    let mut next = Some(None);
    let pages = std::iter::from_fn(move || {
        let page = Page { app: app.clone(), kind, after: next.take()? };
        let rows = call::anywhere(config, Task::Export(page)).and_then(|answer| {
            let rows: Rows = serde_json::from_value(answer.value).map_err(|e| Failure::new(Code::Failed, e.to_string()))?;
            Ok(rows)
        });
        next = rows.as_ref().ok().and_then(|rows| rows.next.clone()).map(Some);
        Some(rows)
    });
    pages.flat_map(|page| match page {
        Ok(rows) => rows.items.into_iter().map(Ok).collect::<Vec<_>>(),
        Err(failure) => vec![Err(failure)],
    })
}

fn cells(row: &Value) -> String {
    csv::write(COLUMNS.map(|name| match &row[name] {
        Value::Bool(true) => "true",
        value => value.as_str().unwrap_or_default(),
    }))
}

impl Page {
    pub fn run(self, place: &Place) -> Result<Answer> {
        let look = |db: &Db| {
            let app = application::get(db, &self.app)?.no;
            export::page(db, app, self.kind, self.after.as_deref()).map(Rows::from)
        };
        let rows = place.store.read_blocking(look)?;
        if self.after.is_none() {
            // A disk that is full keeps nobody from taking the data to another.
            let noted = place.change(Deed::DataExport, format!("{}/{}", self.app, self.kind.as_str()), |_| Ok(()));
            if let Err(failure) = noted {
                tracing::warn!(error = failure.sentence, "an export could not be written into the audit log");
            }
        }
        Answer::new("", rows)
    }
}
