//! What follows from an answer to a question, whichever way it came: as the answer of a call, or posted to an event. It takes effect
//! in the transaction that settles the row, so it counts once; a failure is said there.

use crate::apps::attempt;
use crate::apps::delivery::{self, Delivery};
use crate::apps::outcome::{self, Settled, Verdict};
use crate::apps::schedule::Schedule;
use crate::callout::Tried;
use crate::chat::answer;
use crate::error::{Error, Result};
use crate::id::AppNo;
use crate::jobs::notice;
use crate::store::Tx;
use crate::wire::row::MessageRow;

/// Keeps the attempt, and does what follows from it. Answers the reply, if there is one.
pub(super) fn settle(tx: &mut Tx, sent: &Delivery, tried: &Tried, rule: (&Schedule, f64)) -> Result<Option<MessageRow>> {
    match outcome::settle(tx, sent, &tried.attempt, tried.verdict, rule)? {
        Settled::Later { first: true } if sent.question => notice::late(tx, sent).map(|()| None),
        Settled::GivenUp if sent.question => notice::lost(tx, sent).map(|()| None),
        Settled::Delivered | Settled::Before if sent.question && tried.verdict == Verdict::Taken => {
            answer::apply(tx, sent, &tried.reply)
        }
        _ => Ok(None),
    }
}

/// The answer that an application gives by itself to an event. The first answer counts; the same one again is answered the same,
/// another is a `Conflict`. One that cannot be used is an error, and the question stays open.
pub fn give(tx: &mut Tx, app: AppNo, event: i64, tried: &Tried) -> Result<Option<MessageRow>> {
    let sent = delivery::get(tx, app, event).map_err(|error| match error {
        Error::NotFound(_) => Error::NotFound("event"),
        other => other,
    })?;
    if !sent.question {
        return Err(Error::Conflict("this event is not a question; nobody waits for an answer".into()));
    }
    if sent.done_at.is_none() {
        return settle(tx, &sent, tried, (&Schedule::default(), 0.0));
    }
    let same =
        attempt::list(tx, app, event)?.iter().any(|before| before.error.is_none() && before.digest == tried.attempt.digest);
    match same {
        true => answer::said(tx, &sent),
        false => Err(Error::Conflict("this question was answered before, or given up".into())),
    }
}

pub(super) fn complained(mut tried: Tried, error: &Error) -> Tried {
    tried.attempt.error = Some(format!("the reply could not be posted: {}", error.sentence()));
    tried
}
