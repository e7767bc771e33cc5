//! A batch: one message from the application and its copies, one for each recipient. Copies are written, edited and
//! withdrawn a hundred in one transaction, each with the note that it was done, so that a batch can go on wherever it
//! stopped and nobody gets a copy twice.

use crate::chat::author::Author;
use crate::chat::copy::{self, Target};
use crate::chat::message::{self, Draft};
use crate::chat::{audience, conversation};
use crate::directory::user;
use crate::error::{Error, Result};
use crate::id::{AppNo, Key, MessageId, Party, UserNo};
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use crate::wire::News;
use crate::wire::news::Work;

/// Copies of one transaction.
pub const TOGETHER: i64 = 100;

#[derive(Debug, Clone)]
pub struct Batch {
    pub app: AppNo,
    pub id: i64,
    /// In whose name; `UserNo::APPLICATION`: the application's own.
    pub sender: UserNo,
    pub text: String,
    pub created_at: Moment,
    /// Recipients (until it is done: at most), written copies, recipients that cannot get one.
    pub total: i64,
    pub written: i64,
    pub failed: i64,
    /// When the last copy was written.
    pub done_at: Option<Moment>,
    pub edited_at: Option<Moment>,
    pub withdrawn_at: Option<Moment>,
    /// Copies from this position on have still to be edited or withdrawn.
    changing: Option<i64>,
    /// All users up to this number get it too.
    pub(super) everyone: Option<UserNo>,
}

impl Batch {
    /// Whether something has still to be done.
    pub fn is_open(&self) -> bool {
        self.done_at.is_none() || self.changing.is_some()
    }
}

const SELECT: &str = "SELECT application, id, sender, text, created_at, total, written, failed, done_at, edited_at, withdrawn_at, \
                      changing, everyone FROM batch";

pub fn get(db: &Db, app: AppNo, id: i64) -> Result<Batch> {
    db.maybe(&format!("{SELECT} WHERE application = ?1 AND id = ?2"), params![app, id], read)?.ok_or(Error::NotFound("batch"))
}

/// The batches that have something left to do, of applications that are not suspended.
pub fn open(db: &Db) -> Result<Vec<(AppNo, i64)>> {
    let sql = "SELECT b.application, b.id FROM batch b JOIN application a ON a.no = b.application
               WHERE (b.done_at IS NULL OR b.changing IS NOT NULL) AND a.suspended_at IS NULL ORDER BY b.id LIMIT 100";
    db.all(sql, [], |r| Ok((r.get(0)?, r.get(1)?)))
}

/// Accepts a message for these parties. Few copies are written at once, many by the job of audiences.
pub fn accept(tx: &mut Tx, author: &Author, to: &[String], text: &str) -> Result<Batch> {
    message::check_text(text)?;
    if to.is_empty() || to.len() > audience::PARTIES {
        return Err(Error::invalid("to", format!("name 1 to {} recipients", audience::PARTIES)));
    }
    let (app, now, id) = (author.app, tx.now, tx.next_version(author.app)?);
    let sql = "INSERT INTO batch (application, id, sender, text, created_at, total) VALUES (?1, ?2, ?3, ?4, ?5, 0)";
    tx.run(sql, params![app, id, author.user, text, now])?;
    let gathered = audience::gather(tx, author, id, to)?;
    let sql = "UPDATE batch SET total = ?3, failed = ?4, everyone = ?5 WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![app, id, gathered.total, gathered.failed, gathered.everyone])?;
    go_on(tx, app, id)
}

/// Changes the text of all copies.
pub fn edit(tx: &mut Tx, app: AppNo, id: i64, text: &str) -> Result<Batch> {
    message::check_text(text)?;
    if get(tx, app, id)?.withdrawn_at.is_some() {
        return Err(Error::Conflict("this batch was withdrawn".into()));
    }
    let now = tx.now;
    let sql = "UPDATE batch SET text = ?3, edited_at = ?4, changing = 0 WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![app, id, text, now])?;
    go_on(tx, app, id)
}

