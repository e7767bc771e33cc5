//! A copy of a batch: the row of one recipient, which waits for its message until there is one, or an error.

use crate::chat::batch::{Batch, single};
use crate::error::Result;
use crate::id::{AppNo, ConversationId, MessageId, Party, UserId, UserNo};
use crate::store::{Db, Row, Tx, params};

/// For whom a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    User(UserNo),
    Conversation(ConversationId),
    Application,
}

/// What became of one recipient.
#[derive(Debug, Clone)]
pub struct Copy {
    pub position: i64,
    /// The party: as it was given where there is no such recipient.
    pub to: String,
    /// The message and its conversation, once it is written.
    pub message: Option<(MessageId, ConversationId)>,
    /// Code and sentence.
    pub error: Option<(String, String)>,
}

/// The next recipients without a message.
pub(super) fn waiting(db: &Db, app: AppNo, batch: i64, most: i64) -> Result<Vec<(i64, Target)>> {
    let sql = "SELECT position, user, conversation FROM batch_copy
               WHERE application = ?1 AND batch = ?2 AND message IS NULL AND error IS NULL ORDER BY position LIMIT ?3";
    db.all(sql, params![app, batch, most], |r| {
        let target = match (r.get(1)?, r.get(2)?) {
            (_, Some(conversation)) => Target::Conversation(conversation),
            (Some(user), None) => Target::User(user),
            (None, None) => Target::Application,
        };
        Ok((r.get(0)?, target))
    })
}

/// The next written copies after a position.
pub(super) fn after(db: &Db, app: AppNo, batch: i64, (position, most): (i64, i64)) -> Result<Vec<(i64, MessageId)>> {
    let sql = "SELECT position, message FROM batch_copy
               WHERE application = ?1 AND batch = ?2 AND position > ?3 AND message IS NOT NULL ORDER BY position LIMIT ?4";
    db.all(sql, params![app, batch, position, most], |r| Ok((r.get(0)?, r.get(1)?)))
}

pub(super) fn written(tx: &mut Tx, batch: &Batch, position: i64, message: MessageId) -> Result<()> {
    let sql = "UPDATE batch_copy SET message = ?4 WHERE application = ?1 AND batch = ?2 AND position = ?3";
    tx.run(sql, params![batch.app, batch.id, position, message]).map(|_| ())
}

pub(super) fn refused(tx: &mut Tx, batch: &Batch, position: i64, (code, reason): (&str, &str)) -> Result<()> {
    let sql = "UPDATE batch_copy SET error = ?4, reason = ?5 WHERE application = ?1 AND batch = ?2 AND position = ?3";
    tx.run(sql, params![batch.app, batch.id, position, code, reason]).map(|_| ())
}

/// The recipients of a batch in their order, after a position; and whether there are more.
pub fn list(db: &Db, app: AppNo, batch: i64, after: i64, limit: usize) -> Result<(Vec<Copy>, bool)> {
    let sql = "SELECT c.position, u.id, c.conversation, c.party, c.message, m.conversation, c.error, c.reason FROM batch_copy c
               LEFT JOIN user u ON u.application = c.application AND u.no = c.user
               LEFT JOIN message m ON m.application = c.application AND m.id = c.message
               WHERE c.application = ?1 AND c.batch = ?2 AND c.position > ?3 ORDER BY c.position LIMIT ?4";
    let mut found = db.all(sql, params![app, batch, after, limit as i64 + 1], read)?;
    if found.is_empty() && after == 0 {
        found.extend(single::copy(db, app, batch)?);
    }
    let more = found.len() > limit;
    found.truncate(limit);
    Ok((found, more))
}

fn read(r: &Row) -> Result<Copy> {
    let to = match (r.get::<Option<UserId>>(1)?, r.get::<Option<ConversationId>>(2)?, r.get::<Option<String>>(3)?) {
        (_, Some(conversation), _) => Party::Conversation(conversation).to_string(),
        (Some(user), ..) => Party::User(user).to_string(),
        (None, None, party) => party.unwrap_or_default(),
    };
    let message: Option<MessageId> = r.get(4)?;
    let conversation: Option<ConversationId> = r.get(5)?;
    let error: Option<String> = r.get(6)?;
    Ok(Copy { position: r.get(0)?, to, message: message.zip(conversation), error: error.zip(r.get(7)?) })
}
