//! What the office still has to tell Parlour, in order. An errand is kept in the same change as its
//! cause and leaves only when Parlour has taken it, so nothing is lost while Parlour is away.

use super::Office;
use super::parlour::Outcome;
use super::person::Person;
use super::refusal::Refusal;
use super::state::State;
use super::{parlour, session, token};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const MOST: usize = 2_000;
/// A nudge comes earlier.
const IDLE: Duration = Duration::from_secs(3600);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verb {
    Post,
    Put,
    Patch,
    Delete,
    /// Said by the person that is the path, as a client of theirs.
    Say,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Errand {
    /// Also the `Idempotency-Key`: tried again, it is still one message.
    pub key: String,
    pub verb: Verb,
    pub path: String,
    pub body: Option<Value>,
    pub since: i64,
    /// Who has read the message already, on a page of ours.
    #[serde(default)]
    pub read_by: Vec<String>,
}

/// What Parlour answers to a message that it has taken.
#[derive(Deserialize)]
struct Sent {
    messages: Vec<Place>,
}

#[derive(Deserialize)]
struct Place {
    id: u64,
    conversation: u64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Outbox {
    pub waiting: Vec<Errand>,
    /// How many Parlour refused for good, and why the last one.
    pub refused: u64,
    pub last_refusal: Option<String>,
}

impl Outbox {
    fn push(&mut self, verb: Verb, path: String, body: Option<Value>) {
        if self.waiting.len() >= MOST {
            self.drop_first("too many were waiting");
        }
        self.waiting.push(Errand { key: token::fresh(), verb, path, body, since: session::now(), read_by: Vec::new() });
    }

    fn drop_first(&mut self, reason: &str) {
        if !self.waiting.is_empty() {
            self.waiting.remove(0);
        }
        self.refused += 1;
        self.last_refusal = Some(reason.to_owned());
    }

    /// A message of the application itself.
    pub fn message(&mut self, to: &str, text: &str) {
        let body = json!({"to": to, "text": text});
        self.push(Verb::Post, "/api/v1/messages".into(), Some(body));
    }

    /// A card with its title as text; later messages and calls know it by its topic.
    pub fn card(&mut self, to: &str, topic: &str, card: Value) {
        self.push(Verb::Post, "/api/v1/messages".into(), Some(json!({"to": to, "topic": topic, "card": card})));
    }

    /// What the card of a topic shows from now on.
    pub fn change_card(&mut self, topic: &str, card: Value) {
        let path = format!("/api/v1/topics/{}", parlour::encode(topic));
        self.push(Verb::Patch, path, Some(json!({"card": card})));
    }

    /// What one of our people says to another, which some have read already.
    pub fn said(&mut self, from: &str, to: &str, text: &str, read_by: &[&str]) {
        self.push(Verb::Say, from.into(), Some(json!({"to": format!("user:{to}"), "text": text})));
        if let Some(errand) = self.waiting.last_mut() {
            errand.read_by = read_by.iter().map(|id| (*id).to_owned()).collect();
        }
    }

    fn read(&mut self, reader: &str, place: &Place) {
        let path = format!("/api/v1/conversations/{}/read", place.conversation);
        self.push(Verb::Post, path, Some(json!({"user": reader, "upto": place.id})));
    }

    pub fn person(&mut self, person: &Person) {
        let body = json!({
            "name": person.name,
            "title": person.title,
            "email": person.email(),
            "locale": person.language.tag(),
            "suspended": person.left_at.is_some(),
        });
        let path = format!("/api/v1/users/{}", parlour::encode(&person.id));
        self.push(Verb::Put, path, Some(body));
    }

    /// The contact lists of all have changed: Parlour asks for them anew.
    pub fn refresh_contacts(&mut self) {
        self.push(Verb::Post, "/api/v1/contacts/refresh".into(), None);
    }

    /// Who signs out here is signed out of the messenger too.
    pub fn sign_out(&mut self, person: &str) {
        self.push(Verb::Delete, sessions(person), None);
    }

    /// Who is here again is not to be signed out by what waited since the last time.
    pub fn sign_in(&mut self, person: &str) {
        let path = sessions(person);
        self.waiting.retain(|errand| errand.verb != Verb::Delete || errand.path != path);
    }
}

fn sessions(person: &str) -> String {
    format!("/api/v1/users/{}/sessions", parlour::encode(person))
}

enum Step {
    Empty,
    Again,
    Wait(Duration),
}

/// Delivers until it is told to stop.
pub async fn run(office: Arc<Office>, stop: CancellationToken) {
    let mut tries = 0_u32;
    loop {
        let step = tokio::select! {
            () = stop.cancelled() => return,
            step = once(&office, tries) => step,
        };
        let pause = match step {
            Step::Again => {
                tries = 0;
                continue;
            }
            Step::Empty => IDLE,
            Step::Wait(pause) => {
                tries = tries.saturating_add(1);
                pause
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = office.nudge.notified(), if tries == 0 => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Cut off at any point, it is simply done again: the key makes it one message.
async fn once(office: &Office, tries: u32) -> Step {
    let Some(errand) = office.cabinet.read(|state| state.outbox.waiting.first().cloned()) else {
        office.delivered.notify_one();
        return Step::Empty;
    };
    let backoff = Duration::from_millis(500 * 2_u64.pow(tries.min(5)));
    let result = match office.parlour.deliver(&errand).await {
        Outcome::Later(after) => return Step::Wait(after.unwrap_or(backoff)),
        Outcome::Taken(answer) => Ok(answer),
        Outcome::Refused(reason) => {
            tracing::warn!(path = errand.path, reason, "parlour refused an errand");
            Err(reason)
        }
    };
    let done = move |state: &mut State| settle(&mut state.outbox, &errand, result);
    match office.cabinet.change(done).await {
        Ok(()) => Step::Again,
        Err(_) => Step::Wait(backoff),
    }
}

fn settle(outbox: &mut Outbox, errand: &Errand, result: Result<Value, String>) -> Result<(), Refusal> {
    if outbox.waiting.first().is_none_or(|first| first.key != errand.key) {
        return Ok(());
    }
    match result {
        Err(reason) => outbox.drop_first(&reason),
        Ok(answer) => {
            outbox.waiting.remove(0);
            let sent: Option<Sent> = serde_json::from_value(answer).ok();
            let place = sent.as_ref().and_then(|sent| sent.messages.first());
            for (reader, place) in errand.read_by.iter().zip(place.into_iter().cycle()) {
                outbox.read(reader, place);
            }
        }
    }
    Ok(())
}
