//! What an application has sent: its batches, and what became of each for its recipients. Not what users say to each other.

use crate::apps::application::Application;
use crate::chat::batch::{self, Batch};
use crate::chat::card::{self, claim};
use crate::chat::file;
use crate::chat::ledger::{self, Entry};
use crate::directory::user;
use crate::error::Result;
use crate::http::console::address;
use crate::http::console::frame::Frame;
use crate::http::console::language::{en, size};
use crate::http::console::visit::Visit;
use crate::http::console::{draw, of};
use crate::http::problem::Answer;
use crate::id::Party;
use crate::store::Db;
use crate::time::Moment;
use crate::wire::card::{Done, State};
use crate::wire::claim::{ClaimRow, Kind};
use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Rows on one page.
const PAGE: usize = 50;
/// Characters of a text in the list.
const BRIEF: usize = 90;

/// How far a batch or one of its copies has come, as a page says it.
#[derive(Debug, Clone, Copy)]
pub struct Stand {
    pub name: &'static str,
    pub colour: &'static str,
}

impl Stand {
    fn of_batch(batch: &Batch, now: Moment) -> Stand {
        let (name, colour) = match batch {
            b if b.withdrawn_at.is_some() => (en("withdrawn"), ""),
            b if b.is_scheduled(now) => (en("scheduled"), "badge-warn"),
            b if b.is_open() => (en("being written"), "badge-warn"),
            b if b.written == 0 && b.failed > 0 => (en("failed"), "badge-bad"),
            b if b.terms.is_over(now) => (en("expired"), ""),
            b if b.failed > 0 => (en("sent in part"), "badge-warn"),
            _ => (en("sent"), "badge-good"),
        };
        Stand { name, colour }
    }

    fn of_copy(state: &str) -> Stand {
        let (name, colour) = match state {
            "stored" => (en("stored"), ""),
            "received" => (en("received"), "badge-good"),
            "read" => (en("read"), "badge-good"),
            "acted" => (en("acted"), "badge-good"),
            "expired" => (en("expired"), "badge-warn"),
            "withdrawn" => (en("withdrawn"), ""),
            "suppressed" => (en("not sent"), "badge-warn"),
            "failed" => (en("failed"), "badge-bad"),
            _ => (en("waiting"), ""),
        };
        Stand { name, colour }
    }
}

struct Row {
    id: i64,
    text: String,
    topic: Option<String>,
    state: Stand,
    written: i64,
    total: i64,
    created_at: Moment,
}

impl From<Batch> for Row {
    fn from(batch: Batch) -> Row {
        let state = Stand::of_batch(&batch, Moment::now());
        let mut text: String = batch.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = text.char_indices().nth(BRIEF) {
            text.truncate(end);
            text.push('…');
        }
        let topic = batch.terms.topic.map(|topic| topic.to_string());
        let (id, written, total) = (batch.id, batch.written, batch.total);
        Row { id, text, topic, state, written, total, created_at: batch.created_at }
    }
}

#[derive(Template)]
#[template(path = "console/message/index.html")]
struct Index {
    frame: Frame,
    rows: Vec<Row>,
    is_older: bool,
    next: Option<i64>,
}

#[derive(Deserialize)]
pub struct Asked {
    before: Option<i64>,
}

pub async fn index(visit: Visit, id: Path<String>, asked: Query<Asked>) -> Answer {
    let before = asked.before.unwrap_or(0);
    let work = move |db: &Db| {
        let application = of(db, &id)?;
        Ok((batch::list(db, application.no, before, PAGE)?, application))
    };
    let ((found, more), application) = visit.read(work).await?;
    let next = found.last().filter(|_| more).map(|last| last.id);
    let rows = found.into_iter().map(Row::from).collect();
    draw(&Index { frame: Frame::within(&visit, &application, "messages"), rows, is_older: before > 0, next })
}

/// One recipient.
struct Line {
    to: String,
    /// Of a user: its name and its page.
    person: Option<Person>,
    state: Stand,
    stored_at: Option<Moment>,
    received_at: Option<Moment>,
    device: Option<String>,
    read_at: Option<Moment>,
    acted_at: Option<Moment>,
    reason: Option<String>,
}

