//! Files: sent, carried by messages, looked at by those who may, and removed with the last message that has them.

mod disk;
mod download;
mod lost;
mod office;
mod picture;
mod slow;
mod storage;

use crate::harness::{Answer, App, TestServer, Voice, eventually};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Sends a file as a client does; answers its row.
pub fn uploads(voice: &Voice, name: &str, bytes: &[u8]) -> Value {
    sends_file(voice, name, bytes).is(201)["file"].clone()
}

/// Sends one as the application.
pub fn uploads_as(app: &App, name: &str, bytes: &[u8]) -> Value {
    app.http().file("/api/v1/files", name, bytes).is(201)["file"].clone()
}

pub fn sends_file(voice: &Voice, name: &str, bytes: &[u8]) -> Answer {
    voice.app.server.http().bearer(&voice.token).file("/client/files", name, bytes)
}

/// Sends it in a message.
pub fn sends(voice: &Voice, to: &str, text: &str, files: &[&Value]) -> Value {
    let files: Vec<&Value> = files.iter().map(|file| &file["id"]).collect();
    let key = format!("{text}-{files:?}").chars().take(60).collect::<String>();
    voice.gets("send", json!({"to": format!("user:{to}"), "key": key, "text": text, "attachments": files}))["message"].clone()
}

/// Where the files of a message are, for this user.
pub fn places(voice: &Voice, message: &Value) -> Value {
    asks(voice, message).is(200)["files"].clone()
}

fn asks(voice: &Voice, message: &Value) -> Answer {
    voice.app.server.http().bearer(&voice.token).get(&format!("/client/messages/{}/files", message["id"]))
}

pub fn at(app: &App, url: &Value) -> Answer {
    app.server.http().get(url.as_str().expect("an address"))
}

/// What lies on the disk, drafts too.
pub fn contents(server: &TestServer) -> Vec<PathBuf> {
    let shelves = std::fs::read_dir(server.data().join("files")).into_iter().flatten().flatten();
    shelves.flat_map(|shelf| std::fs::read_dir(shelf.path()).into_iter().flatten().flatten()).map(|file| file.path()).collect()
}

#[test]
fn what_somebody_sends_is_what_others_of_the_conversation_get_byte_for_byte() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    assert_eq!(anna.is_told("welcome", |_| true)["limits"]["file"], 25 * 1024 * 1024);
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let file = uploads(&anna, "报告 2026.bin", &bytes);
    assert_eq!((&file["name"], &file["size"]), (&json!("报告 2026.bin"), &json!(3_000_000)), "{file}");
    assert_eq!(at(&office, &file["url"]).body, bytes, "the sender sees it before it is in a message");
    let sent = sends(&anna, "ben", "the report", &[&file]);
    let row = json!([{"id": file["id"], "name": "报告 2026.bin", "type": "application/octet-stream", "size": 3_000_000}]);
    assert_eq!(sent["attachments"], row);
    assert_eq!(ben.hears("the report")["attachments"], row);
    assert_eq!(ben.sends("anna", "thanks")["attachments"], json!([]));
    let place = &places(&ben, &sent)[0];
    let got = at(&office, &place["url"]);
    assert!(got.status == 200 && got.body == bytes);
    let expected = "attachment; filename=\"___2026.bin\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A%202026.bin";
    assert_eq!(got.header("content-disposition"), Some(expected));
    let part = server.http().with("range", "bytes=2999990-").get(place["url"].as_str().unwrap());
    assert_eq!((part.status, part.body.as_slice()), (206, &bytes[2_999_990..]));
    assert_eq!(part.header("content-range"), Some("bytes 2999990-2999999/3000000"));
    // Whoever comes later reads the same row.
    let (history, back) = (json!({"conversation": sent["conversation"], "limit": 9}), office.device("ben"));
    assert_eq!(back.gets("history", history)["messages"][0]["attachments"], row);
    let alone = anna.gets("send", json!({"to": "user:ben", "key": "alone", "attachments": [file["id"]]}));
    assert_eq!((&alone["message"]["text"], &alone["message"]["attachments"]), (&json!(""), &row), "without a text");
    let again = anna.gets("send", json!({"to": "user:ben", "key": "alone", "attachments": [file["id"]]}));
    assert_eq!(again["repeated"], true);
    anna.is_refused("send", json!({"to": "user:ben", "key": "alone", "text": "x"}), "conflict");
}

#[test]
fn what_a_browser_has_it_shows_again_when_it_has_asked() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let sent = sends(&anna, "ben", "look", &[&uploads(&anna, "photo.png", &picture::large())]);
    let place = places(&ben, &sent)[0].clone();
    let tags = ["url", "preview_url"].map(|which| {
        let (url, first) = (place[which].as_str().unwrap(), at(&office, &place[which]));
        let tag = first.header("etag").expect("it is named").to_string();
        assert_eq!(first.header("cache-control"), Some("private, no-cache"));
        let again = server.http().with("if-none-match", &format!("\"x\", {tag}")).get(url);
        assert!(again.status == 304 && again.body.is_empty() && again.header("etag") == Some(tag.as_str()), "{again:?}");
        assert_eq!(server.http().with("if-none-match", "\"x\"").get(url).status, 200);
        tag
    });
    assert_ne!(tags[0], tags[1]);
    anna.gets("delete", json!({"message": sent["id"]}));
    server.http().with("if-none-match", &tags[0]).get(place["url"].as_str().unwrap()).is_nowhere();
}

