//! Who sees whom at this moment: presence and typing, and that both end with the right to them.

use crate::harness::{App, TestServer, Voice};
use serde_json::{Value, json};

fn lists(office: &App, user: &str, others: &[&str]) {
    let list = json!({"groups": [{"id": "team", "name": "Team", "users": others}]});
    office.put(&format!("/users/{user}/contacts"), &list).is(200);
}

fn watches(voice: &Voice, users: &[&str]) {
    let shown = voice.gets("watch", json!({"users": users}));
    let seen: Vec<&str> = shown["presence"].as_array().into_iter().flatten().filter_map(|one| one["user"].as_str()).collect();
    assert_eq!(seen, users);
}

fn shows(voice: &Voice, show: &str) {
    voice.gets("present", json!({"show": show}));
}

/// What this voice was told of somebody's presence since `from`.
fn told(voice: &Voice, from: usize, user: &str) -> Vec<Value> {
    let log = voice.socket.log();
    let frames = log.frames.iter().skip(from).filter(|(name, _)| name == "presence");
    let users = frames.flat_map(|(_, body)| body["users"].as_array().cloned().unwrap_or_default());
    users.filter(|one| one["user"] == user).map(|one| one["show"].clone()).collect()
}

/// After `end`, `anna` is told once more that `ben` is offline, and nothing of him after that, while she goes on seeing `carol`.
fn ends(people: [&Voice; 3], end: impl FnOnce()) {
    let [anna, ben, carol] = people;
    for voice in [ben, carol] {
        shows(voice, "available");
    }
    watches(anna, &["ben", "carol"]);
    let from = anna.socket.log().frames.len();
    shows(ben, "away");
    let is_ben = |show: &'static str| move |body: &Value| body["users"][0]["user"] == "ben" && body["users"][0]["show"] == show;
    anna.socket.hears("presence", from, is_ben("away"));
    end();
    anna.socket.hears("presence", from, is_ben("offline"));
    shows(ben, "busy");
    shows(carol, "busy");
    anna.socket.hears("presence", from, |body| body["users"][0]["user"] == "carol" && body["users"][0]["show"] == "busy");
    assert_eq!(told(anna, from, "ben"), ["away", "offline"]);
}

fn people(office: &App) -> [Voice; 3] {
    ["anna", "ben", "carol"].map(|id| office.member(id))
}

#[test]
fn who_is_no_longer_on_the_list_is_no_longer_seen() {
    let server = TestServer::start();
    let office = server.app("oa");
    let [anna, ben, carol] = &people(&office);
    let group = |users: &[&str]| {
        let status = office.put("/groups/sales", &json!({"name": "Sales", "users": users})).status;
        assert!([200, 201].contains(&status), "{status}");
    };
    lists(&office, "anna", &["ben", "carol"]);
    ends([anna, ben, carol], || lists(&office, "anna", &["carol"]));
    group(&["ben"]);
    ends([anna, ben, carol], || group(&["carol"]));
    group(&["ben"]);
    ends([anna, ben, carol], || drop(office.delete("/groups/sales").is(204)));
    office.put("/groups/board", &json!({"name": "Board", "users": ["ben"], "visible_to": ["anna"]})).is(201);
    ends([anna, ben, carol], || {
        office.put("/groups/board", &json!({"name": "Board", "users": ["ben"], "visible_to": ["carol"]})).is(200);
    });
}

#[test]
fn who_leaves_the_room_or_is_erased_is_no_longer_seen() {
    let server = TestServer::start();
    let office = server.app("oa");
    let [anna, ben, carol] = &people(&office);
    lists(&office, "anna", &["carol"]);
    let room = ben.gets("room", json!({"key": "r", "title": "Room", "users": ["anna"]}))["conversation"]["id"].clone();
    ends([anna, ben, carol], || drop(ben.gets("room", json!({"conversation": room, "leave": true}))));
    let room = ben.gets("room", json!({"key": "s", "title": "Room", "users": ["anna"]}))["conversation"]["id"].clone();
    ends([anna, ben, carol], || drop(anna.gets("room", json!({"conversation": room, "leave": true}))));
    lists(&office, "anna", &["ben", "carol"]);
    watches(anna, &["ben", "carol"]);
    let from = anna.socket.log().frames.len();
    office.delete("/users/ben").is(204);
    anna.socket.hears("presence", from, |body| body["users"][0]["user"] == "ben" && body["users"][0]["show"] == "offline");
    let _heir = office.member("ben");
    shows(carol, "away");
    anna.socket.hears("presence", from, |body| body["users"][0]["user"] == "carol" && body["users"][0]["show"] == "away");
    assert!(told(anna, from, "ben").iter().all(|show| show == "offline"), "who gets the id later is somebody else");
}

#[test]
fn a_block_hides_both_from_each_other() {
    let server = TestServer::start();
    let office = server.app("oa");
    let [anna, ben, carol] = &people(&office);
    lists(&office, "anna", &["ben", "carol"]);
    let block = |by: &Voice, whom: &str, on: bool| drop(by.gets("settings", json!({"block": {"user": whom, "on": on}})));
    for (by, whom) in [(anna, "ben"), (ben, "anna")] {
        ends([anna, ben, carol], || block(by, whom, true));
        assert_eq!(anna.gets("watch", json!({"users": ["ben"]}))["presence"], json!([]));
        block(by, whom, false);
    }
}

#[test]
fn a_block_hides_typing_both_ways() {
    let server = TestServer::start();
    let office = server.app("oa");
    let [anna, ben, carol] = &people(&office);
    let room = carol.gets("room", json!({"key": "r", "title": "Room", "users": ["anna", "ben"]}))["conversation"]["id"].clone();
    let types = |voice: &Voice| drop(voice.gets("typing", json!({"conversation": room, "on": true})));
    types(ben);
    anna.is_told("typing", |body| body["user"] == "ben");
    ben.gets("settings", json!({"block": {"user": "anna", "on": true}}));
    let from = [anna, ben].map(|voice| voice.socket.log().frames.len());
    types(anna);
    types(ben);
    types(carol);
    for (voice, from) in [anna, ben].into_iter().zip(from) {
        voice.socket.hears("typing", from, |body| body["user"] == "carol");
        let log = voice.socket.log();
        let seen: Vec<&Value> =
            log.frames.iter().skip(from).filter(|(name, _)| name == "typing").map(|(_, body)| &body["user"]).collect();
        assert_eq!(seen, ["carol"], "{}", voice.id);
    }
    for user in ["anna", "ben"] {
        carol.is_told("typing", |body| body["user"] == user);
    }
}
