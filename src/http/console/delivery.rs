//! Callbacks of an application: what was asked and told, and what was answered.

use crate::apps::attempt::{self, Attempt};
use crate::apps::delivery::{self, Delivery, State};
use crate::apps::queue::{self, Queue};
use crate::apps::reader::{self, Lag};
use crate::http::console::frame::Frame;
use crate::http::console::language::en;
use crate::http::console::visit::Visit;
use crate::http::console::{draw, of};
use crate::http::problem::Answer;
use crate::store::Db;
use crate::time::Moment;
use actix_web::web::{Path, Query};
use askama::Template;
use serde::Deserialize;

/// Callbacks on one page of the list.
const PAGE: usize = 50;

/// How far a callback has come, as a page says it.
#[derive(Debug, Clone, Copy)]
pub struct Stand(State);

impl Stand {
    pub fn name(&self) -> &'static str {
        match self.0 {
            State::Waiting => en("waiting"),
            State::Delivered => en("delivered"),
            State::Failed => en("given up"),
            State::Unsent => en("not sent"),
        }
    }

    pub fn colour(&self) -> &'static str {
        match self.0 {
            State::Waiting => "badge-warn",
            State::Delivered => "badge-good",
            State::Failed => "badge-bad",
            State::Unsent => "",
        }
    }
}

#[derive(Template)]
#[template(path = "console/delivery/index.html")]
struct Index {
    frame: Frame,
    queue: Queue,
    lag: Lag,
    readers: Vec<Reading>,
    rows: Vec<Row>,
    is_open: bool,
    has_address: bool,
    next: Option<i64>,
}

/// A program that reads the events.
struct Reading {
    one: reader::Reader,
    connections: i64,
}

struct Row {
    no: i64,
    kind: String,
    question: bool,
    state: Stand,
    attempts: i64,
    status: Option<u16>,
    created_at: Moment,
    due_at: Option<Moment>,
}

impl From<Delivery> for Row {
    fn from(d: Delivery) -> Row {
        let (state, due_at) = (Stand(d.state()), d.due_at.filter(|_| d.done_at.is_none()));
        let (no, kind, question) = (d.no, d.kind, d.question);
        Row { no, kind, question, state, attempts: d.attempts, status: d.status, created_at: d.created_at, due_at }
    }
}

#[derive(Deserialize)]
pub struct Asked {
    open: Option<String>,
    before: Option<i64>,
}

pub async fn index(visit: Visit, id: Path<String>, asked: Query<Asked>) -> Answer {
    let (is_open, before) = (asked.open.is_some(), asked.before);
    let work = move |db: &Db| {
        let application = of(db, &id)?;
        let found = delivery::list(db, application.no, is_open, before, PAGE)?;
        Ok(((queue::get(db, application.no)?, reader::lag(db, application.no)?), found, application))
    };
    let ((queue, lag), (found, more), application) = visit.read(work).await?;
    let next = found.last().filter(|_| more).map(|last| last.no);
    let live = visit.house.live.clone();
    let seen = |one: reader::Reader| Reading { connections: live.readers.count(application.no, one.key) as i64, one };
    let page = Index {
        frame: Frame::within(&visit, &application, "deliveries"),
        readers: lag.readers.iter().cloned().map(seen).collect(),
        queue,
        lag,
        rows: found.into_iter().map(Row::from).collect(),
        is_open,
        has_address: application.callback_url.is_some(),
        next,
    };
    draw(&page)
}

#[derive(Template)]
#[template(path = "console/delivery/show.html")]
struct Show {
    frame: Frame,
    d: Delivery,
    state: Stand,
    attempts: Vec<Attempt>,
    body: String,
    url: Option<String>,
}

pub async fn show(visit: Visit, path: Path<(String, i64)>) -> Answer {
    let work = move |db: &Db| {
        let (id, no) = path.into_inner();
        let application = of(db, &id)?;
        let found = delivery::get(db, application.no, no)?;
        Ok((attempt::list(db, application.no, no)?, found, application))
    };
    let (attempts, mut d, application) = visit.read(work).await?;
    d.due_at = d.due_at.filter(|_| d.done_at.is_none());
    let frame = Frame::within(&visit, &application, "deliveries");
    draw(&Show { frame, state: Stand(d.state()), attempts, body: spread(&d.body), url: application.callback_url, d })
}

/// JSON over several lines, for reading.
fn spread(body: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(body);
    value.and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_else(|_| body.into())
}
