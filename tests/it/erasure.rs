//! Erasing a person: who saw it is told, what it wrote stays under a face without a name, everything else of it ends.

mod everything;

use crate::harness::{App, TestServer, Voice, eventually};
use serde_json::{Value, json};
use std::io::Write;

fn creates_room(owner: &Voice, users: &[&str]) -> Value {
    owner.gets("room", json!({"key": "project", "title": "Project", "users": users}))["conversation"]["id"].clone()
}

/// The frames that came from the last fresh picture on.
fn since_reset(voice: &Voice) -> Vec<Value> {
    let log = voice.socket.log();
    let begin = log.frames.iter().rposition(|(_, body)| body["reset"] == true).expect("a fresh picture");
    log.frames[begin..].iter().map(|(_, body)| body.clone()).collect()
}

/// The `erased:…` id under which this message is shown.
#[track_caller]
fn author_of(voice: &Voice, text: &str) -> String {
    let message = voice.knows("messages", |row| row["text"] == text && row["from"] != "user:anna");
    let from = message["from"].as_str().unwrap();
    assert!(from.starts_with("user:erased:"), "{message}");
    from.trim_start_matches("user:").to_string()
}

#[track_caller]
fn knows_nothing_of_anna(voice: &Voice) {
    for frame in since_reset(voice) {
        assert!(!frame.to_string().contains("\"anna\"") && !frame.to_string().contains("user:anna"), "{frame}");
    }
}

#[test]
fn what_an_erased_person_wrote_stays_without_a_name_for_who_is_there_and_who_comes_back() {
    stays_without_a_name(|_, office| drop(office.delete("/users/anna").is(204)));
}

#[test]
fn the_command_line_erases_as_the_call_does() {
    stays_without_a_name(|server, _| {
        assert!(server.types(&["user", "erase", "oa", "anna", "--yes"]).ends(0).contains("is erased"))
    });
}

#[track_caller]
fn stays_without_a_name(erase: impl Fn(&TestServer, &App)) {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben, mut dora) = (office.person("anna"), office.person("ben"), office.person("dora"));
    let room = creates_room(&anna, &["ben", "dora"]);
    let direct = anna.sends("ben", "between us")["conversation"].clone();
    anna.sends(&format!("conversation:{room}"), "to the room");
    ben.hears("to the room");
    dora.hears("to the room");
    dora.socket.breaks();

    erase(&server, &office);
    ben.is_told("sync", |body| body["reset"] == true);
    let face = author_of(&ben, "between us");
    assert_eq!(author_of(&ben, "to the room"), face);
    ben.knows("users", |user| user["id"] == face.as_str() && user["name"] == "");
    ben.knows("members", |member| member["conversation"] == direct && member["user"] == face.as_str());
    ben.knows("members", |member| member["conversation"] == room && member["user"] == "ben" && member["role"] == "owner");
    knows_nothing_of_anna(&ben);

    assert_eq!(dora.returns()["resumed"], false, "what she was told does not hold any more");
    assert_eq!(author_of(&dora, "to the room"), face);
    dora.knows("conversations", |row| row["id"] == room && row["count"] == 2);
    knows_nothing_of_anna(&dora);
    ben.sends(&format!("conversation:{room}"), "we go on");
    dora.hears("we go on");
    let to = format!("conversation:{direct}");
    ben.is_refused("send", json!({"to": to, "key": "late", "text": "are you there?"}), "forbidden");
    ben.is_refused("send", json!({"to": format!("user:{face}"), "key": "late", "text": "are you there?"}), "not_found");
}

