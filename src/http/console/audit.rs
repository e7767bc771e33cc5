//! The audit log, for reading.

use crate::accounts::audit::{self, Chain, Record};
use crate::http::console::draw;
use crate::http::console::frame::Frame;
use crate::http::console::language::en;
use crate::http::console::visit::Visit;
use crate::http::problem::Answer;
use crate::store::Db;
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
    /// On the first page.
    chain: Option<Chain>,
    is_older: bool,
    next: Option<i64>,
}

struct Row {
    no: i64,
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
    let work = move |db: &Db| {
        let chain = if before.is_none() { Some(audit::chain(db)?) } else { None };
        Ok((audit::list(db, before, PAGE)?, chain))
    };
    let ((found, more), chain) = visit.read(work).await?;
    let next = found.last().filter(|_| more).map(|last| last.no);
    let row = |record: Record| {
        let e = record.entry;
        let label = DEEDS.iter().find(|(what, _)| *what == e.what).map(|(_, name)| visit.l.t(name).to_string());
        let who = e.who.strip_prefix("operator:").unwrap_or(&e.who);
        let who = if who == COMMAND { visit.l.t(en("command line")) } else { who }.to_string();
        let (label, is_done) = (label.unwrap_or(e.what), e.result == "ok");
        Row { no: record.no, at: record.at, who, address: e.address, label, subject: e.subject, is_done }
    };
    let rows = found.into_iter().map(row).collect();
    draw(&Index { frame: Frame::of(&visit, "audit"), rows, chain, is_older: before.is_some(), next })
}

/// Who did it, where it was done beside the server.
const COMMAND: &str = "command line";

/// What can be done, and how a page calls it.
const DEEDS: [(&str, &str); 35] = [
    ("application.create", en("Registered application")),
    ("application.update", en("Changed settings of")),
    ("application.suspend", en("Suspended application")),
    ("application.resume", en("Resumed application")),
    ("key.create", en("Created key")),
    ("key.delete", en("Revoked key")),
    ("key.revoke", en("Revoked key")),
    ("secret.create", en("Replaced secret")),
    ("secret.rotate", en("Replaced secret")),
    ("user.create", en("Created user")),
    ("user.update", en("Changed user")),
    ("user.password", en("Set password of")),
    ("user.suspend", en("Suspended user")),
    ("user.resume", en("Resumed user")),
    ("user.erase", en("Erased user")),
    ("users.replace", en("Replaced the list of people")),
    ("data.export", en("Exported data")),
    ("users.import", en("Imported users")),
    ("application.check", en("Checked application")),
    ("application.whoami", en("Changed who-am-I of")),
    ("token.create", en("Made token for")),
    ("session.revoke", en("Ended sessions of")),
    ("group.create", en("Created group")),
    ("group.update", en("Changed group")),
    ("group.delete", en("Deleted group")),
    ("delivery.again", en("Sent callback again")),
    ("delivery.ping", en("Pinged")),
    ("session.create", en("Signed in")),
    ("session.delete", en("Signed out")),
    ("session.confirm", en("Confirmed password")),
    ("operator.create", en("Became administrator")),
    ("operator.update", en("Changed own password")),
    ("operator.suspend", en("Suspended administrator")),
    ("operator.resume", en("Resumed administrator")),
    ("invitation.create", en("Invited")),
];
