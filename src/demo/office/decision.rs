//! A manager's decision on a leave request, made on a page of the office or with a button of its card in the messenger. Either
//! way it counts once, the asker is told, and the other place shows it.

use super::leave::{self, Decision, Leave};
use super::person::Person;
use super::refusal::Refusal;
use super::state::State;
use super::{Office, card, letter, session};
use serde_json::{Value, json};

/// Where it is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Page,
    Card,
}

/// Decides, unless it is decided already (`false`).
pub async fn settle(
    office: &Office,
    (manager, place): (Person, Place),
    id: u64,
    decision: Decision,
) -> Result<(Leave, bool), Refusal> {
    let address = office.address.clone();
    let make = move |state: &mut State| {
        let (leave, is_new) = leave::decide(state, &manager, id, decision)?;
        if is_new {
            tell(state, &address, &leave, (&manager, place));
        }
        Ok((leave, is_new))
    };
    office.change(make).await
}

fn tell(state: &mut State, address: &str, leave: &Leave, (manager, place): (&Person, Place)) {
    if place == Place::Page {
        let card = card::decided(address, state, leave, manager);
        state.outbox.change_card(&card::topic(leave.id), card);
    }
    if let Some(asker) = state.person(&leave.person).cloned()
        && let Some(text) = letter::decided(address, state, leave, &asker)
    {
        state.outbox.message(&format!("user:{}", asker.id), &text);
    }
}

/// What is answered to Parlour when a button of a card was pressed.
pub async fn press(office: &Office, manager: &str, topic: &str, (action, input): (&str, &str)) -> Value {
    let found = office.cabinet.read(|state| state.person(manager).filter(|person| person.left_at.is_none()).cloned());
    let (Some(manager), Some(id)) = (found, card::leave_of(topic)) else {
        return json!({"error": "There is nothing to decide. · 没有需要处理的事项。"});
    };
    let decision = Decision {
        approved: action == "approve",
        by: manager.id.clone(),
        at: session::now(),
        comment: input.trim().chars().take(300).collect(),
    };
    match settle(office, (manager.clone(), Place::Card), id, decision).await {
        Ok((leave, _)) => json!({"card": office.cabinet.read(|state| card::decided(&office.address, state, &leave, &manager))}),
        Err(refusal) => json!({"error": refusal.sentence().in_language(&manager.language)}),
    }
}
