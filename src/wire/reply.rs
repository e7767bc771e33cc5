//! What an application answers to a question, whichever way the answer comes.

use crate::wire::card;

#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// To be said in the conversation, in the application's name; not checked yet.
    pub text: Option<String>,
    /// The card of that message; to `action.invoked`: the one that takes the place of the pressed one.
    pub card: Option<card::Draft>,
    /// Files of the application that the reply carries, by number; not checked yet.
    pub files: Vec<i64>,
    /// A sentence for the user who asked.
    pub error: Option<String>,
}

impl Reply {
    pub fn is_empty(&self) -> bool {
        self.text.is_none() && self.card.is_none() && self.files.is_empty() && self.error.is_none()
    }

    /// Leaves out what could not be used: the files or the text, where those were the field; the card, where there is one; or all.
    pub fn drop_part(&mut self, field: Option<&str>) {
        if field == Some("attachments") && !self.files.is_empty() {
            self.files.clear();
            return;
        }
        if field == Some("text") && self.text.take().is_some() || self.card.take().is_some() {
            return;
        }
        *self = Reply::default();
    }
}
