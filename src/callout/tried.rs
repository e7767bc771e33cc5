//! What came of one try: what is kept of it, what it means for the queue, and what the application wants said.

use crate::apps::attempt::{ANSWER, Attempt};
use crate::apps::outcome::Verdict;
use crate::callout::call::{Answer, Fault};
use crate::callout::{answer, list, vouched};
use crate::error::{Error, Result};
use crate::secret::fingerprint;
use crate::time::Moment;
use crate::wire::reply::Reply;
use serde_json::{Map, Value};

#[derive(Debug, Clone)]
pub struct Tried {
    pub attempt: Attempt,
    pub verdict: Verdict,
    pub reply: Reply,
}

impl Tried {
    pub(super) fn failed(at: Moment, fault: Fault) -> Tried {
        let attempt =
            Attempt { at, ms: elapsed(at), status: fault.status, error: Some(fault.reason), answer: None, digest: None };
        Tried { attempt, verdict: Verdict::Failed, reply: Reply::default() }
    }

    pub(super) fn answered(at: Moment, answer: Answer, question: bool) -> Tried {
        let mut tried = Tried {
            attempt: Attempt {
                at,
                ms: elapsed(at),
                status: Some(answer.status),
                error: answer.complaint(),
                answer: beginning(&answer.body),
                digest: Some(fingerprint(&answer.body)),
            },
            verdict: verdict(&answer),
            reply: Reply::default(),
        };
        if question && tried.verdict == Verdict::Taken {
            match answer::parse(&answer.body) {
                Ok(fields) => tried.take(&fields),
                Err(error) => {
                    tried.attempt.error = Some(error.sentence());
                    tried.verdict = Verdict::Failed;
                }
            }
        }
        tried
    }

    /// What an application answers by itself: the body that it would have answered a call with.
    pub fn given(body: &[u8]) -> Result<Tried> {
        let fields = answer::parse(body)?;
        let (at, digest) = (Moment::now(), Some(fingerprint(body)));
        let attempt = Attempt { at, ms: 0, status: Some(200), error: None, answer: beginning(body), digest };
        let mut tried = Tried { attempt, verdict: Verdict::Taken, reply: Reply::default() };
        tried.take(&fields);
        match tried.attempt.error.take() {
            Some(error) => Err(Error::invalid("", error)),
            None => Ok(tried),
        }
    }

    /// The same for a question that is asked only to see whether its answer can be understood.
    pub(super) fn examined(at: Moment, answer: Answer, question: &str) -> Tried {
        let fields = answer::parse(&answer.body).unwrap_or_default();
        let wrong = match question {
            "user.verify" => vouched::parse(&fields).err(),
            "contacts.list" => list::parse(&fields).err(),
            _ => None,
        };
        let mut tried = Tried::answered(at, answer, true);
        if let (Verdict::Taken, Some(error)) = (tried.verdict, wrong) {
            tried.attempt.error = Some(error.sentence());
            tried.verdict = Verdict::Failed;
        }
        tried
    }

    fn take(&mut self, fields: &Map<String, Value>) {
        let text = match fields.get("text") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
            Some(_) => {
                self.attempt.error = Some("text in the application's answer: expected text".into());
                None
            }
        };
        let card = fields.get("card").filter(|card| !card.is_null()).cloned();
        let card = card.map(serde_json::from_value).transpose().unwrap_or_else(|error| {
            self.attempt.error = Some(format!("card in the application's answer: {error}"));
            None
        });
        let files = answer::numbers(fields, "attachments").unwrap_or_else(|error| {
            self.attempt.error = Some(error.sentence());
            Vec::new()
        });
        self.reply = Reply { text, card, files, error: answer::error_sentence(fields) };
    }
}

fn verdict(answer: &Answer) -> Verdict {
    match (answer.status, answer.retry_after) {
        _ if answer.is_success() => Verdict::Taken,
        (410, _) => Verdict::Gone,
        (429 | 503, Some(pause)) => Verdict::Wait(pause),
        _ => Verdict::Failed,
    }
}

pub(super) fn elapsed(at: Moment) -> i64 {
    Moment::now().since(at).as_millis() as i64
}

/// The first 4 KiB as text.
fn beginning(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&body[..body.len().min(ANSWER)]).into_owned();
    (!text.is_empty()).then_some(text)
}
