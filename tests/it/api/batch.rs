//! Messages to many: all copies together, written by a job that may be interrupted anywhere.

use crate::harness::{App, TestServer, eventually};
use serde_json::{Value, json};
use std::{collections::BTreeMap, thread, time::Duration};

/// An office without limits on the number of calls, and its users, made with a group of all of them.
fn office_of(server: &TestServer, users: usize) -> App {
    let office = server.app("oa");
    let people: Vec<Value> = (0..users).map(|n| json!({"id": format!("u{n:04}"), "name": format!("User {n}")})).collect();
    office.put("/groups/all", &json!({"name": "All", "users": people})).is(201);
    office
}

fn batch(office: &App, id: &Value) -> Value {
    office.get(&format!("/batches/{id}?limit=1")).is(200)["batch"].clone()
}

fn is_done(office: &App, id: &Value) -> Value {
    eventually("the batch is done", || Some(batch(office, id)).filter(|batch| batch["open"] == false))
}

fn items(office: &App, id: &Value) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = office.get(&format!("/batches/{id}?limit=200{after}")).is(200);
        all.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return all,
        }
    }
}

/// The texts of each user's conversation with the application.
fn received(office: &App, id: &Value) -> BTreeMap<String, Vec<String>> {
    let mut received = BTreeMap::new();
    for item in items(office, id) {
        let page = office.get(&format!("/conversations/{}/messages", item["conversation"])).is(200);
        let texts = page["items"].as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap().to_string()).collect();
        received.insert(item["to"].as_str().unwrap().to_string(), texts);
    }
    received
}

#[test]
fn more_than_a_hundred_are_written_soon_each_once() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = office_of(&server, 250);
    let anna = office.person("anna");
    let to = json!(["group:all", "user:u0003", "user:nobody", "user:anna"]);
    let sent = office.post("/messages", &json!({"to": to, "text": "to many"})).is(202);
    assert!(sent.get("messages").is_none(), "{sent}");
    anna.hears("to many");
    let done = is_done(&office, &sent["batch"]);
    assert_eq!((&done["total"], &done["written"], &done["failed"]), (&json!(252), &json!(251), &json!(1)), "{done}");
    let all = items(&office, &sent["batch"]);
    assert_eq!(all.len(), 252);
    assert_eq!(all.iter().filter(|item| item["error"]["code"] == "not_found" && item["to"] == "user:nobody").count(), 1);
    let everyone = office.post("/messages", &json!({"to": ["user:u0007", "everyone"], "text": "to everyone"})).is(202);
    let done = is_done(&office, &everyone["batch"]);
    assert_eq!((&done["total"], &done["written"]), (&json!(251), &json!(251)), "{done}");
    let received = received(&office, &everyone["batch"]);
    assert_eq!(received.len(), 251);
    assert!(received.values().all(|texts| *texts == ["to many", "to everyone"]), "each user got each once");
}

#[test]
fn a_kill_anywhere_leaves_nobody_out_and_nobody_twice() {
    let mut server = TestServer::with(&["--rest-rate", "0"]);
    let office = office_of(&server, 250);
    let mut last = Value::Null;
    let mut interrupted = 0;
    for (number, pause) in [0, 10, 25, 50, 90].into_iter().enumerate() {
        let to = if number % 2 == 0 { "everyone" } else { "group:all" };
        last = office.post("/messages", &json!({"to": to, "text": format!("text {number}")})).is(202)["batch"].clone();
        thread::sleep(Duration::from_millis(pause));
        server.dies();
        server.starts();
        interrupted += usize::from(batch(&office, &last)["open"] == true);
    }
    assert!(interrupted > 0, "no kill came in time");
    is_done(&office, &last);
    eventually("all batches are done", || received(&office, &last).values().all(|texts| texts.len() >= 5).then_some(()));
    let expected: Vec<String> = (0..5).map(|number| format!("text {number}")).collect();
    let received = received(&office, &last);
    assert_eq!(received.len(), 250);
    for (user, mut texts) in received {
        texts.sort();
        assert_eq!(texts, expected, "{user}");
    }
}

#[test]
fn all_copies_are_changed_and_withdrawn() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = office_of(&server, 120);
    for to in [json!("group:all"), json!(["user:u0001", "user:u0002"])] {
        let id = office.post("/messages", &json!({"to": to, "text": "first"})).is(202)["batch"].clone();
        let address = format!("/batches/{id}");
        let changed = office.patch(&address, &json!({"text": "second"})).is(202)["batch"].clone();
        assert!(changed["edited_at"].is_string() && changed["text"] == "second", "{changed}");
        is_done(&office, &id);
        for item in items(&office, &id) {
            let message = office.get(&format!("/messages/{}", item["id"])).is(200)["message"].clone();
            assert_eq!(message["text"], "second", "{message}");
        }
        let gone = office.delete(&address).is(202)["batch"].clone();
        assert!(gone["withdrawn_at"].is_string(), "{gone}");
        is_done(&office, &id);
        for item in items(&office, &id) {
            let message = office.get(&format!("/messages/{}", item["id"])).is(200)["message"].clone();
            assert_eq!((&message["text"], &message["deleted_by"]), (&json!(""), &json!("application")), "{message}");
        }
        office.patch(&address, &json!({"text": "third"})).is_refused(409, "conflict");
        assert_eq!(office.delete(&address).is(202)["batch"]["withdrawn_at"], gone["withdrawn_at"]);
    }
    office.get("/batches/999999").is_refused(404, "not_found");
    office.patch("/batches/999999", &json!({"text": "x"})).is_refused(404, "not_found");
    office.delete("/batches/999999").is_refused(404, "not_found");
}

#[test]
fn what_is_withdrawn_while_it_is_written_reaches_nobody_else() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = office_of(&server, 2000);
    let id = office.post("/messages", &json!({"to": "everyone", "text": "a mistake"})).is(202)["batch"].clone();
    office.delete(&format!("/batches/{id}")).is(202);
    let done = is_done(&office, &id);
    assert!(done["written"].as_i64().unwrap() < 2000, "{done}");
    for item in items(&office, &id).iter().filter(|item| item["id"].is_i64()).step_by(50) {
        assert_eq!(office.get(&format!("/messages/{}", item["id"])).is(200)["message"]["text"], "");
    }
}
