//! What one client can hold and ask for: so many sockets, and frames of a size that it can take.

use crate::harness::{TestServer, Voice};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn one_socket_too_many_ends_the_oldest() {
    let server = TestServer::with(&["--sockets-per-user", "3"]);
    let office = server.app("oa");
    let ben = office.member("ben");
    office.user("anna");
    let token = office.token("anna");
    let devices: Vec<Voice> = (0..5).map(|_| Voice::connect(&office, "anna", &token)).collect();
    for oldest in &devices[..2] {
        assert_eq!(oldest.socket.is_closed(), 4505);
        let bye = oldest.is_told("bye", |_| true);
        assert_eq!((&bye["code"], &bye["reconnect"]), (&json!("replaced"), &json!("never")));
    }
    ben.sends("anna", "hello");
    devices[2..].iter().for_each(|device| drop(device.hears("hello")));
}

const CROWD: usize = 1_000;
/// Bytes of a frame, at most.
const FRAME: usize = 64 * 1024;

/// The ids of all rows of that kind, in all frames from `from` on.
fn ids(voice: &Voice, from: usize, kind: &str, id: &str) -> BTreeSet<String> {
    let log = voice.socket.log();
    let rows = log.frames.iter().skip(from).flat_map(|(_, body)| body[kind].as_array().cloned().unwrap_or_default());
    rows.map(|row| row[id].to_string()).collect()
}

#[test]
fn a_room_of_a_thousand_comes_in_frames_of_the_usual_size() {
    let server = TestServer::start();
    let office = server.app("oa");
    let name = |number: usize| format!("person-{number:04}");
    let people: Vec<Value> = (0..CROWD).map(|n| json!({"id": name(n), "name": format!("Person {n} 小明")})).collect();
    office.put("/groups/all", &json!({"name": "All", "users": people})).is(201);
    let users: Vec<String> = (0..CROWD).map(name).collect();
    let room = office.post("/conversations", &json!({"title": "Everybody", "users": users})).is(201);
    let room = &room["conversation"]["id"];
    let made = office.post(&format!("/users/{}/tokens", name(7)), &json!({"name": "test"})).is(201);
    let one = Voice::connect(&office, &name(7), made["token"].as_str().expect("a token"));
    let long = "x".repeat(15 * 1024);
    let party = format!("conversation:{room}");
    (0..10).for_each(|_| drop(one.sends(&party, &long)));
    let from = one.socket.log().frames.len();
    let opened = one.gets("open", json!({"with": party}));
    assert_eq!((&opened["conversation"]["count"], &opened["more"]), (&json!(CROWD), &json!(true)));
    one.socket.hears("sync", from, |body| body["more"].is_null());
    let log = one.socket.log();
    let largest = log.frames.iter().map(|(name, body)| json!({name: body}).to_string().len()).max();
    assert!(largest.is_some_and(|bytes| bytes <= FRAME), "{largest:?}");
    let versions: BTreeSet<i64> = log.frames.iter().skip(from + 1).filter_map(|(_, body)| body["version"].as_i64()).collect();
    assert_eq!(versions.len(), 1, "all are complete up to the same version: {versions:?}");
    drop(log);
    let found = [("members", "user"), ("users", "id"), ("messages", "id")].map(|(kind, id)| ids(&one, from, kind, id).len());
    assert_eq!(found, [CROWD, CROWD, 10]);
    let before: Value = one.gets("history", json!({"conversation": room, "limit": 200}));
    assert_eq!((&before["more"], before.to_string().len() <= FRAME), (&json!(true), true));
}

#[test]
fn whoever_takes_what_it_asks_for_may_ask_for_much_at_once() {
    let server = TestServer::with(&["--message-rate", "0", "--control-rate", "0", "--application-rate", "0"]);
    let office = server.app("oa");
    let (anna, _ben) = (office.person("anna"), office.person("ben"));
    let long = "x".repeat(15 * 1024);
    (0..50).for_each(|_| drop(anna.sends("ben", &long)));
    let asked: Vec<u64> = (0..32).map(|_| anna.says("open", json!({"with": "user:ben"}))).collect();
    for id in asked {
        let answer = anna.answer(id).unwrap_or_else(|| panic!("{}", anna.socket.story()));
        assert_eq!(answer.expect("an ok")["more"], true);
    }
    anna.sends("ben", "still here");
}
