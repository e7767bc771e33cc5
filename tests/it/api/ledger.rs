//! What became of a message for each recipient, through real clients.

use crate::harness::{App, Listener, TestServer, eventually};
use parlour::time::Moment;
use serde_json::{Value, json};
use std::time::Duration;

/// The line of a recipient, once it is in this state.
#[track_caller]
fn line(office: &App, batch: &Value, user: &str, state: &str) -> Value {
    let to = format!("user:{user}");
    eventually(&format!("{user} is {state}"), || {
        let page = office.get(&format!("/batches/{batch}/delivery")).is(200);
        let line = page["items"].as_array().unwrap().iter().find(|item| item["to"] == to).cloned();
        line.filter(|line| line["state"] == state)
    })
}

fn counts(office: &App, batch: &Value, states: &[&str]) -> Vec<i64> {
    let page = office.get(&format!("/batches/{batch}/delivery?limit=1")).is(200);
    states.iter().map(|state| page["counts"][state].as_i64().unwrap()).collect()
}

#[test]
fn each_recipient_stands_where_its_devices_have_brought_it() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    office.user("cara").user("dora");
    office.post("/messages", &json!({"to": "user:dora", "text": "hello"})).is(202);
    let to = json!(["user:anna", "user:ben", "user:cara", "user:dora", "user:nobody"]);
    let batch = office.post("/messages", &json!({"to": to, "text": "meeting", "topic": "room/7"})).is(202)["batch"].clone();
    let (read, heard) = (anna.hears("meeting"), ben.hears("meeting"));
    anna.gets("read", json!({"conversation": read["conversation"], "upto": read["id"]}));
    ben.gets("received", json!({"version": heard["version"]}));
    office.post("/topics/room%2F7/read", &json!({"user": "dora"})).is(200);
    assert!(line(&office, &batch, "anna", "read")["read_at"].is_string());
    let on_device = line(&office, &batch, "ben", "received");
    assert!(on_device["received_at"].is_string() && on_device["read_at"].is_null(), "{on_device}");
    let sessions = office.get("/users/ben/sessions").is(200);
    assert_eq!(on_device["received_by"]["session"], sessions["items"][0]["id"], "{on_device} {sessions}");
    let stored = line(&office, &batch, "cara", "stored");
    assert!(stored["received_at"].is_null() && stored["pushed"].is_null() && stored["user"] == "cara", "{stored}");
    assert!(line(&office, &batch, "dora", "read")["read_at"].is_string(), "read on the page of its object");
    let failed = line(&office, &batch, "nobody", "failed");
    assert_eq!((&failed["reason"]["code"], &failed["user"]), (&json!("not_found"), &Value::Null), "{failed}");
    assert_eq!(counts(&office, &batch, &["stored", "received", "read", "failed", "waiting"]), [1, 1, 2, 1, 0]);
    let unread = office.get(&format!("/batches/{batch}/delivery?state=unread")).is(200);
    let names: Vec<&str> = unread["items"].as_array().unwrap().iter().map(|item| item["to"].as_str().unwrap()).collect();
    assert_eq!(names, ["user:ben", "user:cara"]);
    let page = office.get(&format!("/batches/{batch}/delivery?state=unread&limit=1")).is(200);
    let rest = office.get(&format!("/batches/{batch}/delivery?state=unread&after={}", page["next"].as_str().unwrap())).is(200);
    assert_eq!((&rest["items"][0]["to"], &rest["next"]), (&json!("user:cara"), &Value::Null));
    let single = office.get(&format!("/messages/{}", read["id"])).is(200);
    assert_eq!((&single["delivery"][0]["user"], &single["delivery"][0]["state"]), (&json!("anna"), &json!("read")));
    office.get(&format!("/batches/{batch}/delivery?state=lost")).is_refused(400, "bad_request");
}

#[test]
fn nothing_is_read_before_it_was_received() {
    let server = TestServer::start();
    let office = server.app("oa");
    let ben = office.person("ben");
    let batch = office.post("/messages", &json!({"to": ["user:ben"], "text": "first"})).is(202)["batch"].clone();
    let first = ben.hears("first");
    ben.gets("read", json!({"conversation": first["conversation"], "upto": first["id"]}));
    line(&office, &batch, "ben", "read");
    let later = office.post("/messages", &json!({"to": ["user:ben"], "text": "second"})).is(202)["batch"].clone();
    ben.gets("received", json!({"version": ben.hears("second")["version"]}));
    line(&office, &later, "ben", "received");
    let line = line(&office, &batch, "ben", "read");
    let at = |name: &str| line[name].as_str().unwrap().to_string();
    assert!(at("received_at") <= at("read_at"), "{line}");
}