/// Takes all copies back, and writes no more of them. Twice is the same as once.
pub fn withdraw(tx: &mut Tx, app: AppNo, id: i64) -> Result<Batch> {
    let batch = get(tx, app, id)?;
    if batch.withdrawn_at.is_some() {
        return Ok(batch);
    }
    let now = tx.now;
    let sql = "UPDATE batch SET text = '', withdrawn_at = ?3, done_at = coalesce(done_at, ?3), changing = 0
               WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![app, id, now])?;
    audience::forget(tx, app, id)?;
    go_on(tx, app, id)
}

/// Does what is small at once, and leaves what is large to the job.
fn go_on(tx: &mut Tx, app: AppNo, id: i64) -> Result<Batch> {
    if get(tx, app, id)?.total <= TOGETHER {
        while step(tx, app, id)? {}
    } else {
        tx.tell(News::Nudge(Work::Audiences));
    }
    get(tx, app, id)
}

/// One hundred copies further; answers whether more are left.
pub fn step(tx: &mut Tx, app: AppNo, id: i64) -> Result<bool> {
    let batch = get(tx, app, id)?;
    match batch.changing {
        Some(from) => change(tx, &batch, from)?,
        None if batch.done_at.is_none() => write(tx, &batch)?,
        None => return Ok(false),
    }
    get(tx, app, id).map(|batch| batch.is_open())
}

fn write(tx: &mut Tx, batch: &Batch) -> Result<()> {
    let waiting = copy::waiting(tx, batch.app, batch.id, TOGETHER)?;
    if waiting.is_empty() && audience::reach(tx, batch)? > 0 {
        return Ok(());
    }
    if waiting.is_empty() {
        let now = tx.now;
        let sql = "UPDATE batch SET done_at = ?3, total = written + failed WHERE application = ?1 AND id = ?2";
        tx.run(sql, params![batch.app, batch.id, now])?;
        return audience::forget(tx, batch.app, batch.id);
    }
    let author = author(tx, batch);
    let (mut written, mut failed) = (0, 0);
    for (position, target) in &waiting {
        let posted = author.clone().and_then(|author| post(tx, &author, batch, (*position, target)));
        match posted {
            Ok(message) => {
                copy::written(tx, batch, *position, message)?;
                written += 1;
            }
            Err(error) => {
                copy::refused(tx, batch, *position, &error.refusal()?)?;
                failed += 1;
            }
        }
    }
    let sql = "UPDATE batch SET written = written + ?3, failed = failed + ?4 WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![batch.app, batch.id, written, failed]).map(|_| ())
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
    let key = Key::parse(&format!("batch:{}:{position}", batch.id))?;
    let draft = Draft { batch: Some(batch.id), ..Draft::parse(key, batch.text.clone())? };
    message::post(tx, author, &to, &draft).map(|posted| posted.row.id)
}

fn change(tx: &mut Tx, batch: &Batch, from: i64) -> Result<()> {
    let author = Author::application(batch.app);
    let copies = copy::after(tx, batch.app, batch.id, (from, TOGETHER))?;
    for (_, id) in &copies {
        let message = message::get(tx, batch.app, *id)?;
        match batch.withdrawn_at {
            _ if message.deleted_by.is_some() => {}
            Some(_) => drop(message::delete(tx, &author, *id)?),
            None if message.text == batch.text => {}
            None => drop(message::edit(tx, &author, *id, &batch.text)?),
        }
    }
    let next = copies.last().map(|(position, _)| *position).filter(|_| copies.len() as i64 == TOGETHER);
    let sql = "UPDATE batch SET changing = ?3 WHERE application = ?1 AND id = ?2";
    tx.run(sql, params![batch.app, batch.id, next]).map(|_| ())
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
    })
}

#[cfg(test)]
mod tests;