#[test]
fn whoever_only_saw_an_erased_person_is_told_that_the_id_is_gone() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (_anna, carl) = (office.person("anna"), office.person("carl"));
    office.put("/groups/sales", &json!({"name": "Sales", "users": ["anna", "carl"]})).is(201);
    office.put("/users/carl/contacts", &json!({"groups": [{"id": "mine", "name": "Mine", "users": ["anna"]}]})).is(200);
    carl.gets("settings", json!({"block": {"user": "anna", "on": true}}));
    carl.knows("users", |user| user["id"] == "anna");

    office.delete("/users/anna").is(204);
    let gone = carl.is_told("sync", |body| body["users"][0]["gone"] == true)["users"][0].clone();
    assert_eq!((&gone["id"], &gone["name"]), (&json!("anna"), &json!("")));
    carl.knows("groups", |group| group["id"] == "shared:sales" && group["users"] == json!(["carl"]));
    carl.knows("groups", |group| group["id"] == "own:mine" && group["users"] == json!([]));
    carl.is_told("sync", |body| body["settings"]["blocked"] == json!([]));
    assert_eq!(office.get("/groups/sales").is(200)["group"]["users"], json!(["carl"]));
}

#[test]
fn nothing_of_an_erased_person_opens_a_door_or_is_inherited_with_its_id() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    anna.sends("ben", "from the first");
    ben.hears("from the first");
    anna.gets("present", json!({"show": "busy", "note": "in a meeting"}));
    let ticket = office.post("/users/anna/tickets", &json!({})).is(201)["ticket"].clone();
    let key = office.post("/users/anna/tokens", &json!({"name": "printer"})).is(201)["token"].clone();

    office.delete("/users/anna").is(204);
    assert_eq!(anna.is_told("bye", |_| true)["code"], "expired");
    for (way, secret) in [("ticket", &ticket), ("token", &key), ("token", &json!(anna.token))] {
        server.http().post("/client/session", &json!({"app": "oa", way: secret})).is_refused(401, "unauthenticated");
    }

    office.put("/users/anna", &json!({"name": "Another"})).is(201);
    assert_eq!(office.get("/users/anna/presence").is(200)["presence"], json!({"user": "anna", "show": "offline"}));
    let another = newcomer(&office);
    assert_eq!(another.is_told("sync", |body| body["reset"] == true)["messages"], Value::Null);
    ben.sends("anna", "to the second");
    another.hears("to the second");
    assert_eq!(ben.knows("messages", |row| row["text"] == "to the second")["prev"], 0, "another conversation");
}

fn newcomer(office: &App) -> Voice {
    let ticket = office.post("/users/anna/tickets", &json!({})).is(201)["ticket"].clone();
    Voice::connect(office, "anna", ticket.as_str().unwrap())
}

#[test]
fn nobody_writes_to_an_erased_person_not_even_the_application_by_the_number_of_the_conversation() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let written = office.post("/messages", &json!({"to": "user:anna", "text": "hello"})).is(202)["messages"][0].clone();
    let direct = anna.sends("ben", "between us")["conversation"].clone();
    ben.hears("between us");
    office.delete("/users/anna").is(204);
    for place in [&written["conversation"], &direct] {
        let sent = office.post("/messages", &json!({"to": format!("conversation:{place}"), "text": "for nobody"})).is(202);
        assert!(sent["messages"][0]["error"]["code"].is_string(), "{sent}");
    }
}

#[test]
fn whoever_hangs_up_while_somebody_is_erased_leaves_nothing_half_done() {
    let server = TestServer::with(&["--rest-rate", "0", "--address-rate", "0"]);
    let office = server.app("oa");
    let members: Vec<String> = (0..300).map(|n| format!("u{n}")).chain(["anna".into()]).collect();
    let users: Vec<Value> = members.iter().map(|id| json!({"id": id})).collect();
    office.put("/users", &json!({ "users": users })).is(200);
    for n in 0..60 {
        office.post("/conversations", &json!({"title": format!("Room {n}"), "users": members})).is(201);
    }
    let mut line = server.http().connect();
    let head = format!("DELETE /api/v1/users/anna HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", office.key);
    line.write_all(head.as_bytes()).unwrap();
    eventually("the id is gone", || (office.get("/users/anna").status == 404).then_some(()));
    drop(line);
    let named = || {
        let rooms = office.get("/conversations?limit=100").is(200)["items"].as_array().unwrap().clone();
        rooms.iter().filter(|room| room.to_string().contains("erased:") || room["count"] == 301).count()
    };
    eventually("nobody is in a room who is no more", || (named() == 0).then_some(()));
}