#[test]
fn nothing_is_kept_for_a_session_that_ended_while_a_file_came() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    let mut slow = server.http().connect();
    let body = "--e\r\ncontent-disposition: form-data; name=\"file\"; filename=\"b\"\r\n\r\nprivate";
    let head = format!(
        "POST /client/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: multipart/form-data; boundary=e\r\n\
         content-length: {}\r\n\r\n{body}",
        anna.token,
        body.len() + 9
    );
    std::io::Write::write_all(&mut slow, head.as_bytes()).unwrap();
    eventually("it is on its way", || (contents(&server).len() == 1).then_some(()));
    server.http().bearer(&anna.token).delete("/client/session").is(204);
    std::io::Write::write_all(&mut slow, b"\r\n--e--\r\n").unwrap();
    let mut answer = [0; 12];
    std::io::Read::read_exact(&mut slow, &mut answer).unwrap();
    assert_eq!(std::str::from_utf8(&answer), Ok("HTTP/1.1 401"));
    eventually("nothing is left", || contents(&server).is_empty().then_some(()));
}

#[test]
fn whoever_may_not_see_a_message_does_not_get_its_files() {
    let server = TestServer::with(&["--address-rate", "0"]);
    let (office, other) = (server.app("oa"), server.app("crm"));
    let (anna, ben, carol) = (office.person("anna"), office.person("ben"), office.person("carol"));
    let stranger = other.person("ben");
    let file = uploads(&anna, "salaries.txt", b"anna: 12");
    let sent = sends(&anna, "ben", "secret", &[&file]);
    for nobody in [&carol, &stranger] {
        asks(nobody, &sent).is_refused(404, "not_found");
    }
    for (number, thief) in [&ben, &carol, &stranger].into_iter().enumerate() {
        let body = json!({"to": "application", "key": format!("theft {number}"), "text": "mine", "attachments": [file["id"]]});
        thief.is_refused("send", body, "bad_request");
    }
    let place = places(&ben, &sent)[0].clone();
    let url = place["url"].as_str().unwrap();
    at(&office, &place["url"]).is_file(b"anna: 12");
    for wrong in
        [format!("{}A", &url[..url.len() - 1]), format!("{}B", &url[..url.len() - 1]), "/files/x".into(), url[..30].into()]
    {
        if wrong != url {
            server.http().get(&wrong).is_nowhere();
        }
    }
    let later = office.device("ben");
    let of_later = places(&later, &sent)[0]["url"].clone();
    server.http().bearer(&ben.token).delete("/client/session").is(204);
    at(&office, &place["url"]).is_nowhere();
    at(&office, &of_later).is_file(b"anna: 12");
    office.patch("/users/ben", &json!({"suspended": true})).is(200);
    at(&office, &of_later).is_nowhere();
    // The application that asks for its own records has a key.
    let id = file["id"].to_string();
    assert_eq!(office.get(&format!("/files/{id}/content")).body, b"anna: 12");
    assert_eq!(office.get(&format!("/files/{id}")).is(200)["from"], "user:anna");
    other.get(&format!("/files/{id}")).is_refused(404, "not_found");
}

#[test]
fn who_has_left_a_room_gets_what_was_sent_until_then_and_nothing_later() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let room = anna.gets("room", json!({"key": "r", "title": "R", "users": ["ben"]}))["conversation"]["id"].clone();
    let file = uploads(&anna, "a.txt", b"early");
    let send = |key: &str| {
        let body = json!({"to": format!("conversation:{room}"), "key": key, "text": key, "attachments": [file["id"]]});
        anna.gets("send", body)["message"].clone()
    };
    let early = send("early");
    let url = places(&ben, &early)[0]["url"].clone();
    ben.gets("room", json!({"conversation": room, "leave": true}));
    let late = send("late");
    at(&office, &url).is_file(b"early");
    asks(&ben, &late).is_refused(404, "not_found");
    // What became of it later is not for who has left.
    anna.gets("edit", json!({"message": early["id"], "text": "changed"}));
    at(&office, &url).is_nowhere();
}

#[test]
fn nothing_that_somebody_sends_runs_in_a_browser() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    let page = b"<!DOCTYPE html><script>alert(1)</script>".as_slice();
    let drawing = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".as_slice();
    for (name, bytes) in [("a.html", page), ("a.svg", drawing), ("a.png", page), ("a.xml", b"<?xml version=\"1.0\"?><x/>")] {
        let file = uploads(&anna, name, bytes);
        assert!(file["type"] == "text/plain" && file["preview"] == Value::Null, "{file}");
        let got = at(&office, &file["url"]);
        assert_eq!((got.header("content-type"), got.header("x-content-type-options")), (Some("text/plain"), Some("nosniff")));
        assert!(got.header("content-disposition").unwrap().starts_with("attachment; "), "{name}");
        let policy = got.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.ends_with("; sandbox"), "{policy}");
    }
}

