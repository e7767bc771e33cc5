//! Messages with a moment: written later, gone later, only for who is there.

use crate::harness::{App, TestServer, Voice, eventually};
use parlour::time::Moment;
use serde_json::{Value, json};
use std::time::Duration;

fn after(millis: u64) -> String {
    Moment::now().plus(Duration::from_millis(millis)).to_string()
}

fn batch(office: &App, id: &Value) -> Value {
    office.get(&format!("/batches/{id}")).is(200)
}

#[test]
fn a_message_for_later_is_written_when_it_is_due_although_the_server_was_killed() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    office.user("anna").user("ben");
    let body = json!({"to": ["user:anna", "user:nobody"], "text": "good morning", "send_at": after(3000)});
    let sent = office.post("/messages", &body).is(202);
    assert_eq!(sent["messages"][1]["error"]["code"], "not_found", "who is not there is said at once: {sent}");
    assert!(sent["messages"][0].get("id").is_none(), "{sent}");
    let far = office.post("/messages", &json!({"to": "user:ben", "text": "a mistake", "send_at": after(4000)})).is(202);
    assert_eq!(batch(&office, &far["batch"])["batch"]["scheduled"], true);
    office.delete(&format!("/batches/{}", far["batch"])).is(202);
    office.patch(&format!("/batches/{}", sent["batch"]), &json!({"text": "good evening"})).is(202);
    server.dies();
    server.starts();
    let anna = Voice::connect(&office, "anna", &office.token("anna"));
    assert!(!anna.has_heard("good evening"), "it is not due yet");
    anna.hears("good evening");
    assert!(Moment::now() >= Moment::parse(body["send_at"].as_str().unwrap()).unwrap());
    let done = eventually("it is done", || Some(batch(&office, &sent["batch"])).filter(|b| b["batch"]["open"] == false));
    assert_eq!((&done["batch"]["written"], &done["batch"]["scheduled"]), (&json!(1), &json!(false)));
    let gone = batch(&office, &far["batch"]);
    assert!(gone["batch"]["withdrawn_at"].is_string() && gone["batch"]["written"] == 0, "{gone}");
}

#[test]
fn moments_that_make_no_sense_are_refused_by_name() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("anna");
    let day = 24 * 3600 * 1000;
    for (members, field) in [
        (json!({"send_at": "2020-01-01T00:00:00Z"}), "send_at"),
        (json!({"send_at": "tomorrow"}), "send_at"),
        (json!({"send_at": "2026-11-22T09:30:00"}), "send_at"),
        (json!({"send_at": after(400 * day)}), "send_at"),
        (json!({"expires_at": "2020-01-01T00:00:00Z"}), "expires_at"),
        (json!({"expires_at": "soon"}), "expires_at"),
        (json!({"send_at": after(2 * day), "expires_at": after(day)}), "expires_at"),
    ] {
        let mut body = json!({"to": "user:anna", "text": "x"});
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let refused = office.post("/messages", &body);
        refused.is_refused(400, "bad_request");
        assert!(refused.text().contains(&format!(r#""field":"{field}""#)), "{body}: {}", refused.text());
    }
}

#[test]
fn a_message_whose_time_is_over_is_shown_to_nobody_and_counts_for_nobody() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    let end = after(1500);
    let sent =
        office.post("/messages", &json!({"to": "user:anna", "text": "the lift is out of order", "expires_at": end})).is(202);
    office.post("/messages", &json!({"to": "user:anna", "text": "stays"})).is(202);
    let heard = anna.hears("the lift is out of order");
    assert_eq!(Moment::parse(heard["expires_at"].as_str().unwrap()), Moment::parse(&end));
    anna.hears("stays");
    // Exact, before any sweep: as soon as its time is over, whoever asks is shown a tombstone.
    eventually("its time is over", || (Moment::now() >= Moment::parse(&end).unwrap()).then_some(()));
    let late = office.device("anna");
    let shown = late.messages(&heard["conversation"]);
    assert_eq!((&shown[0]["text"], &shown[0]["deleted_by"]), (&json!(""), &json!("application")), "{shown:?}");
    late.knows("members", |row| row["user"] == "anna" && row["unread"] == 1);
    let asked = office.get(&format!("/messages/{}", sent["messages"][0]["id"])).is(200);
    assert_eq!(asked["message"]["text"], "");
    // And those who are there are told.
    anna.knows("messages", |row| row["id"] == heard["id"] && row["deleted_by"] == "application");
    anna.knows("members", |row| row["user"] == "anna" && row["unread"] == 1);
}

#[test]
fn a_message_that_ends_before_it_can_be_written_reaches_nobody() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    office.user("anna");
    let body = json!({"to": "user:anna", "text": "lunch is ready", "send_at": after(700), "expires_at": after(900)});
    let sent = office.post("/messages", &body).is(202)["batch"].clone();
    server.dies();
    eventually("its time is over", || {
        (Moment::now() > Moment::parse(body["expires_at"].as_str().unwrap()).unwrap()).then_some(())
    });
    server.starts();
    let done = eventually("it is done", || Some(batch(&office, &sent)).filter(|b| b["batch"]["open"] == false));
    assert_eq!((&done["batch"]["written"], &done["batch"]["suppressed"]), (&json!(0), &json!(1)), "{done}");
    assert_eq!(done["items"][0]["error"]["code"], "expired");
}

