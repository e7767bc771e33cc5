//! A batch: one message from the application and its copies, one for each recipient. Copies of many are
//! written, edited and withdrawn in pieces, each a transaction of at most `PIECE` copies and about `BUDGET`, with the note that it was
//! done, so that a batch can go on wherever it stopped and nobody gets a copy twice. Up to `TOGETHER` are written in one
//! transaction, before the answer. A plain message to one user is its own batch (`single`).

use crate::chat::author::Author;
use crate::chat::card::draft::Checked;
use crate::chat::card::{self, Holder, claim};
use crate::chat::copy::{self, Copy, Target};
use crate::chat::message;
use crate::chat::term::Terms;
use crate::chat::{audience, conversation, file, topic};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::id::{AppNo, Key, MessageId, Party, Topic, UserNo};
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use crate::wire::News;
use crate::wire::news::Work;
use std::collections::HashSet;
use std::time::{Duration, Instant};

pub use change::{Content, edit, refresh_soon, retitle};
pub use draft::Draft;
pub use single::message;

mod change;
mod draft;
pub mod due;
pub(super) mod single;

/// Copies that are written before the answer.
pub const TOGETHER: i64 = 100;
/// Copies of one transaction of the job, and the time after which it ends: nobody who writes meanwhile waits for more.
const PIECE: i64 = 5;
const BUDGET: Duration = Duration::from_micros(200);
/// Copies that are changed at once, before the answer, take no longer.
const PATIENCE: Duration = Duration::from_millis(50);

#[derive(Debug, Clone)]
pub struct Batch {
    pub app: AppNo,
    pub id: i64,
    /// In whose name; `UserNo::APPLICATION`: the application's own.
    pub sender: UserNo,
    pub text: String,
    /// The card that all copies show.
    pub card: Option<i64>,
    pub terms: Terms,
    /// Only who is connected when it is written.
    pub online: bool,
    /// Takes the place of what its recipients got of its topic.
    pub replacing: bool,
    pub created_at: Moment,
    /// It is written from then on.
    pub due_at: Moment,
    /// Recipients (until it is done: at most), written copies, recipients that cannot get one, that were not to get it after all.
    pub total: i64,
    pub written: i64,
    pub failed: i64,
    pub suppressed: i64,
    /// When the last copy was written.
    pub done_at: Option<Moment>,
    pub edited_at: Option<Moment>,
    pub withdrawn_at: Option<Moment>,
    /// Copies from this position on have still to be edited or withdrawn.
    changing: Option<i64>,
    /// Of these, the text too.
    editing: bool,
    /// All users up to this number get it too.
    pub(super) everyone: Option<UserNo>,
}

/// What was accepted.
#[derive(Debug)]
pub struct Accepted {
    /// The batch.
    pub batch: i64,
    /// What became of each recipient; none where there are more than `TOGETHER`, or only those who are connected.
    pub copies: Option<Vec<Copy>>,
}

impl Batch {
    /// Whether something has still to be done.
    pub fn is_open(&self) -> bool {
        self.done_at.is_none() || self.changing.is_some()
    }

    /// It waits for its moment.
    pub fn is_scheduled(&self, now: Moment) -> bool {
        self.done_at.is_none() && self.due_at > now
    }
}

/// Who of the application is connected: they get what is for everyone first, and what is only for them.
pub type Connected = HashSet<UserNo>;

const SELECT: &str = "SELECT application, id, sender, text, created_at, total, written, failed, done_at, edited_at, withdrawn_at, \
                      changing, everyone, topic, expires_at, online, replacing, due_at, suppressed, card, editing \
                      FROM batch";

pub fn get(db: &Db, app: AppNo, id: i64) -> Result<Batch> {
    let kept = db.maybe(&format!("{SELECT} WHERE application = ?1 AND id = ?2"), params![app, id], read)?;
    match kept {
        Some(batch) => Ok(batch),
        None => {
            let sql = format!("{} AND m.id = ?2", single::SELECT);
            db.maybe(&sql, params![app, id], read)?.ok_or(Error::NotFound("batch"))
        }
    }
}

