//! What an application is to be told or asked: rows that are written in the transaction of their cause, so that neither
//! exists without the other. Sending them is the business of `jobs`; which goes next is `apps/queue`'s.

use crate::apps::attempt::{self, Attempt};
use crate::apps::queue;
use crate::error::{Error, Result};
use crate::id::{AppId, AppNo, ConversationId};
use crate::secret;
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use crate::wire::News;
use crate::wire::news::Work;
use serde::Serialize;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A user wrote to the application: a question, whose answer is the application's reply.
    MessageToApplication,
    /// A user wrote to others.
    MessageCreated,
    MessageRead,
    DeliveryFailed,
    UserSignedIn,
    /// Never a row: what was true a moment ago is nobody's business.
    PresenceChanged,
    Ping,
}

impl Kind {
    /// The `type` of the call.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::MessageToApplication | Kind::MessageCreated => "message.created",
            Kind::MessageRead => "message.read",
            Kind::DeliveryFailed => "delivery.failed",
            Kind::UserSignedIn => "user.signed_in",
            Kind::PresenceChanged => "presence.changed",
            Kind::Ping => "ping",
        }
    }

    pub fn is_question(self) -> bool {
        self == Kind::MessageToApplication
    }
}

/// Something to tell. With a `conversation` it waits for what was told of that conversation before.
#[derive(Debug)]
pub struct Fact<D> {
    pub kind: Kind,
    pub conversation: Option<ConversationId>,
    pub data: D,
}

/// The body of every call.
#[derive(Serialize)]
struct Body<'a, D> {
    r#type: &'a str,
    timestamp: Moment,
    application: &'a AppId,
    data: &'a D,
}

/// Writes the body of a call of this type.
pub fn body(kind: &str, application: &AppId, data: &impl Serialize, timestamp: Moment) -> Result<String> {
    serde_json::to_string(&Body { r#type: kind, timestamp, application, data }).map_err(Error::internal)
}

/// A new `webhook-id`; it stays the same over all tries.
pub fn webhook_id() -> String {
    secret::generate("msg_")
}

/// Whether the application wants to hear of this at all.
pub fn is_wanted(db: &Db, app: AppNo, kind: Kind) -> Result<bool> {
    Ok(wish(db, app)?.wants(kind))
}

/// Puts a fact that the application wants into its queue; whatever it does not want is passed over. A question that finds
/// the queue twice overfull is refused, which refuses its cause; a fact that finds it full is dropped.
pub fn queue<D: Serialize>(tx: &mut Tx, app: AppNo, fact: &Fact<D>) -> Result<()> {
    let now = tx.now;
    let wish = wish(tx, app)?;
    if !wish.wants(fact.kind) || !queue::has_room(tx, app, fact.kind.is_question())? {
        return Ok(());
    }
    let body = body(fact.kind.as_str(), &wish.id, &fact.data, now)?;
    let behind = queue::is_behind(tx, app, fact)?;
    let due = (wish.is_called && !behind).then_some(now);
    let done = (!wish.is_called).then_some(now);
    let no = queue::next(tx, app, wish.is_called)?;
    let sql =
        "INSERT INTO delivery (application, no, webhook_id, type, question, conversation, body, created_at, due_at, done_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let (kind, question) = (fact.kind.as_str(), fact.kind.is_question());
    tx.run(sql, params![app, no, webhook_id(), kind, question, fact.conversation, body, now, due, done])?;
    tx.tell(News::Nudge(Work::Callbacks));
    Ok(())
}

/// What an application has said about calls to it.
struct Wish {
    id: AppId,
    /// It has a callback address. Without one, rows are only kept for whoever reads them.
    is_called: bool,
    questions: String,
    events: String,
}

fn wish(db: &Db, app: AppNo) -> Result<Wish> {
    let sql = "SELECT id, callback_url IS NOT NULL, questions, events FROM application WHERE no = ?1";
    db.one(sql, [app], |r| Ok(Wish { id: r.get(0)?, is_called: r.get(1)?, questions: r.get(2)?, events: r.get(3)? }))
}

impl Wish {
    fn wants(&self, kind: Kind) -> bool {
        let list = if kind.is_question() { &self.questions } else { &self.events };
        kind == Kind::Ping || list.contains(&format!("\"{}\"", kind.as_str()))
    }
}

/// A row as it stands.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub app: AppNo,
    pub no: i64,
    pub webhook_id: String,
    /// The `type` of the call.
    pub kind: String,
    pub question: bool,
    pub conversation: Option<ConversationId>,
    pub body: String,
    pub created_at: Moment,
    pub due_at: Option<Moment>,
    pub attempts: i64,
    pub tried_at: Option<Moment>,
    /// Of the last answer.
    pub status: Option<u16>,
    pub noticed_at: Option<Moment>,
    pub delivered_at: Option<Moment>,
    pub done_at: Option<Moment>,
}

/// How far a row has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    Delivered,
    /// Given up, or never sent because there was no callback address.
    Failed,
    Unsent,
}

impl Delivery {
    pub fn state(&self) -> State {
        match (self.delivered_at, self.done_at) {
            (_, None) => State::Waiting,
            (Some(_), _) => State::Delivered,
            (None, Some(_)) if self.attempts == 0 => State::Unsent,
            (None, Some(_)) => State::Failed,
        }
    }
}

