//! A leave request as a card in the messenger: what is asked for, with buttons for whoever decides, and what became of it.

use super::language::Language;
use super::leave::{Balance, Decision, Leave};
use super::letter;
use super::person::Person;
use super::state::State;
use serde_json::{Value, json};

/// What Parlour calls the request by.
pub fn topic(leave: u64) -> String {
    format!("leave/{leave}")
}

/// The request of a topic.
pub fn leave_of(topic: &str) -> Option<u64> {
    topic.strip_prefix("leave/")?.parse().ok()
}

/// To the manager: somebody asks for leave.
pub fn asked(address: &str, state: &State, leave: &Leave, reader: &Person) -> Value {
    let l = &reader.language;
    let mut card = base(address, state, leave, l);
    card["actions"] = json!([
        {"id": "approve", "label": l.say("Approve", "批准"), "style": "primary"},
        {"id": "reject", "label": l.say("Reject", "拒绝"), "style": "danger",
         "input": {"label": l.say("Reason", "原因"), "required": true, "multiline": true}},
    ]);
    card
}

/// The same once it is decided, wherever that was.
pub fn decided(address: &str, state: &State, leave: &Leave, reader: &Person) -> Value {
    let mut card = base(address, state, leave, &reader.language);
    if let Some(decision) = &leave.decision {
        card["done"] = done(decision, &reader.language);
    }
    card
}

fn base(address: &str, state: &State, leave: &Leave, l: &Language) -> Value {
    let name = state.name_of(&leave.person);
    let title = match l {
        Language::English => format!("{name} asks for leave"),
        Language::Chinese => format!("{name} 申请休假"),
    };
    let mut fields = vec![
        json!({"label": l.say("Kind", "类型"), "value": leave.kind.title(l)}),
        json!({"label": l.say("When", "时间"), "value": l.span(&leave.first, &leave.last)}),
        json!({"label": l.say("Working days", "工作日"), "value": leave.days.to_string()}),
    ];
    if let Some(asker) = state.person(&leave.person) {
        let left = Balance::of(state, asker, leave.first.0.year()).left();
        fields.push(json!({"label": l.say("Annual leave left", "剩余年假"), "value": l.days(&left)}));
    }
    let note = (!leave.note.is_empty()).then(|| letter::quote(&leave.note));
    json!({"title": title, "text": note, "link": format!("{address}/leave/{}", leave.id), "fields": fields})
}

fn done(decision: &Decision, l: &Language) -> Value {
    let (action, style, label) = match decision.approved {
        true => ("approve", "primary", l.say("Approved", "已批准")),
        false => ("reject", "danger", l.say("Rejected", "已拒绝")),
    };
    let at = jiff::Timestamp::from_millisecond(decision.at).map(|at| at.to_string()).ok();
    let comment = Some(&decision.comment).filter(|comment| !comment.is_empty());
    json!({"action": action, "style": style, "label": label, "user": decision.by, "at": at, "input": comment})
}
