//! What the application is told of conversations: rows of its delivery queue, written with their cause.

use crate::apps::delivery::{Fact, Kind};
use crate::apps::{queue, wish};
use crate::chat::author::Author;
use crate::chat::member::Member;
use crate::chat::message::Message;
use crate::error::Result;
use crate::id::{AppNo, ConversationId, MessageId, Party, Topic, UserId};
use crate::store::{Tx, params};
use crate::time::Moment;
use crate::wire::claim::{self, ClaimRow};
use crate::wire::row::{ConversationKind, MessageRow};
use serde::Serialize;
use std::collections::HashMap;

#[derive(Serialize)]
struct Created<'a> {
    message: &'a MessageRow,
}

#[derive(Serialize)]
struct Mark<'a> {
    user: &'a UserId,
    conversation: ConversationId,
    upto: i64,
    at: Moment,
}

#[derive(Serialize)]
struct Expired {
    batch: i64,
    topic: Option<Topic>,
    at: Moment,
}

#[derive(Serialize)]
struct Claimed<'a> {
    user: &'a UserId,
    claim: claim::Kind,
    message: MessageId,
    batch: Option<i64>,
    topic: Option<&'a Topic>,
    done: i64,
    of: i64,
    at: Moment,
}

/// A user wrote: to the application, which is asked for a reply, or to others, which it is told where it wants to hear it.
pub fn message_created(tx: &mut Tx, app: AppNo, place: ConversationKind, row: &MessageRow) -> Result<()> {
    let kind = match place {
        ConversationKind::Application => Kind::MessageToApplication,
        _ => Kind::MessageCreated,
    };
    if !is_wanted(tx, app, kind)? {
        return Ok(());
    }
    let message = &MessageRow { key: None, ..row.clone() };
    queue::add(tx, app, &Fact { kind, conversation: Some(row.conversation), data: Created { message } })
}

/// What applications want to hear, as far as it is remembered.
#[derive(Default)]
struct Wanted(HashMap<(AppNo, bool), bool>);

fn is_wanted(tx: &mut Tx, app: AppNo, kind: Kind) -> Result<bool> {
    let key = (app, kind.is_question());
    if let Some(known) = tx.memo::<Wanted>().and_then(|wanted| wanted.0.get(&key)) {
        return Ok(*known);
    }
    let is_wanted = wish::is_wanted(tx, app, kind)?;
    if let Some(wanted) = tx.memo::<Wanted>() {
        wanted.0.insert(key, is_wanted);
    }
    Ok(is_wanted)
}

/// A user read up to a message.
pub fn message_read(tx: &mut Tx, app: AppNo, member: &Member) -> Result<()> {
    marked(tx, app, Kind::MessageRead, (member, member.read))
}

/// Everything up to a message has reached a device of a user.
pub fn message_received(tx: &mut Tx, app: AppNo, member: &Member) -> Result<()> {
    marked(tx, app, Kind::MessageReceived, (member, member.received))
}

/// One fact for each time that a mark is raised, however many messages it covers.
fn marked(tx: &mut Tx, app: AppNo, kind: Kind, (member, upto): (&Member, i64)) -> Result<()> {
    if !wish::is_wanted(tx, app, kind)? {
        return Ok(());
    }
    let data = Mark { user: &member.id, conversation: member.conversation, upto, at: tx.now };
    queue::add(tx, app, &Fact { kind, conversation: None, data })
}

/// A user took or confirmed what a message asks for.
pub fn message_claimed(tx: &mut Tx, by: &Author, message: &Message, claim: &ClaimRow) -> Result<()> {
    let (true, Party::User(user)) = (wish::is_wanted(tx, by.app, Kind::MessageClaimed)?, &by.party) else { return Ok(()) };
    let (topic, at) = (message.terms.topic.as_ref(), tx.now);
    let ClaimRow { kind, done, of, .. } = *claim;
    let (batch, message) = (message.batch, message.id);
    let data = Claimed { user, claim: kind, message, batch, topic, done, of, at };
    queue::add(tx, by.app, &Fact { kind: Kind::MessageClaimed, conversation: None, data })
}

/// The time of a message is over: told once for all its copies, as the first of them goes.
pub fn message_expired(tx: &mut Tx, app: AppNo, batch: i64) -> Result<()> {
    let now = tx.now;
    let sql = "UPDATE batch SET expired_at = ?3 WHERE application = ?1 AND id = ?2 AND expired_at IS NULL RETURNING topic";
    let Some(topic) = tx.returning(sql, params![app, batch, now], |r| r.get::<Option<Topic>>(0))? else { return Ok(()) };
    match wish::is_wanted(tx, app, Kind::MessageExpired)? {
        true => {
            queue::add(tx, app, &Fact { kind: Kind::MessageExpired, conversation: None, data: Expired { batch, topic, at: now } })
        }
        false => Ok(()),
    }
}