/// A page of the batches of a topic, the newest first, before one (0: from the newest); and whether there is more.
pub(super) fn page(db: &Db, app: AppNo, topic: &Topic, before: i64, limit: usize) -> Result<(Vec<Batch>, bool)> {
    let sql = format!("{SELECT} WHERE application = ?1 AND topic = ?4 AND id < ?2 ORDER BY id DESC LIMIT ?3");
    db.all(&sql, params![app, end(before), limit as i64 + 1, topic], read).map(|found| cut(found, limit))
}

/// All batches of an application, the newest first, before one; and whether there is more.
pub fn list(db: &Db, app: AppNo, before: i64, limit: usize) -> Result<(Vec<Batch>, bool)> {
    let sql = format!(
        "SELECT * FROM ({SELECT} WHERE application = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3)
         UNION ALL SELECT * FROM ({} AND m.id < ?2 ORDER BY m.id DESC LIMIT ?3) /* all: of these few */ ORDER BY 2 DESC LIMIT ?3",
        single::SELECT
    );
    db.all(&sql, params![app, end(before), limit as i64 + 1], read).map(|found| cut(found, limit))
}

fn end(before: i64) -> i64 {
    if before == 0 { i64::MAX } else { before }
}

fn cut(mut found: Vec<Batch>, limit: usize) -> (Vec<Batch>, bool) {
    let more = found.len() > limit;
    found.truncate(limit);
    (found, more)
}

/// Accepts a message for these parties. Few copies are written at once, many by the job of audiences.
pub fn accept(tx: &mut Tx, author: &Author, to: &[String], draft: &Draft) -> Result<Accepted> {
    draft.check(tx.now)?;
    let card = shown(tx, author, to, draft)?;
    if to.is_empty() || to.len() > audience::PARTIES {
        return Err(Error::invalid("to", format!("name 1 to {} recipients", audience::PARTIES)));
    }
    if let ([party], true) = (to, draft.is_immediate())
        && let Some(accepted) = single::write(tx, author, party, draft)?
    {
        return Ok(accepted);
    }
    let (app, now, id) = (author.app, tx.now, tx.next_version(author.app)?);
    let card = card.map(|card| card::create(tx, app, &card, Some(Holder::Batch(id)))).transpose()?;
    let sql =
        "INSERT INTO batch (application, id, sender, text, created_at, due_at, topic, expires_at, online, replacing, card, total)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0)";
    let (due, Terms { topic, expires_at }) = (draft.send_at.unwrap_or(now), &draft.terms);
    let Draft { text, online, replace, .. } = draft;
    tx.run(sql, params![app, id, author.user, text, now, due, topic, expires_at, online, replace, card])?;
    file::hold(tx, author, id, &draft.files)?;
    let gathered = audience::gather(tx, author, (id, draft.online), to)?;
    let sql = "UPDATE batch SET total = ?3, failed = ?4, everyone = ?5 WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![app, id, gathered.total, gathered.failed, gathered.everyone])?;
    let batch = go_on(tx, app, id)?;
    let few = batch.total <= TOGETHER && !batch.online;
    let copies = few.then(|| copy::list(tx, app, id, 0, TOGETHER as usize)).transpose()?;
    Ok(Accepted { batch: id, copies: copies.map(|(copies, _)| copies) })
}

/// What it shows besides its text.
fn shown(tx: &Tx, author: &Author, to: &[String], draft: &Draft) -> Result<Option<Checked>> {
    let field = if draft.card.is_some() { "card" } else { "claim" };
    if (draft.card.is_some() || draft.claim.is_some()) && !author.is_application() {
        return Err(Error::invalid(field, "only the application itself sends cards and claims"));
    }
    let card = draft.card.as_ref().map(|card| card::draft::check(tx, author.app, tx.now, card)).transpose()?;
    claim::require_few(tx, author.app, draft.claim, to)?;
    match draft.claim {
        Some(kind) => claim::check(kind, card, to).map(Some),
        None => Ok(card),
    }
}

