//! Asking twice does it once.

use crate::harness::{Answer, App, TestServer};
use serde_json::{Value, json};
use std::thread;

fn post(office: &App, key: &str, path: &str, body: &Value) -> Answer {
    office.http().with("idempotency-key", key).post(&format!("/api/v1{path}"), body)
}

#[test]
fn the_same_request_is_answered_the_same_and_another_with_its_key_is_refused() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    let body = json!({"to": "user:anna", "text": "once"});
    let first = post(&office, "k1", "/messages", &body).is(202);
    assert_eq!(post(&office, "k1", "/messages", &body).is(202), first);
    server.dies();
    server.starts();
    assert_eq!(post(&office, "k1", "/messages", &body).is(202), first, "after a kill too");
    post(&office, "k1", "/messages", &json!({"to": "user:anna", "text": "other"})).is_refused(409, "conflict");
    post(&office, "k1", "/users/anna/tickets", &json!({})).is_refused(409, "conflict");
    assert_ne!(post(&office, "k2", "/messages", &body).is(202), first);
    let conversation = anna.hears("once")["conversation"].clone();
    let all = office.get(&format!("/conversations/{conversation}/messages")).is(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
}

#[test]
fn a_refused_request_may_be_put_right_under_the_same_key() {
    let server = TestServer::start();
    let office = server.app("oa");
    let body = json!({"title": "Project", "users": ["anna"]});
    post(&office, "room", "/conversations", &body).is_refused(400, "bad_request");
    office.put("/users/anna", &json!({})).is(201);
    let room = post(&office, "room", "/conversations", &body).is(201);
    assert_eq!(post(&office, "room", "/conversations", &body).is(201), room);
    assert_eq!(office.get("/conversations").is(200)["items"].as_array().unwrap().len(), 1);
}

#[test]
fn many_at_once_with_one_key_have_one_effect() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    office.put("/users/anna", &json!({})).is(201);
    let answers: Vec<Value> = thread::scope(|scope| {
        let ask = || post(&office, "same", "/messages", &json!({"to": "user:anna", "text": "at once"})).is(202);
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let conversation = &answers[0]["messages"][0]["conversation"];
    let all = office.get(&format!("/conversations/{conversation}/messages")).is(200);
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
}

#[test]
fn keys_belong_to_their_application_and_have_a_form() {
    let server = TestServer::start();
    let (office, shop) = (server.app("oa"), server.app("shop"));
    for app in [&office, &shop] {
        app.put("/users/anna", &json!({"name": "Anna"})).is(201);
        post(app, "k", "/users/anna/tokens", &json!({"name": app.id})).is(201);
    }
    for bad in ["", "a b", "schlüssel", &"k".repeat(129)] {
        post(&office, bad, "/contacts/refresh", &json!({})).is_refused(400, "bad_request");
    }
    post(&office, &"k".repeat(128), "/contacts/refresh", &json!({})).is(202);
}

#[test]
fn a_repeated_token_is_the_same_and_only_for_the_key_that_asked() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.put("/users/anna", &json!({})).is(201);
    let first = post(&office, "t", "/users/anna/tokens", &json!({"name": "x"})).is(201);
    assert_eq!(post(&office, "t", "/users/anna/tokens", &json!({"name": "x"})).is(201), first);
    assert_eq!(office.get("/users/anna/sessions").is(200)["items"].as_array().unwrap().len(), 1);
}

#[test]
fn what_a_used_key_refuses_or_repeats_reads_nothing() {
    let server = TestServer::start();
    let office = server.app("oa");
    let read = |key: &str, user: &str| post(&office, key, "/topics/leave%2F1/read", &json!({"user": user}));
    let write = |user: &str| {
        office.post("/messages", &json!({"to": format!("user:{user}"), "text": "leave", "topic": "leave/1"})).is(202);
    };
    for user in ["anna", "ben"] {
        office.user(user);
        write(user);
    }
    assert_eq!(read("k1", "anna").is(200)["read"], 1);
    read("k1", "ben").is_refused(409, "conflict");
    write("anna");
    assert_eq!(read("k1", "anna").is(200)["read"], 1, "the answer of before");
    for user in ["anna", "ben"] {
        assert_eq!(read(&format!("again-{user}"), user).is(200)["read"], 1, "{user}");
    }
}