struct Person {
    name: String,
    path: String,
}

fn line(db: &Db, app: &Application, entry: Entry) -> Result<Line> {
    let (mut to, mut person) = (entry.to, None);
    if let Ok(Party::User(id)) = Party::parse(&to)
        && let Some(user) = user::find(db, app.no, &id)?
    {
        person = Some(Person { name: user.name, path: address::user(&app.id, &id) });
        to = id.to_string();
    }
    Ok(Line {
        to,
        person,
        state: Stand::of_copy(&entry.state),
        stored_at: entry.stored_at,
        received_at: entry.received_at,
        device: entry.device.map(|device| device.name),
        read_at: entry.read_at,
        acted_at: entry.acted_at,
        reason: entry.reason.map(|(_, sentence)| sentence),
    })
}

/// A file that every copy carries: that it is there, and not what is in it.
struct Carried {
    name: String,
    kind: String,
    size: String,
}

/// A state that can be chosen, and how many are in it.
struct Choice {
    state: &'static str,
    stand: Stand,
    count: i64,
}

#[derive(Template)]
#[template(path = "console/message/show.html")]
struct Show {
    frame: Frame,
    b: Batch,
    state: Stand,
    is_later: bool,
    claim: Option<ClaimRow>,
    /// The buttons of its card, and which of them was pressed.
    buttons: Vec<String>,
    done: Option<Done>,
    files: Vec<Carried>,
    choices: Vec<Choice>,
    chosen: Option<&'static str>,
    lines: Vec<Line>,
    next: Option<i64>,
}

#[derive(Deserialize)]
pub struct Wanted {
    state: Option<String>,
    after: Option<i64>,
}

pub async fn show(visit: Visit, path: Path<(String, i64)>, wanted: Query<Wanted>) -> Answer {
    let chosen = wanted.state.as_deref().map(ledger::parse_state).transpose()?;
    let after = wanted.after.unwrap_or(0);
    let work = move |db: &Db| {
        let (id, no) = path.into_inner();
        let application = of(db, &id)?;
        let b = batch::get(db, application.no, no)?;
        let (found, next) = ledger::list(db, (application.no, no), chosen, after, PAGE)?;
        let lines = found.into_iter().map(|entry| line(db, &application, entry)).collect::<Result<Vec<_>>>()?;
        let carried = (claim::of_batch(db, &b)?, buttons(db, &b)?, file::of_batch(db, &b)?);
        Ok(((b, carried), (lines, next), ledger::counts(db, application.no, no)?, application))
    };
    let ((b, (claim, (buttons, done), files)), (lines, next), counts, application) = visit.read(work).await?;
    let (state, is_later) = (Stand::of_batch(&b, Moment::now()), b.due_at > b.created_at);
    let frame = Frame::within(&visit, &application, "messages");
    let files = files.into_iter().map(|file| Carried { size: size(file.size), name: file.name, kind: file.kind }).collect();
    draw(&Show { frame, b, state, is_later, claim, buttons, done, files, choices: choices(&counts), chosen, lines, next })
}

/// Of a card that is no claim: what can be pressed, and what was.
fn buttons(db: &Db, b: &Batch) -> Result<(Vec<String>, Option<Done>)> {
    let card = b.card.map(|id| card::get(db, b.app, id)).transpose()?.filter(|card| card.claim.is_none());
    let Some(card) = card else { return Ok((Vec::new(), None)) };
    let labels = card.told(db)?.actions.into_iter().map(|action| action.label);
    Ok((labels.collect(), card.done().cloned()))
}

/// In the order of a message's life.
fn choices(counts: &BTreeMap<String, i64>) -> Vec<Choice> {
    let count = |state: &str| counts.get(state).copied().unwrap_or(0);
    let choice = |state: &'static str| Choice { state, stand: Stand::of_copy(state), count: count(state) };
    ledger::STATES.into_iter().map(choice).filter(|choice| choice.count > 0).collect()
}