/// Takes all copies back, and writes no more of them. Twice is the same as once.
pub fn withdraw(tx: &mut Tx, app: AppNo, id: i64) -> Result<Batch> {
    let batch = get(tx, app, id)?;
    if batch.withdrawn_at.is_some() {
        return Ok(batch);
    }
    single::keep(tx, app, id)?;
    mark_withdrawn(tx, app, id)?;
    go_on(tx, app, id)
}

/// As `withdraw`, by the job.
pub(super) fn withdraw_soon(tx: &mut Tx, app: AppNo, id: i64) -> Result<()> {
    mark_withdrawn(tx, app, id)?;
    tx.tell(News::Nudge(Work::Audiences));
    Ok(())
}

fn mark_withdrawn(tx: &mut Tx, app: AppNo, id: i64) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE batch SET text = '', withdrawn_at = ?3, done_at = coalesce(done_at, ?3),
                   changing = CASE WHEN due_at <= ?3 THEN 0 END WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![app, id, now])?;
    if let Some(card) = get(tx, app, id)?.card {
        card::trace::clear(tx, app, card)?;
    }
    audience::forget(tx, app, id)
}

/// Does what is small at once, and leaves to the job what is large, what has to wait, and what depends on who is there.
pub(super) fn go_on(tx: &mut Tx, app: AppNo, id: i64) -> Result<Batch> {
    let batch = get(tx, app, id)?;
    let waits = batch.done_at.is_none() && (batch.online || batch.due_at > tx.now);
    let (few, begun) = (batch.total <= TOGETHER && !waits, Instant::now());
    // What is new stands in the answer. What has only changed may follow.
    let is_new = batch.done_at.is_none();
    while few && (is_new || begun.elapsed() < PATIENCE) && step(tx, app, id)? {}
    let batch = get(tx, app, id)?;
    if batch.is_open() {
        tx.tell(News::Nudge(Work::Audiences));
    }
    Ok(batch)
}

/// A piece further; answers whether more are left. What is only for those who are connected reaches nobody.
pub fn step(tx: &mut Tx, app: AppNo, id: i64) -> Result<bool> {
    step_among(tx, app, id, &Connected::new())
}

/// As `step`, where it is known who is connected.
pub fn step_among(tx: &mut Tx, app: AppNo, id: i64, connected: &Connected) -> Result<bool> {
    let batch = get(tx, app, id)?;
    match batch.changing {
        Some(from) => change::go_on(tx, &batch, from)?,
        None if batch.is_scheduled(tx.now) => return Ok(false),
        None if batch.done_at.is_none() => write(tx, &batch, connected)?,
        None => return Ok(false),
    }
    get(tx, app, id).map(|batch| batch.is_open())
}

fn write(tx: &mut Tx, batch: &Batch, connected: &Connected) -> Result<()> {
    let waiting = copy::waiting(tx, batch.app, batch.id, PIECE)?;
    if waiting.is_empty() && audience::reach(tx, batch, connected)? > 0 {
        return Ok(());
    }
    if waiting.is_empty() {
        return finish(tx, batch);
    }
    let author = author(tx, batch);
    let (mut written, mut failed, mut suppressed, begun) = (0, 0, 0, Instant::now());
    for (position, target) in &waiting {
        if begun.elapsed() > BUDGET {
            break;
        }
        if let Some((code, reason)) = unwanted(tx, batch, target, connected)? {
            copy::refused(tx, batch, *position, (code, reason))?;
            suppressed += 1;
            continue;
        }
        let posted = author.clone().and_then(|author| post(tx, &author, batch, (*position, target)));
        match posted {
            Ok(message) => {
                copy::written(tx, batch, *position, message)?;
                written += 1;
            }
            Err(error) => {
                let error = error.refusal()?;
                copy::refused(tx, batch, *position, (error.code().as_str(), &error.sentence()))?;
                failed += 1;
            }
        }
    }
    let sql = "UPDATE batch SET written = written + ?3, failed = failed + ?4, suppressed = suppressed + ?5
               WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![batch.app, batch.id, written, failed, suppressed])?;
    let tried = written + failed + suppressed;
    match tried == waiting.len() as i64 && tried < PIECE && !audience::is_left(tx, batch)? {
        true => finish(tx, &get(tx, batch.app, batch.id)?),
        false => Ok(()),
    }
}

