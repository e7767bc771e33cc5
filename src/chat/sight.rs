//! Whom a user sees at this moment: whose presence it may watch, and who is shown that it types. Blocked is blocked both ways.

use crate::chat::picture;
use crate::directory::caller::Caller;
use crate::directory::{block, contact, user};
use crate::error::Result;
use crate::id::{ConversationId, UserId, UserNo};
use crate::store::{Db, params};
use crate::time::Moment;

/// Of these users those whom the caller may watch, each once, with when they were last seen.
pub fn of(db: &Db, caller: &Caller, users: Vec<UserId>) -> Result<Vec<(UserId, Option<Moment>)>> {
    let mut seen: Vec<(UserId, Option<Moment>)> = Vec::with_capacity(users.len());
    for id in users {
        let Some(other) = user::find(db, caller.app, &id)? else { continue };
        if !seen.iter().any(|(one, _)| *one == id) && sees(db, caller, other.no)? {
            seen.push((id, other.last_seen_at));
        }
    }
    Ok(seen)
}

/// Oneself, contacts, and those with whom one is in a conversation.
fn sees(db: &Db, caller: &Caller, other: UserNo) -> Result<bool> {
    let (app, user) = (caller.app, caller.user);
    if other == user {
        return Ok(true);
    }
    let known = contact::knows(db, app, user, other)? || picture::share(db, app, user, other)?;
    Ok(known && !block::is_blocked(db, app, user, other)? && !block::is_blocked(db, app, other, user)?)
}

/// The others of a conversation who may see that the caller types.
pub fn others(db: &Db, caller: &Caller, conversation: ConversationId) -> Result<Vec<UserNo>> {
    let sql = "SELECT m.user FROM member m WHERE m.application = ?1 AND m.conversation = ?2 AND m.left IS NULL AND m.user <> ?3
               AND NOT EXISTS (SELECT 1 FROM block b WHERE b.application = ?1
                   AND (b.user = m.user AND b.blocked = ?3 OR b.user = ?3 AND b.blocked = m.user))";
    db.all(sql, params![caller.app, conversation, caller.user], |r| r.get(0))
}
