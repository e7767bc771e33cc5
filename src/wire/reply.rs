//! What an application answers to a question, whichever way the answer comes.

use crate::wire::card;

#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// To be said in the conversation, in the application's name; not checked yet.
    pub text: Option<String>,
    /// The card of that message; to `action.invoked`: the one that takes the place of the pressed one.
    pub card: Option<card::Draft>,
    /// A sentence for the user who asked.
    pub error: Option<String>,
}

impl Reply {
    pub fn is_empty(&self) -> bool {
        self.text.is_none() && self.card.is_none() && self.error.is_none()
    }

    /// Leaves out what could not be used: the text, where that was the field; the card, where there is one; or all.
    pub fn drop_part(&mut self, field: Option<&str>) {
        if field == Some("text") && self.text.take().is_some() || self.card.take().is_some() {
            return;
        }
        *self = Reply::default();
    }
}