#[test]
fn only_those_who_are_connected_get_what_is_only_for_them() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    office.user("ben");
    let direct = office.post("/conversations", &json!({"title": "Room", "users": ["anna"]})).is(201);
    let room = format!("conversation:{}", direct["conversation"]["id"]);
    office.put("/groups/all", &json!({"name": "All", "users": ["ben", "anna"]})).is(201);
    let to = json!(["group:all", "user:anna", "everyone", room, "user:nobody"]);
    let sent = office.post("/messages", &json!({"to": to, "text": "the server restarts", "only": "online"})).is(202);
    assert!(sent.get("messages").is_none(), "{sent}");
    anna.hears("the server restarts");
    let done = eventually("it is done", || Some(batch(&office, &sent["batch"])).filter(|b| b["batch"]["open"] == false));
    let counts = ["total", "written", "failed", "suppressed"].map(|name| done["batch"][name].as_i64().unwrap());
    assert_eq!(counts, [4, 1, 2, 1], "{done}");
    let code = |to: &str| done["items"].as_array().unwrap().iter().find(|i| i["to"] == to).unwrap()["error"]["code"].clone();
    assert_eq!((code("user:ben"), code("user:nobody")), (json!("offline"), json!("not_found")));
    assert_eq!(code(&room), "bad_request", "a conversation is written to as a whole");
    let ben = Voice::connect(&office, "ben", &office.token("ben"));
    assert!(!ben.has_heard("the server restarts"));
    office.post("/messages", &json!({"to": "everyone", "text": "it is back", "only": "online"})).is(202);
    ben.hears("it is back");
    office.post("/messages", &json!({"to": "everyone", "text": "x", "only": "offline"})).is_refused(400, "bad_request");
}

/// What is kept for later, and what became of it.
fn later(office: &App, to: &str, topic: &str) -> Value {
    let body = json!({"to": to, "text": "PENDING", "topic": topic, "replace": true, "send_at": after(1500)});
    office.post("/messages", &body).is(202)["batch"].clone()
}

/// Whether it was written in the end, or the code of why not.
fn outcome(office: &App, id: &Value) -> Value {
    let done = eventually("it is done", || Some(batch(office, id)).filter(|b| b["batch"]["open"] == false));
    done["items"][0].get("error").map_or(json!("written"), |error| error["code"].clone())
}

#[test]
fn what_was_replaced_before_its_moment_is_not_written_to_a_user_or_a_room() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    office.user("anna");
    let room = office.post("/conversations", &json!({"title": "Room", "users": ["anna"]})).is(201)["conversation"]["id"].clone();
    for to in [format!("conversation:{room}"), "user:anna".into()] {
        let pending = later(&office, &to, "leave/118");
        let body = json!({"to": to, "text": "APPROVED", "topic": "leave/118", "replace": true});
        let approved = office.post("/messages", &body).is(202)["messages"][0]["id"].clone();
        assert_eq!(outcome(&office, &pending), "replaced", "{to}");
        let stands = office.get(&format!("/messages/{approved}")).is(200)["message"].clone();
        assert_eq!((&stands["text"], &stands["deleted_by"]), (&json!("APPROVED"), &Value::Null), "{to}");
    }
}

#[test]
fn only_what_stands_and_was_written_as_the_same_takes_the_place_of_what_comes_later() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    office.user("anna").user("ben");
    let now = |from: &str, topic: &str| {
        let body = json!({"from": from, "to": "user:anna", "text": "now", "topic": topic, "replace": true});
        office.post("/messages", &body).is(202)
    };
    let pending = ["ben", "batch", "message", "over"].map(|topic| later(&office, "user:anna", topic));
    now("user:ben", "ben");
    office.delete(&format!("/batches/{}", now("application", "batch")["batch"])).is(202);
    office.delete(&format!("/messages/{}", now("application", "message")["messages"][0]["id"])).is(200);
    let over = json!({"to": "user:anna", "text": "now", "topic": "over", "replace": true, "expires_at": after(500)});
    office.post("/messages", &over).is(202);
    assert_eq!(pending.map(|id| outcome(&office, &id)), ["written", "written", "written", "replaced"]);
}
