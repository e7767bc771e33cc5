//! `parlour send`: a message from an application, for scripts.

use crate::apps::application;
use crate::chat::author::Author;
use crate::chat::message::{self, Draft};
use crate::cli::answer::Answer;
use crate::cli::exit::{Code, Failure, Result};
use crate::cli::task::Place;
use crate::error::{self, Error};
use crate::id::{AppId, Key, Party};
use crate::secret;
use crate::store::Tx;
use crate::wire::row::MessageRow;
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::io::Read;

/// Bytes that are read from standard input; a text has fewer.
const MOST: u64 = 64 * 1024;

#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Send {
    #[arg(value_parser = AppId::parse)]
    app: AppId,
    /// user:ID or conversation:ID
    #[arg(value_parser = Party::parse)]
    to: Party,
    /// What is said; - reads it from standard input
    text: String,
    /// Names this message, so that sending it again sends it once
    #[arg(long, value_parser = Key::parse)]
    key: Option<Key>,
}

impl Send {
    pub fn prepare(&mut self) -> Result<()> {
        if self.text == "-" {
            self.text.clear();
            let read = std::io::stdin().take(MOST).read_to_string(&mut self.text);
            read.map_err(|e| Failure::new(Code::Usage, format!("the text cannot be read: {e}")))?;
            self.text.truncate(self.text.trim_end().len());
        }
        Ok(())
    }

    pub fn run(self, place: &Place) -> Result<Answer> {
        let row = place.store.write_blocking(move |tx| self.post(tx))?;
        let text = format!("sent as message {} of conversation {}", row.id, row.conversation);
        Answer::new(text, json!({ "id": row.id, "conversation": row.conversation, "at": row.at }))
    }

    fn post(self, tx: &mut Tx) -> error::Result<MessageRow> {
        if matches!(self.to, Party::Group(_) | Party::Everyone | Party::Application) {
            return Err(Error::invalid("to", "send writes to user:ID or conversation:ID; for more use POST /api/v1/messages"));
        }
        let application = application::get(tx, &self.app)?;
        if application.suspended_at.is_some() {
            return Err(Error::Forbidden(format!("{} is suspended", application.id)));
        }
        let key = self.key.map_or_else(|| Key::parse(&secret::generate("cli-")), Ok)?;
        let draft = Draft::parse(key, self.text)?;
        Ok(message::post(tx, &Author::application(application.no), &self.to, &draft)?.row)
    }
}
