//! The audit log, for reading.

use crate::accounts::audit::{self, Chain, Record};
use crate::accounts::deed::Deed;
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
        let label = Deed::of(&e.what).map(|deed| visit.l.t(name(deed)).to_string());
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

/// How a page calls it.
fn name(deed: Deed) -> &'static str {
    match deed {
        Deed::ApplicationCreate => en("Registered application"),
        Deed::ApplicationUpdate => en("Changed settings of"),
        Deed::ApplicationSuspend => en("Suspended application"),
        Deed::ApplicationResume => en("Resumed application"),
        Deed::ApplicationCheck => en("Checked application"),
        Deed::ApplicationWhoami => en("Changed who-am-I of"),
        Deed::ApplicationOidc => en("Changed the identity provider of"),
        Deed::ApplicationPeople => en("Changed the source of people for"),
        Deed::KeyCreate => en("Created key"),
        Deed::KeyRevoke => en("Revoked key"),
        Deed::SecretRotate => en("Replaced secret"),
        Deed::UserCreate => en("Created user"),
        Deed::UserUpdate => en("Changed user"),
        Deed::UserPassword => en("Set password of"),
        Deed::UserSuspend => en("Suspended user"),
        Deed::UserResume => en("Resumed user"),
        Deed::UserErase => en("Erased user"),
        Deed::UsersImport => en("Imported users"),
        Deed::UsersReplace => en("Replaced the list of people"),
        Deed::PeopleFetch => en("Fetched the people of"),
        Deed::PeopleTake => en("Took the held list of people of"),
        Deed::PeopleKeep => en("Kept the earlier list of people of"),
        Deed::ContactsImport => en("Imported contact lists"),
        Deed::ContactsTake => en("Took the held contact list of"),
        Deed::ContactsKeep => en("Kept the earlier contact list of"),
        Deed::GroupCreate => en("Created group"),
        Deed::GroupUpdate => en("Changed group"),
        Deed::GroupDelete => en("Deleted group"),
        Deed::TokenCreate => en("Made token for"),
        Deed::SessionRevoke => en("Ended sessions of"),
        Deed::DataExport => en("Exported data"),
        Deed::DeliveryAgain => en("Sent callback again"),
        Deed::DeliveryPing => en("Pinged"),
        Deed::SessionCreate => en("Signed in"),
        Deed::SessionDelete => en("Signed out"),
        Deed::SessionConfirm => en("Confirmed password"),
        Deed::OperatorCreate => en("Became administrator"),
        Deed::OperatorUpdate => en("Changed own password"),
        Deed::OperatorSuspend => en("Suspended administrator"),
        Deed::OperatorResume => en("Resumed administrator"),
        Deed::InvitationCreate => en("Invited"),
    }
}
