//! A message to somebody or to many before it is accepted, and what may be asked of it.

use crate::chat::message;
use crate::chat::term::Terms;
use crate::error::{Error, Result};
use crate::time::Moment;
use crate::wire::card::Draft as Card;
use crate::wire::claim::Kind;
use std::time::Duration;

/// How far ahead something may be scheduled.
const AHEAD: Duration = Duration::from_secs(366 * 24 * 3600);

#[derive(Debug, Clone, Default)]
pub struct Draft {
    pub text: String,
    pub card: Option<Card>,
    /// The files that all copies carry, by number.
    pub files: Vec<i64>,
    /// Its recipients are to take or confirm it.
    pub claim: Option<Kind>,
    pub terms: Terms,
    /// Written then; at once where there is none.
    pub send_at: Option<Moment>,
    /// Only who is connected when it is written.
    pub online: bool,
    /// Withdraws what the same recipients got of the topic before.
    pub replace: bool,
}

impl Draft {
    /// A text and nothing else.
    pub fn plain(text: &str) -> Draft {
        Draft { text: text.into(), ..Draft::default() }
    }

    /// Nothing stands in the way of writing it at once.
    pub(super) fn is_immediate(&self) -> bool {
        self.send_at.is_none() && !self.online && self.card.is_none() && self.claim.is_none()
    }

    /// A text and nothing else, about nothing and without an end.
    pub(super) fn is_plain(&self) -> bool {
        self.terms == Terms::default() && self.files.is_empty()
    }

    /// Whether it makes sense now.
    pub fn check(&self, now: Moment) -> Result<()> {
        if self.files.is_empty() || !self.text.is_empty() {
            message::check_text(&self.text)?;
        }
        if self.replace && self.terms.topic.is_none() {
            return Err(Error::invalid("replace", "to replace something, name the topic"));
        }
        match self.send_at {
            Some(at) if at <= now => return Err(Error::invalid("send_at", "this moment is past")),
            Some(at) if at > now.plus(AHEAD) => return Err(Error::invalid("send_at", "a message is sent at most a year ahead")),
            _ => {}
        }
        match self.terms.expires_at {
            Some(end) if end <= now => Err(Error::invalid("expires_at", "this moment is past")),
            Some(end) if self.send_at.is_some_and(|at| end <= at) => {
                Err(Error::invalid("expires_at", "it would disappear before it is sent"))
            }
            _ => Ok(()),
        }
    }
}
