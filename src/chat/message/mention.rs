//! Whom a message mentions.

use crate::chat::conversation::Place;
use crate::directory::user;
use crate::error::{Error, Result};
use crate::id::{AppNo, UserId, UserNo};
use crate::store::Db;

/// Users that one message may mention.
const MOST: usize = 50;

/// The numbers of those who are mentioned; they must be in the conversation.
pub(super) fn listed(db: &Db, app: AppNo, place: &Place, ids: &[UserId]) -> Result<Vec<UserNo>> {
    if ids.len() > MOST {
        return Err(Error::TooLarge(format!("a message mentions at most {MOST} users")));
    }
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let no = user::number(db, app, id).ok().filter(|no| place.roster.contains(no));
        let no = no.ok_or_else(|| Error::invalid("mentions", format!("{id} is not in this conversation")))?;
        if !found.contains(&no) {
            found.push(no);
        }
    }
    Ok(found)
}

/// As it is kept.
pub(super) fn numbers(users: &[UserNo]) -> String {
    serde_json::to_string(users).unwrap_or_default()
}
