//! What follows from an answer to a question, whichever way it came: as the answer of a call, or posted to an event. It becomes
//! the application's message in the transaction that settles the row, so it appears once; a failure is said there.

use crate::apps::attempt;
use crate::apps::delivery::{self, Delivery};
use crate::apps::outcome::{self, Settled, Verdict};
use crate::apps::schedule::Schedule;
use crate::callout::{Reply, Tried};
use crate::chat::author::Author;
use crate::chat::message::{self, Draft};
use crate::error::{Error, Result};
use crate::id::{AppNo, Key, Party};
use crate::jobs::notice::{self, Notice};
use crate::store::Tx;
use crate::wire::row::MessageRow;

/// Keeps the attempt, and says in the conversation what there is to say. Answers the reply, if there is one.
pub(super) fn settle(tx: &mut Tx, sent: &Delivery, mut tried: Tried, rule: (&Schedule, f64)) -> Result<Option<MessageRow>> {
    let mut reply = None;
    if tried.verdict == Verdict::Taken {
        match draft(sent, &tried) {
            Ok(draft) => reply = draft,
            Err(error) => tried = complained(tried, &error),
        }
    }
    match outcome::settle(tx, sent, &tried.attempt, tried.verdict, rule)? {
        Settled::Later { first: true } if sent.question => notice::say(tx, sent, Notice::Late).map(|()| None),
        Settled::GivenUp if sent.question => notice::say(tx, sent, Notice::Lost).map(|()| None),
        _ => match reply.map(|draft| say(tx, sent, &draft)).transpose() {
            Err(Error::Conflict(_)) => Ok(None),
            said => said,
        },
    }
}

/// The answer that an application gives by itself to an event. The first answer counts; the same one again is answered the same,
/// another is a `Conflict`.
pub fn give(tx: &mut Tx, app: AppNo, event: i64, tried: Tried) -> Result<Option<MessageRow>> {
    let sent = delivery::get(tx, app, event).map_err(|error| match error {
        Error::NotFound(_) => Error::NotFound("event"),
        other => other,
    })?;
    if !sent.question {
        return Err(Error::Conflict("this event is not a question; nobody waits for an answer".into()));
    }
    let reply = draft(&sent, &tried)?;
    if sent.done_at.is_none() {
        return settle(tx, &sent, tried, (&Schedule::default(), 0.0));
    }
    let same =
        attempt::list(tx, app, event)?.iter().any(|before| before.error.is_none() && before.answer == tried.attempt.answer);
    match reply {
        _ if !same => Err(Error::Conflict("this question was answered before, or given up".into())),
        Some(draft) => say(tx, &sent, &draft).map(Some),
        None => Ok(None),
    }
}

fn draft(sent: &Delivery, tried: &Tried) -> Result<Option<Draft>> {
    match &tried.reply {
        Reply::Nothing => Ok(None),
        Reply::Text(text) => Draft::parse(Key::parse(&format!("reply:{}", sent.webhook_id))?, text.clone()).map(Some),
    }
}

/// Says the application's reply, or finds it said.
fn say(tx: &mut Tx, sent: &Delivery, draft: &Draft) -> Result<MessageRow> {
    let conversation = sent.conversation.ok_or_else(|| Error::internal("a question without a conversation"))?;
    let posted = message::post(tx, &Author::application(sent.app), &Party::Conversation(conversation), draft)?;
    Ok(MessageRow { key: None, ..posted.row })
}

pub(super) fn complained(mut tried: Tried, error: &Error) -> Tried {
    tried.attempt.error = Some(format!("the reply could not be posted: {}", error.sentence()));
    tried
}
