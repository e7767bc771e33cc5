//! Messages that do not count as unread although nobody has read up to them: the user saw them elsewhere, on the page of what
//! they are about, or their time is over. One mark cannot say that, because others before them may be unread.

use crate::chat::announce;
use crate::chat::member::{self, Member};
use crate::error::Result;
use crate::id::{AppNo, ConversationId, MessageId, Topic, UserNo};
use crate::store::{Db, Tx, params};
use crate::time::Moment;
use std::collections::BTreeSet;

/// How many messages above a member's mark do not count.
pub(super) fn count(db: &Db, app: AppNo, member: &Member) -> Result<i64> {
    let sql = "SELECT count(*) FROM (
            SELECT message FROM cleared WHERE application = ?1 AND user = ?3 AND conversation = ?2 AND message > ?4
            UNION SELECT message FROM expiry WHERE application = ?1 AND conversation = ?2 AND at <= ?6 AND message > ?4) x
        CROSS JOIN message m ON m.application = ?1 AND m.conversation = ?2 AND m.id = x.message
        WHERE m.sender <> ?3 AND m.deleted_by IS NULL AND m.id <= ?5";
    let until = member.left.unwrap_or(i64::MAX);
    let values = params![app, member.conversation, member.user, member.read, until, Moment::now()];
    db.one(sql, values, |r| r.get(0))
}

/// Messages that are seen in one piece.
const PIECE: usize = 200;

/// A message after which the rest of them stands.
pub type Place = (ConversationId, MessageId);

/// Before all of them.
pub const BEGINNING: Place = (ConversationId(0), MessageId(0));

/// A user has seen what a topic is about: its unread messages after one count as read, a piece of them. All devices are told of
/// every conversation that is done with, and where they are to be `told` of one of which more is left: to count what is unread takes as
/// long as there is. Answers how many there were, and after which the rest stands, if there may be more.
pub fn read(
    tx: &mut Tx,
    app: AppNo,
    user: UserNo,
    topic: &Topic,
    (after, told): (Place, bool),
) -> Result<(usize, Option<Place>)> {
    let sql = "SELECT m.conversation, m.id FROM member p
        CROSS JOIN message m ON m.application = ?1 AND m.topic = ?3 AND m.conversation = p.conversation
            AND m.id > max(p.read, CASE WHEN p.conversation = ?5 THEN ?6 ELSE 0 END)
        WHERE p.application = ?1 AND p.user = ?2 AND p.conversation >= ?5 AND m.sender <> ?2 AND m.deleted_by IS NULL
            AND (p.left IS NULL OR m.id <= p.left)
            AND NOT EXISTS (SELECT 1 FROM cleared c WHERE c.application = ?1 AND c.user = ?2 AND c.conversation = m.conversation
                AND c.message = m.id)
        ORDER BY m.conversation, m.id LIMIT ?4";
    let values = params![app, user, topic, PIECE as i64, after.0, after.1];
    let seen: Vec<Place> = tx.all(sql, values, |r| Ok((r.get(0)?, r.get(1)?)))?;
    let begun = Some(after.0).filter(|conversation| conversation.0 > 0);
    let (mut places, now) = (BTreeSet::from_iter(begun), tx.now);
    for (conversation, message) in &seen {
        let sql = "INSERT INTO cleared (application, user, conversation, message, at) VALUES (?1, ?2, ?3, ?4, ?5)";
        tx.run(sql, params![app, user, conversation, message, now])?;
        let sql = "DELETE FROM mention WHERE application = ?1 AND user = ?2 AND conversation = ?3 AND message = ?4";
        tx.run(sql, params![app, user, conversation, message])?;
        places.insert(*conversation);
    }
    let rest = seen.last().copied().filter(|_| seen.len() == PIECE);
    for conversation in places {
        touch(tx, app, conversation, user)?;
        if told || rest.is_none_or(|(left, _)| left != conversation) {
            announce::own_member(tx, app, &member::require(tx, app, conversation, user)?)?;
        }
    }
    Ok((seen.len(), rest))
}

/// What is unread changed: whoever comes back finds that, also where nobody goes on after this piece because the process ends.
fn touch(tx: &mut Tx, app: AppNo, conversation: ConversationId, user: UserNo) -> Result<()> {
    let version = tx.next_version(app)?;
    let sql = "UPDATE member SET version = ?4 WHERE application = ?1 AND conversation = ?2 AND user = ?3";
    tx.run(sql, params![app, conversation, user, version]).map(|_| ())
}

/// The mark has come up to a message: what was noted below it says nothing more.
pub(super) fn forget(tx: &mut Tx, app: AppNo, member: &Member) -> Result<()> {
    let sql = "DELETE FROM cleared WHERE application = ?1 AND user = ?2 AND conversation = ?3 AND message <= ?4";
    tx.run(sql, params![app, member.user, member.conversation, member.read]).map(|_| ())
}
