//! What the application is told of conversations: rows of its delivery queue, written with their cause.

use crate::apps::delivery::{Fact, Kind};
use crate::apps::{queue, wish};
use crate::chat::member::Member;
use crate::error::Result;
use crate::id::{AppNo, ConversationId, UserId};
use crate::store::Tx;
use crate::time::Moment;
use crate::wire::row::{ConversationKind, MessageRow};
use serde::Serialize;
use std::collections::HashMap;

#[derive(Serialize)]
struct Created<'a> {
    message: &'a MessageRow,
}

#[derive(Serialize)]
struct Read<'a> {
    user: &'a UserId,
    conversation: ConversationId,
    upto: i64,
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
    if !wish::is_wanted(tx, app, Kind::MessageRead)? {
        return Ok(());
    }
    let data = Read { user: &member.id, conversation: member.conversation, upto: member.read, at: tx.now };
    queue::add(tx, app, &Fact { kind: Kind::MessageRead, conversation: None, data })
}
