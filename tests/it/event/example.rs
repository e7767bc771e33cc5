//! The examples of `docs/events.md` against what is really told: their members are there, of the same kinds.

use super::told;
use crate::harness::{App, Listener, Reply, TestServer, eventually};
use serde_json::{Map, Value, json};
use std::fs;
use std::time::Duration;

/// The examples, each with its type; a question is told apart.
fn examples() -> Vec<(String, Value)> {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/events.md")).unwrap();
    let blocks = text.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks
        .map(|block| serde_json::from_str(block).unwrap_or_else(|e| panic!("{e}: {block}")))
        .map(|body| (name(&body), body))
        .collect()
}

fn name(body: &Value) -> String {
    format!("{}{}", body["type"].as_str().unwrap(), if body["question"] == true { "?" } else { "" })
}

/// Members and their kinds, all the way down.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), shape(value))).collect::<Map<_, _>>().into(),
        Value::Array(items) => items.iter().map(shape).collect::<Vec<_>>().into(),
        Value::String(_) => json!("text"),
        Value::Number(_) => json!("number"),
        other => other.clone(),
    }
}

/// Whether everything that an example shows is there; rows have more members than an example shows.
fn holds(body: &Value, example: &Value) -> bool {
    match (body, example) {
        (Value::Object(body), Value::Object(example)) => {
            example.iter().all(|(name, value)| body.get(name).is_some_and(|real| holds(real, value)))
        }
        (Value::Array(body), Value::Array(example)) => example.iter().all(|one| body.iter().any(|real| holds(real, one))),
        _ => body == example,
    }
}

/// The application answers a list of contacts, then by mistake none.
fn lose_contacts(office: &App, listener: &Listener) {
    let users: Vec<Value> = (0..20).map(|n| json!({"id": format!("p{n:02}"), "name": format!("Person {n}")})).collect();
    listener.answers_json("contacts.list", json!({"groups": [{"id": "staff", "name": "Staff", "users": users}]}));
    let carl = office.person("carl");
    eventually("contacts", || (carl.gets("contacts", json!({"limit": 100}))["users"].as_array()?.len() == 20).then_some(()));
    listener.answers_json("contacts.list", json!([]));
    office.post("/users/carl/contacts/refresh", &json!({})).is(202);
    listener.is_asked("contacts.held", 1);
}

#[test]
fn every_type_has_an_example_and_it_is_what_is_told() {
    let (server, listener) =
        (TestServer::with(&["--callback-pauses", "100ms", "--callback-give-up", "1s", "--rest-rate", "0"]), Listener::start());
    let types = parlour::apps::kind::facts();
    let (url, approved) = (listener.url(), listener.host_and_port());
    let mut options = vec!["--callback", &url, "--approve", &approved];
    options.extend(told(&types));
    let office = server.app_with("oa", &options);
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let sent = anna.sends("ben", "lunch?");
    ben.gets("received", json!({"version": ben.hears("lunch?")["version"]}));
    listener.is_asked("message.received", 1);
    ben.gets("read", json!({"conversation": sent["conversation"], "upto": sent["id"]}));
    let soon = parlour::time::Moment::now().plus(Duration::from_secs(2));
    office.post("/messages", &json!({"to": "user:ben", "text": "cake", "topic": "cake", "expires_at": soon})).is(202);
    let card = json!({"title": "Leave request 118", "actions": [{"id": "reject", "label": "Reject", "input": "Reason"}]});
    let sent = office.post("/messages", &json!({"to": "user:anna", "card": card})).is(202)["messages"][0]["id"].clone();
    anna.gets("act", json!({"message": sent, "action": "reject", "input": "too short", "key": "press"}));
    listener.is_asked("action.invoked", 1);
    let sent =
        office.post("/messages", &json!({"to": "user:anna", "text": "The lift is stuck", "topic": "lift/2", "claim": "any"}));
    let sent = sent.is(202)["messages"][0]["id"].clone();
    anna.gets("act", json!({"message": sent, "action": "claim", "key": "take"}));
    listener.is_asked("message.claimed", 1);
    office.post("/ping", &json!({})).is(200);
    listener.is_asked("presence.changed", 1);
    lose_contacts(&office, &listener);
    listener.answers("message.created", |call| match call.body["question"].as_bool() {
        Some(true) => Reply::Status(500),
        _ => Reply::Json(json!({})),
    });
    anna.sends("application", "balance?");
    eventually("the question is given up", || {
        office.get("/events?limit=200").is(200).to_string().contains("delivery.failed").then_some(())
    });
    // When nothing was taken for so long, all calls are stopped, this one too; a ping starts them again.
    office.post("/ping", &json!({})).is(200);
    listener.is_asked("delivery.failed", 1);
    listener.is_asked("message.expired", 1);
    let mut bodies: Vec<Value> = office.get("/events").is(200)["items"].as_array().unwrap().clone();
    bodies.extend(office.get("/events?after=999").is(200)["items"].as_array().unwrap().clone());
    bodies.extend(listener.calls("presence.changed").into_iter().map(|call| call.body));
    bodies.iter_mut().for_each(|body| drop(body.as_object_mut().unwrap().remove("id")));
    let examples = examples();
    for (kind, example) in &examples {
        let real: Vec<Value> = bodies.iter().filter(|body| name(body) == *kind).map(shape).collect();
        let is_told = real.iter().any(|body| holds(body, &shape(example)));
        assert!(is_told, "{kind}: docs/events.md says {example}, told is {real:#?}");
    }
    let known = |kind: &str| examples.iter().any(|(name, _)| name.trim_end_matches('?') == kind);
    assert!(types.into_iter().all(known), "a type has no example in docs/events.md");
    eventually("what failed was given up", || (office.get("/events/lag").is(200)["waiting"] == 0).then_some(()));
}
