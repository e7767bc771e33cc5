//! A topic: the messages that the application wrote about one object of its own, such as `leave/118`. They are changed and
//! withdrawn by its name; a later one may take the place of those before it.

use crate::chat::author::Author;
use crate::chat::batch::{self, Batch, Content};
use crate::chat::conversation;
use crate::chat::copy::Target;
use crate::chat::message;
use crate::error::{Error, Result};
use crate::id::{AppNo, ConversationId, MessageId, Topic, UserNo};
use crate::store::{Db, Row, Tx, params};
use crate::time::Moment;
use crate::wire::News;
use crate::wire::news::Work;
use std::time::{Duration, Instant};

/// Batches that are marked as withdrawn in one transaction.
const PIECE: i64 = 200;
/// Messages that are withdrawn in one, because a later one takes their place; and of each recipient, where that has several.
const AT_ONCE: usize = 50;
const OF_EACH: usize = 1;
/// The time after which such a piece ends: in a large room each costs a look at all members.
const BUDGET: Duration = Duration::from_millis(10);

/// What was sent about it, the newest first, before a batch; and whether there is more.
pub fn list(db: &Db, app: AppNo, topic: &Topic, before: i64, limit: usize) -> Result<(Vec<Batch>, bool)> {
    batch::page(db, app, topic, before, limit)
}

/// Changes the text or the card of the newest message about it, in all its copies.
pub fn edit(tx: &mut Tx, app: AppNo, topic: &Topic, content: &Content) -> Result<Batch> {
    let sql = "SELECT id FROM batch WHERE application = ?1 AND topic = ?2 AND withdrawn_at IS NULL ORDER BY id DESC LIMIT 1";
    match tx.maybe(sql, params![app, topic], |r| r.get(0))? {
        Some(id) => batch::edit(tx, app, id, content),
        None => Err(Error::NotFound("topic")),
    }
}