/// The last copy is written.
fn finish(tx: &mut Tx, batch: &Batch) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE batch SET done_at = ?3, total = written + failed + suppressed WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![batch.app, batch.id, now])?;
    if batch.total > batch.written {
        claim::recount(tx, batch)?;
    }
    audience::forget(tx, batch.app, batch.id)
}

/// Why a recipient is not to get it after all: a code and a sentence.
fn unwanted(db: &Db, batch: &Batch, target: &Target, connected: &Connected) -> Result<Option<(&'static str, &'static str)>> {
    if batch.terms.is_over(Moment::now()) {
        return Ok(Some(("expired", "its time was over before it could be written")));
    }
    match target {
        Target::User(user) if batch.online && !connected.contains(user) => {
            Ok(Some(("offline", "was not connected when it was written")))
        }
        target if topic::is_replaced(db, batch, target)? => Ok(Some(("replaced", "a later message of the topic took its place"))),
        _ => Ok(None),
    }
}

fn author(db: &Db, batch: &Batch) -> Result<Author> {
    match batch.sender {
        UserNo::APPLICATION => Ok(Author::application(batch.app)),
        no => match user::get_no(db, batch.app, no)? {
            user if user.is_active() => Ok(Author::in_name_of(&user)),
            _ => Err(Error::Forbidden("the user in whose name this is written may not write any more".into())),
        },
    }
}

fn post(tx: &mut Tx, author: &Author, batch: &Batch, (position, target): (i64, &Target)) -> Result<MessageId> {
    let to = match target {
        Target::User(no) => {
            let user = user::get_no(tx, batch.app, *no)?;
            if user.erased_at.is_some() {
                return Err(Error::NotFound("user"));
            }
            Party::User(user.id)
        }
        Target::Conversation(id) => Party::Conversation(conversation::get(tx, batch.app, *id)?.id),
        Target::Application => Party::Application,
    };
    let files = file::held(tx, batch.app, batch.id)?;
    let plain = message::Draft::with_files(Key::of_copy(batch.id, position)?, batch.text.clone(), files)?;
    let draft = message::Draft { batch: Some(batch.id), card: batch.card, terms: batch.terms.clone(), ..plain };
    let row = message::post(tx, author, &to, &draft)?.row;
    match &batch.terms.topic {
        Some(topic) if batch.replacing => topic::replace(tx, (author, batch.total == 1), topic, (row.conversation, row.id))?,
        _ => {}
    }
    Ok(row.id)
}

fn read(r: &Row) -> Result<Batch> {
    Ok(Batch {
        app: r.get(0)?,
        id: r.get(1)?,
        sender: r.get(2)?,
        text: r.get(3)?,
        created_at: r.get(4)?,
        total: r.get(5)?,
        written: r.get(6)?,
        failed: r.get(7)?,
        done_at: r.get(8)?,
        edited_at: r.get(9)?,
        withdrawn_at: r.get(10)?,
        changing: r.get(11)?,
        everyone: r.get(12)?,
        terms: Terms { topic: r.get(13)?, expires_at: r.get(14)? },
        online: r.get(15)?,
        replacing: r.get(16)?,
        due_at: r.get(17)?,
        suppressed: r.get(18)?,
        card: r.get(19)?,
        editing: r.get(20)?,
    })
}

#[cfg(test)]
mod tests;
