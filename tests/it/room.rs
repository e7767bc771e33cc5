//! Rooms: who is in them and owns them, what a leaver sees, and what a room of many costs its members.

use crate::harness::{App, TestServer, Voice};
use serde_json::{Value, json};

fn creates(owner: &Voice, users: &[&str]) -> Value {
    owner.gets("room", json!({"key": "project", "title": "Project", "users": users}))["conversation"]["id"].clone()
}

fn party(room: &Value) -> String {
    format!("conversation:{room}")
}

/// A room of the application's with these users and so many more.
fn crowd(office: &App, mut users: Vec<String>, more: usize) -> Value {
    for number in 0..more {
        let id = format!("u{number}");
        office.put(&format!("/users/{id}"), &json!({})).is(201);
        users.push(id);
    }
    office.post("/conversations", &json!({"title": "All", "users": users})).is(201)["conversation"]["id"].clone()
}

/// The members of a room whom this frame names.
fn members(body: &Value, room: &Value) -> Vec<String> {
    let rows = body["members"].as_array().into_iter().flatten().filter(|row| row["conversation"] == *room);
    rows.map(|row| row["user"].as_str().unwrap().to_string()).collect()
}

fn owner_of(voice: &Voice, room: &Value) -> String {
    let answer = voice.gets("open", json!({"with": party(room)}));
    let owners: Vec<&Value> = answer["members"].as_array().unwrap().iter().filter(|row| row["role"] == "owner").collect();
    assert_eq!(owners.len(), 1, "{answer}");
    owners[0]["user"].as_str().unwrap().to_string()
}

#[test]
fn a_room_of_many_comes_with_who_wrote_and_opening_it_gives_all() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let (anna, mut ben) = (office.person("anna"), office.person("ben"));
    let room = crowd(&office, vec!["anna".into(), "ben".into()], 58);
    ben.knows("conversations", |row| row["id"] == room && row["count"] == 60);
    let told = ben.is_told("sync", |body| body["conversations"][0]["id"] == room);
    assert_eq!(members(&told, &room), ["ben"], "only one's own place comes along");
    anna.sends(&party(&room), "hello all");
    ben.hears("hello all");

    let fresh = office.device("ben").is_told("sync", |body| body["reset"] == true);
    assert_eq!(members(&fresh, &room), ["ben"]);
    assert!(fresh["users"].as_array().unwrap().iter().any(|user| user["id"] == "anna"), "who wrote has a name: {fresh}");
    let opened = ben.gets("open", json!({"with": party(&room)}));
    assert_eq!((members(&opened, &room).len(), opened["users"].as_array().unwrap().len()), (60, 60));

    let heard = ben.knows("messages", |row| row["text"] == "hello all");
    ben.socket.breaks();
    office.post(&format!("/conversations/{room}/read"), &json!({"user": "u0", "upto": heard["id"]})).is(200);
    office.patch("/users/u1", &json!({"name": "Una"})).is(200);
    assert_eq!(ben.returns()["resumed"], true);
    let missed = ben.is_told("sync", |_| true);
    assert!(members(&missed, &room).is_empty(), "the marks of many are not told: {missed}");
    assert_eq!(missed["users"][0]["name"], "Una", "{missed}");
}

#[test]
fn who_comes_back_to_a_room_that_became_small_finds_all_who_are_in_it() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let (mut anna, ben) = (office.person("anna"), office.person("ben"));
    let room = crowd(&office, vec!["anna".into(), "ben".into()], 49);
    anna.knows("conversations", |row| row["id"] == room && row["count"] == 51);
    anna.socket.breaks();
    ben.gets("room", json!({"conversation": room, "leave": true}));
    assert_eq!(anna.returns()["resumed"], true);
    let missed = anna.is_told("sync", |_| true);
    assert_eq!(members(&missed, &room).len(), 50, "all but herself, and the leaver: {missed}");
    anna.knows("members", |row| row["user"] == "ben" && row["left"].is_i64());
    anna.knows("users", |user| user["id"] == "u48");
}

