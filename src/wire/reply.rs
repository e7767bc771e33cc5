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