#[test]
fn what_is_gone_says_whether_it_was_read_before() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let end = Moment::now().plus(Duration::from_millis(2500));
    let body = json!({"to": ["user:anna", "user:ben"], "text": "lunch", "expires_at": end});
    let batch = office.post("/messages", &body).is(202)["batch"].clone();
    let read = anna.hears("lunch");
    ben.hears("lunch");
    anna.gets("read", json!({"conversation": read["conversation"], "upto": read["id"]}));
    line(&office, &batch, "ben", "expired");
    ben.knows("messages", |row| row["deleted_by"] == "application");
    anna.knows("messages", |row| row["deleted_by"] == "application");
    for user in [&anna, &ben] {
        office.post("/messages", &json!({"to": format!("user:{}", user.id), "text": "later"})).is(202);
        let later = user.hears("later");
        user.gets("read", json!({"conversation": later["conversation"], "upto": later["id"]}));
    }
    line(&office, &batch, "anna", "read");
    line(&office, &batch, "ben", "expired");
    let taken = office.post("/messages", &json!({"to": "user:ben", "text": "a mistake"})).is(202)["batch"].clone();
    office.delete(&format!("/batches/{taken}")).is(202);
    line(&office, &taken, "ben", "withdrawn");
    let later = json!({"to": "user:ben", "text": "later", "send_at": Moment::now().plus(Duration::from_secs(3600))});
    let waiting = office.post("/messages", &later).is(202)["batch"].clone();
    line(&office, &waiting, "ben", "waiting");
}

#[test]
fn who_is_suspended_or_has_muted_is_said() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let anna = office.person("anna");
    office.user("ben");
    office.post("/messages", &json!({"to": "user:anna", "text": "first"})).is(202);
    let first = anna.hears("first");
    anna.gets("settings", json!({"mute": {"conversation": first["conversation"], "on": true}}));
    office.patch("/users/ben", &json!({"suspended": true})).is(200);
    let batch = office.post("/messages", &json!({"to": ["user:anna", "user:ben"], "text": "second"})).is(202)["batch"].clone();
    assert_eq!(line(&office, &batch, "anna", "stored")["reason"]["code"], "muted");
    assert_eq!(line(&office, &batch, "ben", "stored")["reason"]["code"], "suspended");
}

#[test]
fn a_mark_that_covers_many_is_one_fact_and_so_is_the_end_of_many_copies() {
    let (server, listener) = (TestServer::with(&["--rest-rate", "0"]), Listener::start());
    let (url, approved) = (listener.url(), listener.host_and_port());
    let mut options = vec!["--callback", url.as_str(), "--approve", approved.as_str()];
    for event in ["message.received", "message.read", "message.expired"] {
        options.extend(["--event", event]);
    }
    let office = server.app_with("oa", &options);
    listener.trusts(&office.callback_secret);
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let end = Moment::now().plus(Duration::from_millis(2500));
    let body = json!({"to": ["user:anna", "user:ben"], "text": "soon gone", "topic": "lunch", "expires_at": end});
    let batch = office.post("/messages", &body).is(202)["batch"].clone();
    ben.hears("soon gone");
    let mut last = Value::Null;
    for number in 0..20 {
        office.post("/messages", &json!({"to": "user:anna", "text": format!("text {number}")})).is(202);
        last = anna.hears(&format!("text {number}"));
    }
    anna.gets("received", json!({"version": last["version"]}));
    anna.gets("read", json!({"conversation": last["conversation"], "upto": last["id"]}));
    for kind in ["message.received", "message.read"] {
        let told = listener.is_asked(kind, 1).remove(0);
        assert_eq!((&told.body["data"]["user"], &told.body["data"]["upto"]), (&json!("anna"), &last["id"]), "{kind}");
    }
    let told = listener.is_asked("message.expired", 1).remove(0);
    assert_eq!((&told.body["data"]["batch"], &told.body["data"]["topic"]), (&batch, &json!("lunch")));
    line(&office, &batch, "ben", "expired");
    ben.knows("messages", |row| row["deleted_by"] == "application");
    for kind in ["message.received", "message.read", "message.expired"] {
        assert_eq!(listener.calls(kind).len(), 1, "{kind}");
    }
}

#[test]
fn what_is_read_as_it_comes_was_received_then_and_not_before_it_was_written() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    office.post("/messages", &json!({"to": "user:anna", "text": "earlier"})).is(202);
    anna.gets("received", json!({"version": anna.hears("earlier")["version"]}));
    let batch = office.post("/messages", &json!({"to": "user:anna", "text": "now"})).is(202)["batch"].clone();
    let now = anna.hears("now");
    anna.gets("read", json!({"conversation": now["conversation"], "upto": now["id"]}));
    let line = line(&office, &batch, "anna", "read");
    assert!(line["received_at"].as_str() >= line["stored_at"].as_str(), "{line}");
    assert!(line["received_by"].is_null(), "by which device is not known: {line}");
}