#[test]
fn a_leaver_keeps_what_was_and_sees_nothing_of_what_came_later() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let room = creates(&anna, &["ben"]);
    anna.sends(&party(&room), "stays as it was");
    let changing = anna.sends(&party(&room), "is changed later");
    ben.hears("is changed later");
    ben.gets("room", json!({"conversation": room, "leave": true}));
    anna.knows("members", |row| row["user"] == "ben" && row["left"].is_i64());
    let later = anna.sends(&party(&room), "came later");
    anna.gets("edit", json!({"message": changing["id"], "text": "a secret"}));
    anna.gets("room", json!({"conversation": room, "title": "Another secret"}));

    let fresh = office.device("ben");
    let history = fresh.gets("history", json!({"conversation": room, "limit": 50}));
    for rows in [fresh.messages(&room), history["messages"].as_array().unwrap().clone()] {
        let texts: Vec<&str> = rows.iter().map(|row| row["text"].as_str().unwrap()).collect();
        assert_eq!(texts, ["stays as it was", ""], "{rows:?}");
        assert_eq!((&rows[1]["deleted_by"], &rows[1]["edited_at"]), (&json!("user:anna"), &Value::Null));
    }
    for voice in [&ben, &fresh] {
        let log = voice.socket.log();
        let all = log.frames.iter().map(|(_, body)| body.to_string()).collect::<String>();
        assert!(!all.contains("came later") && !all.contains("secret"), "{all}");
    }
    ben.is_refused("send", json!({"to": party(&room), "key": "late", "text": "hello?"}), "forbidden");
    let there = ben.is_refused("delete", json!({"message": later["id"]}), "not_found");
    let nowhere = ben.is_refused("delete", json!({"message": 1_000_000}), "not_found");
    assert_eq!(there["message"], nowhere["message"], "what came later looks as if it were not there");
}

#[test]
fn who_may_not_write_any_more_is_still_told_what_became_of_what_was_written_before() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let body = json!({"to": "user:ben", "key": "the answer was lost", "text": "are you there?"});
    let kept = anna.gets("send", body.clone());
    ben.gets("settings", json!({"block": {"user": "anna", "on": true}}));
    let again = anna.gets("send", body);
    assert_eq!((&again["message"]["id"], &again["repeated"]), (&kept["message"]["id"], &json!(true)));
    for (member, other) in [("text", "something else"), ("key", "another"), ("to", "user:nobody")] {
        let mut body = json!({"to": "user:ben", "key": "the answer was lost", "text": "are you there?"});
        body[member] = json!(other);
        assert!(anna.asks("send", body).is_err(), "{member}");
    }
}

#[test]
fn a_room_never_stays_without_somebody_who_may_act_as_its_owner() {
    let server = TestServer::start();
    let office = server.app("oa");
    let voices = ["anna", "ben", "carl", "dora"].map(|id| office.person(id));
    let [anna, _ben, carl, dora] = &voices;
    let room = creates(anna, &["ben", "carl", "dora"]);
    dora.is_refused("room", json!({"conversation": room, "remove": ["anna"]}), "forbidden");
    dora.is_refused("room", json!({"conversation": room, "title": "Mine"}), "forbidden");
    office.patch("/users/ben", &json!({"suspended": true})).is(200);
    anna.gets("room", json!({"conversation": room, "leave": true}));
    assert_eq!(owner_of(dora, &room), "carl", "ben was there before him, but may not act");
    carl.gets("room", json!({"conversation": room, "remove": ["anna"]})); // who has left is out: the same twice is the same
    carl.gets("room", json!({"conversation": room, "title": "Carl's", "remove": ["carl"]}));
    assert_eq!(owner_of(dora, &room), "dora", "who takes himself out leaves it to somebody too");
    dora.knows("conversations", |row| row["id"] == room && row["title"] == "Carl's");
}

