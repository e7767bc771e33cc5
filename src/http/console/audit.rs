//! The audit log, for reading.

use crate::accounts::audit::{self, Record};
use crate::http::console::draw;
use crate::http::console::frame::Frame;
use crate::http::console::visit::Visit;
use crate::http::problem::Answer;
use crate::time::Moment;
use actix_web::web::Query;
use askama::Template;
use serde::Deserialize;

/// Rows on one page.
const PAGE: usize = 100;

#[derive(Template)]
#[template(path = "console/audit.html")]
struct Index {
    frame: Frame,
    rows: Vec<Row>,
    is_older: bool,
    next: Option<i64>,
}

struct Row {
    at: Moment,
    who: String,
    address: Option<String>,
    label: String,
    subject: Option<String>,
    is_done: bool,
}

#[derive(Deserialize)]
pub struct Asked {
    before: Option<i64>,
}

pub async fn index(visit: Visit, asked: Query<Asked>) -> Answer {
    let before = asked.before;
    let (found, more) = visit.read(move |db| audit::list(db, before, PAGE)).await?;
    let next = found.last().filter(|_| more).map(|last| last.no);
    let row = |record: Record| {
        let e = record.entry;
        let label = DEEDS.iter().find(|(what, _)| *what == e.what).map(|(_, name)| visit.l.t(name).to_string());
        let who = e.who.strip_prefix("operator:").map(String::from).unwrap_or(e.who);
        let (label, is_done) = (label.unwrap_or(e.what), e.result == "ok");
        Row { at: record.at, who, address: e.address, label, subject: e.subject, is_done }
    };
    let rows = found.into_iter().map(row).collect();
    draw(&Index { frame: Frame::of(&visit, "audit"), rows, is_older: before.is_some(), next })
}

/// What can be done, and how a page calls it.
const DEEDS: [(&str, &str); 30] = [
    ("application.create", "Registered application"),
    ("application.update", "Changed settings of"),
    ("application.suspend", "Suspended application"),
    ("application.resume", "Resumed application"),
    ("key.create", "Created key"),
    ("key.delete", "Revoked key"),
    ("key.revoke", "Revoked key"),
    ("secret.create", "Replaced secret"),
    ("secret.rotate", "Replaced secret"),
    ("user.create", "Created user"),
    ("user.update", "Changed user"),
    ("user.password", "Set password of"),
    ("user.suspend", "Suspended user"),
    ("user.resume", "Resumed user"),
    ("user.erase", "Erased user"),
    ("token.create", "Made token for"),
    ("session.revoke", "Ended sessions of"),
    ("group.create", "Created group"),
    ("group.update", "Changed group"),
    ("group.delete", "Deleted group"),
    ("delivery.again", "Sent callback again"),
    ("delivery.ping", "Pinged"),
    ("session.create", "Signed in"),
    ("session.delete", "Signed out"),
    ("session.confirm", "Confirmed password"),
    ("operator.create", "Became administrator"),
    ("operator.update", "Changed own password"),
    ("operator.suspend", "Suspended administrator"),
    ("operator.resume", "Resumed administrator"),
    ("invitation.create", "Invited"),
];
