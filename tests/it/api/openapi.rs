//! The document of the interface, for whoever has no key yet.

use crate::harness::TestServer;
use serde_json::{Value, json};

#[test]
fn the_document_is_there_without_a_key() {
    let server = TestServer::start();
    let answer = server.http().get("/api/v1/openapi.json");
    let document = answer.is(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/api/v1/messages"]["post"]["requestBody"].is_object());
    assert!(document["components"]["schemas"]["MessageDraft"]["properties"]["to"].is_object());
}

#[test]
fn each_body_has_examples_and_they_are_taken_as_they_stand() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    office.user("anna").user("ben").user("carol");
    office.put("/groups/staff", &json!({"name": "Staff", "users": ["anna"]})).is(201);
    let room = office.post("/conversations", &json!({"title": "Room", "users": ["anna"]})).is(201)["conversation"]["id"].clone();
    let card = json!({"title": "Leave", "actions": [{"id": "approve", "label": "Approve"}]});
    let body = json!({"to": "user:anna", "card": card, "topic": "lift/2"});
    let sent = office.post("/messages", &body).is(202);
    let document = server.http().get("/api/v1/openapi.json").is(200);
    let mut tried = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let json = &operation["requestBody"]["content"]["application/json"];
            let id = match path.split('/').nth(3).unwrap() {
                "users" => "anna".to_string(),
                "groups" => "staff".into(),
                "topics" => "lift%2F2".into(),
                "conversations" => room.to_string(),
                "batches" => sent["batch"].to_string(),
                "messages" => sent["messages"][0]["id"].to_string(),
                _ => String::new(),
            };
            let address = path.trim_start_matches("/api/v1").replace("{id}", &id);
            let examples = json["examples"].as_object();
            assert!(json.is_null() || examples.is_some_and(|all| !all.is_empty()), "{method} {path} has no example");
            // There is no question that waits for an answer.
            for example in examples.into_iter().flatten().map(|(_, one)| &one["value"]).filter(|_| path != "/api/v1/events/{id}")
            {
                let answer = office.http().json(&method.to_uppercase(), &format!("/api/v1{address}"), example);
                assert!((200..300).contains(&answer.status), "{method} {address} {example}: {}", answer.text());
                let refused = answer.is(answer.status)["messages"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|one| !one["error"].is_null()));
                assert!(!refused, "{example}: {}", answer.text());
                tried += 1;
            }
        }
    }
    assert!(tried > 20, "{tried}");
}

/// Whether both have the same members, all the way down.
fn is_like(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.keys().eq(other.keys()) && one.iter().all(|(name, value)| is_like(value, &other[name]))
        }
        (Value::Array(one), Value::Array(other)) => one.first().zip(other.first()).is_none_or(|(one, other)| is_like(one, other)),
        _ => true,
    }
}

#[test]
fn the_answers_that_it_shows_are_those_that_come() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("anna");
    let document = server.http().get("/api/v1/openapi.json").is(200);
    let mut shown = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let example = &response["content"]["application/json"]["example"];
                if example.is_null() {
                    continue;
                }
                let body = operation["requestBody"]["content"]["application/json"]["examples"]["0"]["value"].clone();
                let answer = office.http().json(&method.to_uppercase(), &path.replace("{id}", "anna"), &body);
                let answer = answer.is(status.parse().unwrap());
                assert!(is_like(example, &answer), "{method} {path} shows {example} and answers {answer}");
                shown += 1;
            }
        }
    }
    assert!(shown >= 4, "{shown}");
}