#[test]
fn nobody_is_drawn_into_a_room_across_a_block_or_while_suspended() {
    let server = TestServer::start();
    let office = server.app("oa");
    let voices = ["anna", "ben", "carl"].map(|id| office.person(id));
    let [anna, ben, carl] = &voices;
    office.user("dora");
    let room = creates(anna, &[]);
    anna.gets("settings", json!({"block": {"user": "ben", "on": true}}));
    carl.gets("settings", json!({"block": {"user": "anna", "on": true}}));
    office.patch("/users/dora", &json!({"suspended": true})).is(200);
    for (user, code) in [("ben", "forbidden"), ("carl", "forbidden"), ("dora", "not_found")] {
        anna.is_refused("room", json!({"conversation": room, "add": [user]}), code);
        anna.is_refused("room", json!({"key": user, "title": "Another", "users": [user]}), code);
    }
    ben.is_refused("room", json!({"key": "back", "title": "Back", "users": ["anna"]}), "forbidden");
    assert_eq!(members(&anna.gets("open", json!({"with": party(&room)})), &room), ["anna"]);
    office.post("/conversations", &json!({"title": "By the office", "users": ["anna", "ben", "carl"]})).is(201);
}

#[test]
fn a_rooms_key_names_one_room() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    office.user("ben").user("carl");
    let room = creates(&anna, &["ben"]);
    let again = anna.gets("room", json!({"key": "project", "title": "Project", "users": ["ben"]}));
    assert_eq!((&again["conversation"]["id"], &again["repeated"]), (&room, &json!(true)));
    for other in [
        json!({"key": "project", "title": "Another", "users": ["ben"]}),
        json!({"key": "project", "title": "Project", "users": ["carl"]}),
    ] {
        anna.is_refused("room", other, "conflict");
    }
}

#[test]
fn what_stands_around_a_message_comes_with_that_message_however_long_all_are() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    office.user("ben");
    let long = "x".repeat(15 * 1024);
    let sent: Vec<Value> = (0..12).map(|number| anna.sends("ben", &format!("{number} {long}"))).collect();
    let asked = json!({"conversation": sent[0]["conversation"], "around": sent[5]["id"], "limit": 12});
    let page = anna.gets("history", asked);
    let ids: Vec<&Value> = page["messages"].as_array().unwrap().iter().map(|row| &row["id"]).collect();
    assert!(ids.len() < 12 && page["more"] == true, "{ids:?}");
    assert!(ids.contains(&&sent[5]["id"]) && ids.contains(&&sent[4]["id"]) && ids.contains(&&sent[6]["id"]), "{ids:?}");
}

#[test]
fn several_who_are_added_at_once_see_the_room_at_once() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben, carl) = (office.person("anna"), office.person("ben"), office.person("carl"));
    let room = creates(&anna, &[]);
    anna.sends(&party(&room), "before they came");
    anna.gets("room", json!({"conversation": room, "add": ["ben", "carl"]}));
    for newcomer in [&ben, &carl] {
        newcomer.knows("conversations", |row| row["id"] == room && row["count"] == 3);
        newcomer.knows("members", |row| row["conversation"] == room && row["user"] == "anna");
        newcomer.hears("before they came");
        newcomer.sends(&party(&room), &format!("{} is here", newcomer.id));
    }
    anna.hears("carl is here");
    ben.hears("carl is here");
    carl.hears("ben is here");
}

#[test]
fn rooms_with_many_people_are_not_made_at_a_clients_pace() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let anna = office.member("anna");
    let users: Vec<String> = (0..300).map(|number| format!("u{number}")).collect();
    let named: Vec<Value> = users.iter().map(|id| json!({"id": id, "name": "Somebody"})).collect();
    office.put("/groups/all", &json!({"name": "All", "users": named})).is(201);
    let room = |number: usize| anna.asks("room", json!({"key": format!("r{number}"), "title": "All", "users": users}));
    assert_eq!(room(0).expect("one is made")["conversation"]["count"], 301);
    let refused = (1..40).find_map(|number| room(number).err()).expect("not forty in a row");
    assert_eq!(refused["code"], "rate_limited");
    anna.sends("application", "and messages go on");
}
