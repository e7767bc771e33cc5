//! The questions that an application answers, each asked once with a true signature and made-up things.

use super::callback::{Patient, SLOWLY};
use super::{Finding, mend};
use crate::apps::delivery::{self, Kind};
use crate::callout::Probe;
use crate::error::Result;
use crate::id::UserId;
use crate::secret;
use crate::time::Moment;
use serde_json::{Value, json};

const SLOW: i64 = 2_000;
/// Nobody has this name.
const NOBODY: &str = "parlour-doctor";

pub(super) enum Question {
    Verify,
    /// Of somebody, if there is anybody.
    Contacts(Option<UserId>),
    /// From somebody, if there is anybody.
    Message(Option<UserId>),
    /// By somebody, if there is anybody.
    Action(Option<UserId>),
}

impl Question {
    fn name(&self) -> &'static str {
        match self {
            Question::Verify => "user.verify",
            Question::Contacts(_) => "contacts.list",
            Question::Message(_) => "message.created",
            Question::Action(_) => "action.invoked",
        }
    }

    /// Nothing follows from its answer, and the application is told so.
    fn test(&self) -> Option<Kind> {
        match self {
            Question::Verify | Question::Contacts(_) => None,
            Question::Message(_) => Some(Kind::MessageToApplication),
            Question::Action(_) => Some(Kind::ActionInvoked),
        }
    }

    fn data(&self) -> Value {
        let at = Moment::now();
        match self {
            Question::Verify => json!({ "username": NOBODY, "password": secret::generate(""), "address": "127.0.0.1" }),
            Question::Contacts(user) => json!({ "user": user }),
            Question::Message(user) => {
                let from = format!("user:{}", user.as_ref().map_or(NOBODY, UserId::as_str));
                json!({ "message": { "id": 1, "version": 1, "conversation": 1, "from": from, "at": at, "text": "This is a test." } })
            }
            Question::Action(user) => {
                let user = user.as_ref().map_or(NOBODY, UserId::as_str);
                let card = json!({ "title": "This is a test.", "actions": [{ "id": NOBODY, "label": "Test" }] });
                let message = json!({ "id": 1, "version": 1, "conversation": 1, "from": "application", "at": at,
                    "text": "This is a test.", "card": card });
                json!({ "press": 1, "action": NOBODY, "label": "Test", "user": user, "at": at, "message": message })
            }
        }
    }

    fn shape(&self) -> &'static str {
        match self {
            Question::Verify => {
                "answer 200 with {\"user\": null} when the password is wrong, {\"user\": {\"id\", \"name\"}} when it is right"
            }
            Question::Contacts(_) => {
                "answer 200 with {\"groups\": [{\"id\", \"name\", \"users\": [{\"id\", \"name\"}]}]}, or {} for none"
            }
            Question::Message(_) => {
                "answer 200 with {\"text\": \"…\"}, or {} for no reply; \"test\": true says that nothing follows from it"
            }
            Question::Action(_) => {
                "answer 200 with {\"card\": {…}} for the one in its place, {\"text\": \"…\"}, {\"error\": \"…\"}, or {}; \"test\": true says \
                 that nothing follows from it"
            }
        }
    }
}

pub(super) async fn ask(patient: &Patient<'_>, question: Question) -> Result<Finding> {
    if let Question::Contacts(None) = question {
        let mend = "examine it again when somebody has signed in";
        return Ok(Finding::advice(question.name(), "not asked: there is no user yet whose list it could be", mend));
    }
    let (id, data) = (&patient.endpoint.id, question.data());
    let body = match question.test() {
        Some(kind) => delivery::test_body(kind, id, &data)?,
        None => delivery::body(question.name(), id, &data, Moment::now())?,
    };
    let (probe, exchange) = patient.probe(question.name(), &body).await;
    Ok(judge(patient, &question, &probe).seen(exchange))
}

fn judge(patient: &Patient, question: &Question, probe: &Probe) -> Finding {
    let check = question.name();
    match &probe.fault {
        Some(fault) if probe.status.is_some_and(|status| (200..300).contains(&status)) => {
            let page = probe.head.content_type.as_deref().is_some_and(|kind| kind.starts_with("text/html"));
            let detail = if page { "it answers a page (text/html) instead of JSON".into() } else { fault.clone() };
            Finding::wrong(check, detail, question.shape())
        }
        Some(fault) => Finding::wrong(check, fault, mend::call(patient.application, probe)),
        None if probe.let_in && matches!(question, Question::Verify) => {
            Finding::wrong(check, "a wrong password was accepted", question.shape())
        }
        None if probe.ms >= SLOW => Finding::advice(check, format!("answered, after {} ms", probe.ms), SLOWLY),
        None => Finding::good(check, format!("{} in {} ms", said(question), probe.ms)),
    }
}

fn said(question: &Question) -> String {
    match question {
        Question::Verify => "refused a wrong password".into(),
        Question::Contacts(Some(user)) => format!("answered for {user}"),
        Question::Contacts(None) | Question::Message(_) | Question::Action(_) => "answered".into(),
    }
}