#[test]
fn a_name_is_shown_and_is_no_path() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    for (given, shown) in
        [("../../../etc/passwd", "passwd"), ("C:\\\\x\\\\cv.pdf", "cv.pdf"), ("a\u{202e}fdp.exe", "afdp.exe"), ("..", "file")]
    {
        assert_eq!(uploads(&anna, given, b"x")["name"], shown, "{given:?}");
    }
    assert!(!server.data().join("../passwd").exists());
}

#[test]
fn what_is_too_much_is_refused_with_a_sentence_and_leaves_nothing() {
    let server = TestServer::with(&["--file-bytes", "100000", "--storage-bytes", "250000", "--message-rate", "0"]);
    let office = server.app("oa");
    let anna = office.person("anna");
    let large = sends_file(&anna, "a.bin", &[7; 100_001]).is_refused(413, "too_large");
    assert!(large["detail"].as_str().unwrap().contains("at most 100000 bytes"), "{large}");
    sends_file(&anna, "a.bin", &[7; 200_000]).is_refused(413, "too_large");
    sends_file(&anna, "a.bin", b"").is_refused(400, "bad_request");
    let client = server.http().bearer(&anna.token);
    client.post("/client/files", &json!({})).is_refused(415, "bad_request");
    let form = client.with("content-type", "multipart/form-data; boundary=edge");
    let part = |name: &str| format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"a\"\r\n\r\nx\r\n");
    for body in [
        String::new(),
        "nonsense".into(),
        "--edge--\r\n".into(),
        format!("{}--edge--\r\n", part("other")),
        part("file"),
        format!("{}{}--edge--\r\n", part("file"), part("file")),
    ] {
        form.call("POST", "/client/files", body.as_bytes()).is_refused(400, "bad_request");
    }
    assert_eq!(contents(&server), Vec::<PathBuf>::new());
    let (ben, carol) = (office.person("ben"), office.person("carol"));
    let (first, _) = (uploads(&anna, "1.bin", &[7; 100_000]), uploads(&ben, "2.bin", &[7; 100_000]));
    let full = sends_file(&carol, "3.bin", &[7; 100_000]).is_refused(413, "too_large");
    assert!(full["detail"].as_str().unwrap().contains("250000 bytes together"), "{full}");
    assert_eq!(contents(&server).len(), 2);
    // What is withdrawn makes room.
    let sent = sends(&anna, "ben", "first", &[&first]);
    anna.gets("delete", json!({"message": sent["id"]}));
    eventually("there is room again", || (sends_file(&carol, "3.bin", &[7; 100_000]).status == 201).then_some(()));
    let eleven: Vec<Value> = (0..11).map(Value::from).collect();
    anna.is_refused("send", json!({"to": "user:ben", "key": "many", "text": "x", "attachments": eleven}), "too_large");
    let twice = uploads(&anna, "4.txt", b"x")["id"].clone();
    anna.is_refused("send", json!({"to": "user:ben", "key": "twice", "text": "x", "attachments": [twice, twice]}), "bad_request");
}

#[test]
fn where_files_are_not_offered_that_is_said() {
    let server = TestServer::with(&["--file-bytes", "0"]);
    let office = server.app("oa");
    let anna = office.person("anna");
    assert_eq!(anna.is_told("welcome", |_| true)["limits"]["file"], 0);
    sends_file(&anna, "a.txt", b"x").is_refused(403, "forbidden");
}

#[test]
fn a_withdrawn_message_takes_its_files_along_unless_another_has_them() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let (shared, own) = (uploads(&anna, "shared.txt", b"shared"), uploads(&anna, "own.txt", b"own"));
    let first = sends(&anna, "ben", "first", &[&shared, &own]);
    let second = sends(&anna, "ben", "second", &[&shared]);
    let urls: Vec<Value> = places(&ben, &first).as_array().unwrap().iter().map(|place| place["url"].clone()).collect();
    assert_eq!(contents(&server).len(), 2);
    anna.gets("delete", json!({"message": first["id"]}));
    urls.iter().for_each(|url| at(&office, url).is_nowhere());
    let gone = ben.knows("messages", |row| row["id"] == first["id"] && row["deleted_by"] == "user:anna");
    assert_eq!(gone["attachments"], json!([]));
    eventually("the one that nobody has is gone", || (contents(&server).len() == 1).then_some(()));
    at(&office, &places(&ben, &second)[0]["url"]).is_file(b"shared");
    anna.gets("delete", json!({"message": second["id"]}));
    eventually("nothing is left", || contents(&server).is_empty().then_some(()));
    office.get(&format!("/files/{}", shared["id"])).is_refused(404, "not_found");
    let again = json!({"to": "user:ben", "key": "later", "text": "later", "attachments": [shared["id"]]});
    anna.is_refused("send", again, "bad_request");
}
