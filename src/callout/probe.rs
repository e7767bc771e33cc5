//! A call that is made only to see how it is answered: nothing of it counts, and everything of the answer is shown.

use crate::apps::endpoint::Endpoint;
use crate::callout::call::{Call, Head, QUESTION};
use crate::callout::tried::{Tried, elapsed};
use crate::callout::{Callout, answer};
use crate::time::Moment;

/// What came of it.
#[derive(Debug, Clone)]
pub struct Probe {
    pub ms: i64,
    /// None: no answer came.
    pub status: Option<u16>,
    pub head: Head,
    /// The beginning of the answer.
    pub text: String,
    /// Why there is no usable answer to a question of this type.
    pub fault: Option<String>,
    /// Somebody was let in, by `user.verify`.
    pub let_in: bool,
}

impl Callout {
    /// Sends this body, signed as if it were `at`, and looks at the answer as at one to `question`.
    pub async fn probe(&self, endpoint: &Endpoint, question: &str, body: &str, at: Moment) -> Probe {
        let id = crate::apps::delivery::webhook_id();
        let call = Call { endpoint, id: &id, body, limit: QUESTION, at };
        let begun = Moment::now();
        match call.send(&self.inner.work, &self.inner.outside).await {
            Err(fault) => Probe {
                ms: elapsed(begun),
                status: fault.status,
                head: Head::default(),
                text: String::new(),
                fault: Some(fault.reason),
                let_in: false,
            },
            Ok(said) => {
                let (status, head) = (said.status, said.head.clone());
                let fields = answer::parse(&said.body).unwrap_or_default();
                let let_in = fields.get("user").is_some_and(|user| user.as_object().is_some_and(|user| !user.is_empty()));
                let tried = Tried::examined(begun, said, question);
                let (ms, text) = (tried.attempt.ms, tried.attempt.answer.unwrap_or_default());
                Probe { ms, status: Some(status), head, text, fault: tried.attempt.error, let_in }
            }
        }
    }
}
