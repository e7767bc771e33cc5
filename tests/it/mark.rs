//! Marks: how far everybody has read. Many at once are told in few pieces.

use crate::harness::{TestServer, Voice};
use serde_json::{Value, json};
use std::time::Instant;

const MEMBERS: usize = 50;
const MESSAGES: usize = 20;

fn room(owner: &Voice, others: &[Voice]) -> Value {
    let users: Vec<&str> = others.iter().map(|voice| voice.id.as_str()).collect();
    let room = owner.gets("room", json!({"key": "room", "title": "Everybody", "users": users}));
    room["conversation"]["id"].clone()
}

/// How many frames told this voice somebody's mark on that message or a later one, or an earlier one.
fn told(voice: &Voice, conversation: &Value) -> usize {
    let log = voice.socket.log();
    let marks = |body: &Value| {
        let members = body["members"].as_array().into_iter().flatten();
        body["messages"].is_null() && members.filter(|row| row["conversation"] == *conversation).any(|row| row["read"] != 0)
    };
    log.frames.iter().filter(|(name, body)| name == "sync" && marks(body)).count()
}

#[test]
fn fifty_who_read_at_once_are_told_in_few_pieces() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let anna = office.member("anna");
    let others: Vec<Voice> = (2..=MEMBERS).map(|number| office.member(&format!("reader-{number}"))).collect();
    let conversation = room(&anna, &others);
    let party = format!("conversation:{conversation}");
    let sent: Vec<Value> = (1..=MESSAGES).map(|number| anna.sends(&party, &number.to_string())).collect();
    for voice in &others {
        voice.hears(&MESSAGES.to_string());
    }
    let begun = Instant::now();
    for message in &sent {
        for voice in &others {
            voice.says("read", json!({"conversation": conversation, "upto": message["id"]}));
        }
    }
    let last = &sent[MESSAGES - 1]["id"];
    for voice in others.iter().chain([&anna]) {
        for reader in &others {
            let wanted = |row: &Value| row["user"] == *reader.id && row["conversation"] == conversation && row["read"] == *last;
            voice.knows("members", wanted);
        }
    }
    // a round each half second, and in each at most one piece for everybody
    let rounds = 2 * begun.elapsed().as_secs() as usize + 3;
    for voice in others.iter().chain([&anna]) {
        let told = told(voice, &conversation);
        assert!(told <= rounds, "{} was told {told} times in {rounds} rounds", voice.id);
    }
    assert_eq!(others[0].knows("members", |row| row["user"] == *others[0].id && row["read"] == *last)["unread"], 0);
}
