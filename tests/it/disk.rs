//! A disk that fails or is full, and a log that cannot be written. What was answered is there afterwards; nothing is answered
//! that might not be.

use crate::harness::{TestServer, Voice, eventually};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The file that grows with each message is cut off at a mebibyte; what is written beyond is an error of the disk.
const FAILING: [&str; 4] = ["sh", "-c", "trap '' XFSZ; ulimit -f 2048; exec \"$@\"", "sh"];
const SENTENCE: &str = "the store cannot go on";
/// The data on a small disk of its own, in memory, for as long as the server runs.
pub const SMALL: [&str; 6] = ["unshare", "--map-root-user", "--mount", "sh", "-c", ON_SMALL];
const ON_SMALL: &str = r#"
    program=$0
    for word; do [ "$before" = --data ] && data=$word; before=$word; done
    mkdir "$data.disk" && mount -t tmpfs -o size=24m none "$data.disk" && cp -a "$data/." "$data.disk/" &&
    mount --bind "$data.disk" "$data" && exec "$program" "$@""#;
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
    server.stands_under(&[]);
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

/// All that is left of the small disk of a running server, taken until it is dropped; but for these bytes.
pub struct Filler(PathBuf);

/// The data directory, as the server sees it.
pub fn seen_by(server: &TestServer) -> PathBuf {
    let root = Path::new("/proc").join(server.pid().to_string()).join("root");
    root.join(server.data().strip_prefix("/").expect("absolute"))
}

impl Filler {
    pub fn takes_all_but(server: &TestServer, bytes: u64) -> Filler {
        let path = seen_by(server).join("filler");
        let mut file = File::create(&path).expect("the server's disk can be reached");
        while file.write(&[0; 4096]).is_ok_and(|taken| taken > 0) {}
        let all = file.metadata().expect("it is there").len();
        file.set_len(all.saturating_sub(bytes)).expect("some can be given back");
        Filler(path)
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

#[test]
fn a_full_disk_refuses_writing_while_reading_goes_on_and_writing_resumes_by_itself() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    let (mut anna, mut ben) = (office.member("anna"), office.member("ben"));
    server.stops();
    server.stands_under(&SMALL);
    server.starts();
    anna.returns();
    ben.returns();
    let before = anna.sends("ben", "before");
    ben.hears("before");
    server.http().get("/readyz").is(200);

    let long = json!({"to": "user:ben", "key": "long", "text": "x".repeat(8_000)});
    let full = Filler::takes_all_but(&server, 0);
    let refusal = anna.is_refused("send", long.clone(), "unavailable");
    assert_eq!(refusal["temporary"], true);
    office.post("/messages", &json!({"to": "user:ben", "text": "from the office"})).is_refused(503, "unavailable");
    let upload = || server.http().bearer(&anna.token).file("/client/files", "a.bin", &[7; 100_000]);
    upload().is_refused(503, "unavailable");
    let history = ben.gets("history", json!({"conversation": before["conversation"], "limit": 9}));
    assert_eq!(history["messages"].as_array().map(Vec::len), Some(1), "reading goes on: {history}");
    drop(full);

    // So little that a short write still fits is not enough to be ready.
    let nearly_full = Filler::takes_all_but(&server, 100 * 1024);
    eventually("it is not ready", || (server.http().get("/readyz").status == 503).then_some(()));
    drop(nearly_full);
    eventually("it is ready", || (server.http().get("/readyz").status == 200).then_some(()));
    upload().is(201);
    let kept = anna.gets("send", long);
    assert_eq!(kept["repeated"], Value::Null, "it was not stored before: {kept}");
    ben.hears(&"x".repeat(8_000));
    assert_eq!(ben.messages(&before["conversation"]).len(), 2);
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
