//! Examples for the OpenAPI document: a body for each call that takes one, so that whoever tries it on the page sends something that
//! makes sense. An integration test sends them.

use serde_json::{Value, json};

/// What a call of this method and path may be sent, each with a name; a call without a body has none.
pub fn bodies(method: &str, path: &str) -> Vec<(&'static str, Value)> {
    match (method, path) {
        ("post", "/api/v1/messages") => messages(),
        ("patch", "/api/v1/messages/{id}" | "/api/v1/batches/{id}" | "/api/v1/topics/{id}") => {
            vec![("Another text", json!({"text": "Your request 118 was rejected"})), ("Another card", json!({"card": card()}))]
        }
        ("post", "/api/v1/messages/{id}/act") => vec![("A press", json!({"user": "anna", "action": "approve"}))],
        ("post", "/api/v1/topics/{id}/read") => vec![("Seen elsewhere", json!({"user": "anna"}))],
        ("post", "/api/v1/conversations") => vec![("A room", json!({"title": "Lunch", "users": ["anna", "ben"]}))],
        ("post", "/api/v1/conversations/{id}/read") => vec![("Read up to a message", json!({"user": "anna", "upto": 1}))],
        ("post", "/api/v1/events/{id}") => {
            vec![("A reply", json!({"text": "Your balance is 120"})), ("A refusal", json!({"error": "That is not possible now"}))]
        }
        _ => people(method, path),
    }
}

/// An id that may stand in such a path.
pub fn id(path: &str) -> Value {
    match path.split('/').nth(3) {
        Some("users") => "anna".into(),
        Some("groups") => "staff".into(),
        Some("topics") => "leave/118".into(),
        _ => 1.into(),
    }
}

/// What calls answer, where the members alone do not show it; by status.
pub fn answers(method: &str, path: &str) -> Vec<(&'static str, Value)> {
    let at = "2026-12-01T09:30:00.000Z";
    let anna = json!({
        "id": "anna", "name": "Anna Liu", "kind": "person", "email": "anna@oa.example", "avatar": null, "title": "Sales", "locale": null,
        "timezone": null, "suspended": false, "version": 41, "created_at": at, "last_seen_at": at
    });
    match (method, path) {
        ("post", "/api/v1/messages") => {
            vec![("202", json!({"batch": 1042, "messages": [{"id": 1042, "to": "user:anna", "conversation": 7}]}))]
        }
        ("post", "/api/v1/users/{id}/tickets") => {
            let (ticket, link) = ("ptk_k3V…", "https://im.example/#ticket=ptk_k3V…&app=oa&user=anna");
            vec![("201", json!({"ticket": ticket, "url": link, "expires_at": "2026-12-01T09:31:00.000Z"}))]
        }
        ("get", "/api/v1/users/{id}") => vec![("200", json!({"user": anna}))],
        ("get", "/api/v1/users") => vec![("200", json!({"items": [anna], "next": null}))],
        _ => Vec::new(),
    }
}

fn messages() -> Vec<(&'static str, Value)> {
    vec![
        ("A text to one user", json!({"to": "user:anna", "text": "Your request 118 was approved"})),
        ("To several", json!({"to": ["user:anna", "group:staff"], "text": "The lift works again"})),
        ("A card with buttons", json!({"to": "user:anna", "card": card(), "topic": "leave/118"})),
        ("In the place of earlier ones", json!({"to": "user:anna", "text": "Approved", "topic": "leave/118", "replace": true})),
        ("Who takes it?", json!({"to": "group:staff", "text": "The lift in house 2 is stuck", "claim": "any"})),
        ("In a user's name", json!({"from": "user:ben", "to": "user:anna", "text": "I have sent you the list"})),
    ]
}

fn card() -> Value {
    json!({
        "title": "Leave request 118", "text": "Bob, 3 days from Monday", "fields": [{"label": "Days", "value": "3"}],
        "actions": [
            {"id": "approve", "label": "Approve", "style": "primary"},
            {"id": "reject", "label": "Reject", "style": "danger", "input": {"label": "Reason", "required": true}}
        ]
    })
}

fn people(method: &str, path: &str) -> Vec<(&'static str, Value)> {
    let anna = json!({"name": "Anna Liu", "email": "anna@oa.example", "title": "Sales"});
    let list = json!({"users": [{"id": "anna", "name": "Anna Liu", "title": "Sales"}, {"id": "ben", "name": "Ben Okoro"}]});
    match (method, path) {
        ("put", "/api/v1/users/{id}") => vec![("A user", anna)],
        ("patch", "/api/v1/users/{id}") => {
            vec![("Another title", json!({"title": "Head of sales"})), ("Let in again", json!({"suspended": false}))]
        }
        ("put", "/api/v1/users") => vec![("The whole list", list)],
        ("post", "/api/v1/users/import") => vec![("Some users", list)],
        ("put", "/api/v1/users/{id}/contacts") => {
            vec![("One group", json!({"groups": [{"id": "team", "name": "Team", "users": ["ben", "carol"]}]}))]
        }
        ("post", "/api/v1/users/{id}/contacts/refresh" | "/api/v1/contacts/refresh") => vec![("Ask again", json!({}))],
        ("put", "/api/v1/groups/{id}") => vec![("A department", json!({"name": "Staff", "users": ["anna", "ben"]}))],
        ("post", "/api/v1/users/{id}/tickets") => vec![("For a page of Anna's", anna)],
        ("post", "/api/v1/users/{id}/tokens") => vec![("For a device", json!({"name": "Door sensor"}))],
        _ => Vec::new(),
    }
}
