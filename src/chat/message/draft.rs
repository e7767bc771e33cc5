//! A message before it is kept.

use crate::chat::author::Author;
use crate::chat::term::Terms;
use crate::error::{Error, Result};
use crate::id::{ConversationId, Key, MessageId, UserId};
use crate::time::Moment;
use crate::wire::row::MessageRow;

/// Bytes of a message's text.
pub const TEXT: usize = 16 * 1024;

/// A message before it is kept, checked.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Without one it is a batch of its own, and has the message's number.
    pub key: Option<Key>,
    pub text: String,
    pub reply_to: Option<MessageId>,
    pub mentions: Vec<UserId>,
    /// The batch it is a copy of.
    pub batch: Option<i64>,
    pub terms: Terms,
    /// The card that it shows.
    pub card: Option<i64>,
    /// The files that it carries, by number.
    pub files: Vec<i64>,
}

impl Draft {
    pub fn parse(key: Key, text: String) -> Result<Draft> {
        Draft::with_files(key, text, Vec::new())
    }

    /// As `parse`, with files, beside which there need not be a text.
    pub fn with_files(key: Key, text: String, files: Vec<i64>) -> Result<Draft> {
        if files.is_empty() || !text.is_empty() {
            check_text(&text)?;
        }
        let (key, terms) = (Some(key), Terms::default());
        Ok(Draft { key, text, reply_to: None, mentions: Vec::new(), batch: None, terms, card: None, files })
    }

    /// A message that is a batch of its own.
    pub fn single(text: String) -> Result<Draft> {
        check_text(&text)?;
        let terms = Terms::default();
        Ok(Draft { key: None, text, reply_to: None, mentions: Vec::new(), batch: None, terms, card: None, files: Vec::new() })
    }

    /// As its author sees it once it is kept: its id, its conversation and the message before it.
    pub(super) fn row(&self, author: &Author, place: (MessageId, ConversationId, i64), at: Moment) -> MessageRow {
        let (id, conversation, prev) = place;
        MessageRow {
            id,
            conversation,
            prev,
            from: author.party.clone(),
            via: author.via.then_some("application"),
            at,
            text: self.text.clone(),
            mentions: self.mentions.clone(),
            reply_to: self.reply_to,
            attachments: Vec::new(),
            topic: self.terms.topic.clone(),
            expires_at: self.terms.expires_at,
            edited_at: None,
            deleted_by: None,
            card: None,
            claim: None,
            key: self.key.as_ref().map(|key| key.as_str().into()),
            version: id.0,
        }
    }
}

/// Not empty, not above 16 KiB, no control characters but line breaks and tabs.
pub fn check_text(text: &str) -> Result<()> {
    if text.len() > TEXT {
        return Err(Error::TooLarge(format!("a text has at most {TEXT} bytes")));
    }
    if text.trim().is_empty() {
        return Err(Error::invalid("text", "a message needs a text"));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Error::invalid("text", "a text has no control characters but line breaks and tabs"));
    }
    Ok(())
}