/// Takes back what was sent about it after one batch and up to another, a piece of it: what has more than 100 recipients is
/// taken back soon after. Answers how many batches, and after which the rest stands, if there may be more.
pub fn withdraw(tx: &mut Tx, app: AppNo, topic: &Topic, (after, upto): (i64, i64)) -> Result<(i64, Option<i64>)> {
    let sql =
        "SELECT id, total FROM batch WHERE application = ?1 AND topic = ?2 AND withdrawn_at IS NULL AND id > ?3 AND id <= ?4
               ORDER BY id LIMIT ?5";
    let found: Vec<(i64, i64)> = tx.all(sql, params![app, topic, after, upto, PIECE], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let copies: i64 = found.iter().map(|(_, total)| total).sum();
    for (id, _) in &found {
        match copies <= batch::TOGETHER {
            true => drop(batch::withdraw(tx, app, *id)?),
            false => batch::withdraw_soon(tx, app, *id)?,
        }
    }
    let more = found.last().filter(|_| found.len() as i64 == PIECE).map(|(id, _)| *id);
    Ok((found.len() as i64, more))
}

/// The newest batch about it, withdrawn or not.
pub fn newest(db: &Db, app: AppNo, topic: &Topic) -> Result<i64> {
    let sql = "SELECT max(id) FROM batch WHERE application = ?1 AND topic = ?2";
    db.one(sql, params![app, topic], |r| r.get::<Option<i64>>(0))?.ok_or(Error::NotFound("topic"))
}

/// A user in whose name something was sent about it that stands; else the application.
pub fn speaker(db: &Db, app: AppNo, topic: &Topic) -> Result<UserNo> {
    let sql = "SELECT max(sender) FROM batch WHERE application = ?1 AND topic = ?2 AND withdrawn_at IS NULL";
    Ok(db.one(sql, params![app, topic], |r| r.get::<Option<UserNo>>(0))?.unwrap_or(UserNo::APPLICATION))
}

/// Something was sent about it, withdrawn or not.
pub fn require(db: &Db, app: AppNo, topic: &Topic) -> Result<()> {
    match db.any("SELECT 1 FROM batch WHERE application = ?1 AND topic = ?2 LIMIT 1", params![app, topic])? {
        true => Ok(()),
        false => Err(Error::NotFound("topic")),
    }
}

/// Withdraws what the application wrote of a topic in a conversation before this message, as whom it writes now: the newest at
/// once, and the rest, where there is more, by the job. Whoever writes to several leaves more of it to the job.
pub(super) fn replace(
    tx: &mut Tx,
    (author, alone): (&Author, bool),
    topic: &Topic,
    (conversation, upto): (ConversationId, MessageId),
) -> Result<()> {
    let whole = Replaced { app: author.app, conversation, topic: topic.clone(), sender: author.user, upto };
    if !whole.withdraw(tx, if alone { AT_ONCE } else { OF_EACH })? {
        return Ok(());
    }
    let sql = "INSERT INTO replacement (application, conversation, topic, sender, upto) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT DO UPDATE SET upto = excluded.upto";
    tx.run(sql, params![whole.app, conversation, topic, whole.sender, upto])?;
    tx.tell(News::Nudge(Work::Audiences));
    Ok(())
}

/// What a message takes the place of.
struct Replaced {
    app: AppNo,
    conversation: ConversationId,
    topic: Topic,
    sender: UserNo,
    upto: MessageId,
}

impl Replaced {
    /// Withdraws so many, the newest first, as far as the time reaches; answers whether there are more.
    fn withdraw(&self, tx: &mut Tx, most: usize) -> Result<bool> {
        let sql = "SELECT id FROM message WHERE application = ?1 AND topic = ?2 AND conversation = ?3 AND id < ?4
                   AND sender = ?5 AND (sender = 0 OR via = 1) AND deleted_by IS NULL ORDER BY id DESC LIMIT ?6";
        let Replaced { app, conversation, topic, sender, upto } = self;
        let values = params![app, topic, conversation, upto, sender, most as i64 + 1];
        let earlier: Vec<MessageId> = tx.all(sql, values, |r| r.get(0))?;
        let begun = Instant::now();
        for (done, id) in earlier.iter().enumerate() {
            if done == most || (done > 0 && begun.elapsed() > BUDGET) {
                return Ok(true);
            }
            message::delete(tx, &Author::application(*app), *id)?;
        }
        Ok(false)
    }
}

/// A piece of what later messages of an application have taken the place of. Answers whether there may be more.
pub fn go_on(tx: &mut Tx, app: AppNo) -> Result<bool> {
    let sql = "SELECT application, conversation, topic, sender, upto FROM replacement WHERE application = ?1 LIMIT 1";
    let read =
        |r: &Row| Ok(Replaced { app: r.get(0)?, conversation: r.get(1)?, topic: r.get(2)?, sender: r.get(3)?, upto: r.get(4)? });
    let Some(next) = tx.maybe(sql, [app], read)? else { return Ok(false) };
    if !next.withdraw(tx, AT_ONCE)? {
        let sql = "DELETE FROM replacement WHERE application = ?1 AND conversation = ?2 AND topic = ?3 AND sender = ?4";
        tx.run(sql, params![next.app, next.conversation, next.topic, next.sender])?;
    }
    Ok(true)
}

/// The applications for which something waits for `go_on`; while one is suspended, it waits.
pub fn waiting(db: &Db) -> Result<Vec<AppNo>> {
    let sql = "SELECT no FROM application a WHERE suspended_at IS NULL
               AND EXISTS (SELECT 1 FROM replacement r WHERE r.application = a.no) /* all: applications */";
    db.all(sql, [], |r| r.get(0))
}

/// Whether a later message of the topic took the place of this one for a recipient before it was written: one that would have
/// withdrawn it, had it been written in time, and that was not withdrawn itself.
pub(super) fn is_replaced(db: &Db, batch: &Batch, target: &Target) -> Result<bool> {
    let Some(topic) = &batch.terms.topic else { return Ok(false) };
    let (column, no) = match target {
        Target::User(no) => ("user", no.0),
        Target::Conversation(id) => match conversation::get(db, batch.app, *id)?.between(batch.sender) {
            Some(user) => ("user", user.0),
            None => ("conversation", id.0),
        },
        Target::Application => return Ok(false),
    };
    let sql = format!(
        "SELECT 1 FROM batch b JOIN batch_copy c ON c.application = b.application AND c.batch = b.id AND c.{column} = ?4
         JOIN message m ON m.application = c.application AND m.id = c.message
         WHERE b.application = ?1 AND b.topic = ?2 AND b.id > ?3 AND b.replacing = 1 AND b.sender = ?5 AND b.withdrawn_at IS NULL
            AND (m.deleted_by IS NULL OR m.expires_at <= ?6) LIMIT 1"
    );
    db.any(&sql, params![batch.app, topic, batch.id, no, batch.sender, Moment::now()])
}
