//! A disk that fails or is full, and a log that cannot be written. What was answered is there afterwards; nothing is answered
//! that might not be.

use crate::harness::{TestServer, Voice};
use serde_json::{Value, json};

/// The file that grows with each message is cut off at a mebibyte; what is written beyond is an error of the disk.
const FAILING: [&str; 4] = ["sh", "-c", "trap '' XFSZ; ulimit -f 2048; exec \"$@\"", "sh"];
const SENTENCE: &str = "the store cannot go on";
/// Every line of the log is refused, as by a disk without room.
const MUTE: [&str; 4] = ["sh", "-c", "exec \"$@\" 2>/dev/full", "sh"];

/// Writes until the connection ends; answers the texts that were acknowledged.
fn writes(anna: &Voice) -> Vec<String> {
    let text = |number: usize| format!("{number} {}", "x".repeat(2_000));
    let kept = |number: &usize| {
        let id = anna.says("send", json!({"to": "user:ben", "key": format!("k{number}"), "text": text(*number)}));
        anna.answer(id)
    };
    let answers = (0..5_000).map(|number| (number, kept(&number))).take_while(|(_, answer)| answer.is_some());
    answers.filter(|(_, answer)| matches!(answer, Some(Ok(_)))).map(|(number, _)| text(number)).collect()
}

#[test]
fn a_disk_that_fails_ends_the_process_and_what_was_answered_is_kept() {
    let mut server = TestServer::under(&FAILING, &["--message-rate", "0"]);
    server.expects_error(SENTENCE);
    let office = server.app("oa");
    office.put("/users/ben", &json!({"name": "Ben"})).is(201);
    let anna = office.member("anna");
    let acknowledged = writes(&anna);
    assert!(!acknowledged.is_empty());
    assert_eq!(server.ends().code(), Some(70), "{}", server.log());
    assert!(server.log().contains(SENTENCE), "{}", server.log());
    server.stands_alone();
    server.starts();
    let back = Voice::connect(&office, "anna", &anna.token);
    let conversation = back.gets("open", json!({"with": "user:ben"}))["conversation"]["id"].clone();
    let (mut found, mut before) = (Vec::new(), Value::Null);
    loop {
        let page = back.gets("history", json!({"conversation": conversation, "before": before, "limit": 200}));
        let messages = page["messages"].as_array().cloned().unwrap_or_default();
        before = json!(messages.iter().filter_map(|message| message["id"].as_i64()).min());
        found.extend(messages.iter().filter_map(|message| message["text"].as_str().map(str::to_string)));
        if page["more"] != true {
            break;
        }
    }
    for text in &acknowledged {
        assert!(found.contains(text), "{} was acknowledged and is gone", &text[..10]);
    }
    back.sends("ben", "the disk is good again");
}

#[test]
fn a_log_that_cannot_be_written_stops_nobody() {
    let mut server = TestServer::under(&MUTE, &["--log", "trace", "--rest-rate", "0"]);
    let office = server.app("oa");
    let users: Vec<Value> = (0..180).map(|n| json!({"id": format!("u{n}"), "name": "Somebody"})).collect();
    office.put("/groups/all", &json!({"name": "All", "users": users})).is(201);
    let (anna, ben) = (office.member("anna"), office.member("ben"));
    anna.sends("ben", "nobody reads the log");
    ben.hears("nobody reads the log");
    server.stops();
    server.starts();
    office.get("/users/u179").is(200);
}
