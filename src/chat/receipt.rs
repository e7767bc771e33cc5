//! What became of a message for each of its recipients, as far as the marks of the conversation's members tell.

use crate::chat::message::Message;
use crate::error::Result;
use crate::id::{AppNo, UserId};
use crate::store::{Db, params};
use crate::time::Moment;

#[derive(Debug, Clone)]
pub struct Receipt {
    pub user: UserId,
    pub stored_at: Moment,
    /// When the mark that covers the message was last raised: it was received, and read, at the latest then.
    pub received_at: Option<Moment>,
    pub read_at: Option<Moment>,
}

/// Of everybody but its author who was in the conversation when it was written.
pub fn list(db: &Db, app: AppNo, message: &Message) -> Result<Vec<Receipt>> {
    let sql = "SELECT u.id, CASE WHEN m.received >= ?3 OR m.read >= ?3 THEN coalesce(m.received_at, m.read_at) END,
                   CASE WHEN m.read >= ?3 THEN m.read_at END
               FROM member m JOIN user u ON u.application = m.application AND u.no = m.user
               WHERE m.application = ?1 AND m.conversation = ?2 AND m.user <> ?4 AND m.joined < ?3
                   AND (m.left IS NULL OR m.left > ?3)
               ORDER BY m.user";
    let values = params![app, message.conversation, message.id, message.sender];
    db.all(sql, values, |r| Ok(Receipt { user: r.get(0)?, stored_at: message.at, received_at: r.get(1)?, read_at: r.get(2)? }))
}