pub(super) const COLUMNS: &str = "application, no, webhook_id, type, question, conversation, body, created_at, due_at, attempts, \
                       tried_at, status, noticed_at, delivered_at, done_at";

pub fn get(db: &Db, app: AppNo, no: i64) -> Result<Delivery> {
    let sql = format!("SELECT {COLUMNS} FROM delivery WHERE application = ?1 AND no = ?2");
    db.maybe(&sql, params![app, no], read)?.ok_or(Error::NotFound("delivery"))
}

/// A page of the newest first, below `before`, and whether there are more. `open`: only what is not done.
pub fn list(db: &Db, app: AppNo, open: bool, before: Option<i64>, limit: usize) -> Result<(Vec<Delivery>, bool)> {
    let condition = if open { "AND done_at IS NULL" } else { "" };
    let sql = format!("SELECT {COLUMNS} FROM delivery WHERE application = ?1 AND no < ?2 {condition} ORDER BY no DESC LIMIT ?3");
    let mut found = db.all(&sql, params![app, before.unwrap_or(i64::MAX), limit as i64 + 1], read)?;
    let more = found.len() > limit;
    found.truncate(limit);
    Ok((found, more))
}

/// The next ones above `after`, the oldest first: the application's events as they happened.
pub fn after(db: &Db, app: AppNo, after: i64, limit: usize) -> Result<Vec<Delivery>> {
    let sql = format!("SELECT {COLUMNS} FROM delivery WHERE application = ?1 AND no > ?2 ORDER BY no LIMIT ?3");
    db.all(&sql, params![app, after, limit as i64], read)
}

/// Sends one again, whatever became of it, without waiting for others of its conversation.
pub fn again(tx: &mut Tx, app: AppNo, no: i64) -> Result<Delivery> {
    let now = tx.now;
    get(tx, app, no)?;
    queue::require_running(tx, app)?;
    let sql = "UPDATE delivery SET done_at = NULL, due_at = ?3 WHERE application = ?1 AND no = ?2 AND done_at IS NOT NULL";
    if tx.run(sql, params![app, no, now])? > 0 {
        queue::count(tx, app, 1)?;
    }
    let sql = "UPDATE delivery SET due_at = ?3 WHERE application = ?1 AND no = ?2 AND coalesce(claimed_until, 0) <= ?3";
    tx.run(sql, params![app, no, now])?;
    tx.tell(News::Nudge(Work::Callbacks));
    get(tx, app, no)
}

/// Whether the application can be written to now, as far as is known: nothing has failed since it last answered. One without a
/// callback address reads what is kept for it.
pub fn answering(db: &Db, app: AppNo) -> Result<bool> {
    let sql = "SELECT 1 FROM application a LEFT JOIN callback_queue q ON q.application = a.no
               WHERE a.no = ?1 AND (a.callback_url IS NULL OR (q.failing_since IS NULL AND q.stopped_at IS NULL))";
    db.any(sql, [app])
}

/// Keeps what was told outside of the queue, such as a ping, with its only attempt.
pub fn keep(tx: &mut Tx, app: AppNo, told: (&str, Kind, &str), attempt: &Attempt) -> Result<()> {
    let (webhook_id, kind, body) = told;
    let (no, now) = (queue::next(tx, app, false)?, tx.now);
    let delivered = attempt.error.is_none().then_some(now);
    let sql =
        "INSERT INTO delivery (application, no, webhook_id, type, body, created_at, attempts, tried_at, status, delivered_at,
               done_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?8, ?9, ?7)";
    tx.run(sql, params![app, no, webhook_id, kind.as_str(), body, attempt.at, now, attempt.status, delivered])?;
    attempt::record(tx, (app, no), 1, attempt)
}

/// Forgets some that were done before `then`, and answers how many.
pub fn forget(tx: &mut Tx, then: Moment, limit: usize) -> Result<usize> {
    let sql = "SELECT application, no FROM delivery WHERE done_at < ?1 ORDER BY done_at LIMIT ?2";
    let old = tx.all(sql, params![then, limit as i64], |r| Ok((r.get::<AppNo>(0)?, r.get::<i64>(1)?)))?;
    for (app, no) in &old {
        tx.run("DELETE FROM attempt WHERE application = ?1 AND delivery = ?2", params![app, no])?;
        tx.run("DELETE FROM delivery WHERE application = ?1 AND no = ?2", params![app, no])?;
    }
    Ok(old.len())
}

pub(super) fn read(r: &Row) -> Result<Delivery> {
    Ok(Delivery {
        app: r.get(0)?,
        no: r.get(1)?,
        webhook_id: r.get(2)?,
        kind: r.get(3)?,
        question: r.get(4)?,
        conversation: r.get(5)?,
        body: r.get(6)?,
        created_at: r.get(7)?,
        due_at: r.get(8)?,
        attempts: r.get(9)?,
        tried_at: r.get(10)?,
        status: r.get(11)?,
        noticed_at: r.get(12)?,
        delivered_at: r.get(13)?,
        done_at: r.get(14)?,
    })
}
