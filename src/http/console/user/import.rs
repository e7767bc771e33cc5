//! Users from a file: uploaded, looked at, and kept when somebody has seen what would become of it. The file waits in memory
//! between the two pages.

use super::super::upload::Upload;
use crate::accounts::deed::Deed;
use crate::apps::application::Application;
use crate::chat::intake;
use crate::directory::import::{self, Form as Kind, Refused, Sheet};
use crate::directory::roll::{self, Absent, Roll};
use crate::directory::shrink;
use crate::error::{Error, Result};
use crate::http::console::address;
use crate::http::console::form::Form;
use crate::http::console::frame::Frame;
use crate::http::console::visit::Visit;
use crate::http::console::{draw, draw_form, of};
use crate::http::page::see_other;
use crate::http::problem::Answer;
use crate::id::AppNo;
use crate::jobs;
use crate::store::{Db, Tx};
use actix_web::web::Path;
use askama::Template;
use std::sync::Arc;

/// Wrong rows, and people, that a page shows.
const SHOWN: usize = 100;
const SAMPLE: usize = 5;

/// A file that waits for its confirmation.
#[derive(Clone)]
pub struct Waiting {
    app: AppNo,
    sheet: Arc<Sheet>,
    whole: bool,
}

#[derive(Template)]
#[template(path = "console/user/import.html")]
struct New<'a> {
    frame: Frame,
    form: &'a Form,
    columns: String,
}

pub async fn new(visit: Visit, id: Path<String>) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    draw_new(&visit, &application, &Form::default().and("list", "some"))
}

fn draw_new(visit: &Visit, application: &Application, form: &Form) -> Answer {
    let frame = Frame::within(visit, application, "users");
    draw_form(form, &New { frame, form, columns: import::COLUMNS.join(", ") })
}

#[derive(Template)]
#[template(path = "console/user/import-report.html")]
struct Report {
    frame: Frame,
    file: String,
    encoding: &'static str,
    created: i64,
    changed: i64,
    unchanged: i64,
    gone: i64,
    missing: String,
    refused: i64,
    rows: Vec<Refused>,
    /// How many wrong rows are not shown.
    hidden: i64,
    /// The first people of the file: whether names are readable shows whether the encoding is right.
    sample: Vec<(String, String)>,
    leavers: Vec<String>,
    has_more_leavers: bool,
    is_suspicious: bool,
    whole: bool,
}

/// Looks at a file and says what would become of it.
pub async fn create(visit: Visit, id: Path<String>, upload: Upload) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    let Upload { form, name, bytes } = upload;
    let (file, charset) = (name.clone(), form.filled("encoding"));
    let read = tokio::task::spawn_blocking(move || read(&file, &bytes, charset.as_deref()));
    let sheet = match read.await.map_err(Error::internal)? {
        Ok(sheet) => Arc::new(sheet),
        Err(error) => return draw_new(&visit, &application, &form.refused(error)?),
    };
    let waiting = Waiting { app: application.no, sheet, whole: form.has("list", "whole") };
    let (roll, is_suspicious) = look(&visit, waiting.clone()).await?;
    let page = report(&visit, &application, name, &waiting, (roll, is_suspicious));
    if page.refused == 0 {
        visit.house.once.put_file(visit.form_key(), waiting);
    }
    draw(&page)
}

fn read(name: &str, bytes: &[u8], charset: Option<&str>) -> Result<Sheet> {
    if bytes.is_empty() {
        return Err(Error::invalid("file", "choose a file with something in it"));
    }
    let begins = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let kind =
        if name.ends_with(".ndjson") || name.ends_with(".jsonl") || begins == Some(&b'{') { Kind::Ndjson } else { Kind::Csv };
    import::read(kind, bytes, charset).map_err(|error| match error {
        Error::Invalid { field, reason } if field.is_empty() => Error::invalid("file", reason),
        Error::Invalid { field, reason } if field == "charset" => Error::invalid("encoding", reason),
        other => other,
    })
}

async fn look(visit: &Visit, waiting: Waiting) -> Result<(Roll, bool)> {
    let look = move |db: &Db| {
        let roll = roll::read(db, waiting.app, &waiting.sheet.lines, waiting.whole)?;
        let is_suspicious = roll.is_suspicious(shrink::get(db, waiting.app)?);
        Ok((roll, is_suspicious))
    };
    visit.read(look).await
}

fn report(visit: &Visit, application: &Application, file: String, waiting: &Waiting, (roll, doubt): (Roll, bool)) -> Report {
    let sheet = &waiting.sheet;
    let found = roll.report.and(sheet.report.clone()).in_words_of(&sheet.header);
    let name = |entry: &roll::Entry| (entry.profile.id.to_string(), entry.profile.name.clone().unwrap_or_default());
    let mut rows = found.rows;
    rows.truncate(SHOWN);
    let gone = roll.leavers.len();
    Report {
        frame: Frame::within(visit, application, "users"),
        file,
        encoding: sheet.encoding,
        created: found.created as i64,
        changed: found.changed as i64,
        unchanged: found.unchanged as i64,
        gone: gone as i64,
        missing: visit.l.with("{} of {} people are not in this file.", &[&gone.to_string(), &roll.before.to_string()]),
        refused: found.refused as i64,
        hidden: (found.refused - rows.len()) as i64,
        rows,
        sample: roll.entries.iter().take(SAMPLE).map(name).collect(),
        leavers: roll.some.iter().map(ToString::to_string).collect(),
        has_more_leavers: gone > roll.some.len(),
        is_suspicious: doubt,
        whole: waiting.whole,
    }
}

/// Keeps the file that was looked at.
pub async fn confirm(visit: Visit, id: Path<String>, form: Form) -> Answer {
    let application = visit.read(move |db| of(db, &id)).await?;
    let users = format!("{}/users", address::application(&application.id));
    let waiting = visit.house.once.take_file(visit.form_key()).filter(|waiting| waiting.app == application.no);
    let Some(waiting) = waiting else {
        visit.bad(visit.l.t("The file is no longer here; choose it again."));
        return Ok(see_other(&format!("{users}/import")));
    };
    let (roll, is_suspicious) = look(&visit, waiting).await?;
    if roll.report.refused > 0 {
        visit.bad(visit.l.t("Nothing was done: some rows are wrong by now. Choose the file again."));
        return Ok(see_other(&format!("{users}/import")));
    }
    if is_suspicious && !form.has("sure", "yes") {
        visit.bad(visit.l.t("Nothing was done: most people would go, and that was not confirmed."));
        return Ok(see_other(&format!("{users}/import")));
    }
    let (created, changed, app) = (roll.report.created as i64, roll.report.changed as i64, application.no);
    visit
        .act(Deed::UsersImport, application.id.as_str(), move |tx: &mut Tx| intake::accept(tx, app, &roll, Absent::Suspend))
        .await?;
    let store = visit.house.store.clone();
    let work = visit.house.busy.spawn(async move { jobs::intake::finish(&store, app).await });
    work.await.map_err(Error::internal)??;
    visit.good(visit.l.with("Imported: {} created, {} changed.", &[&created.to_string(), &changed.to_string()]));
    Ok(see_other(&users))
}
