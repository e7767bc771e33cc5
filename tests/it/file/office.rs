//! Files of an application: sent once, carried by the messages to many, read again for its own records.

use super::{at, contents, places, uploads};
use crate::harness::{TestServer, eventually};
use serde_json::{Value, json};
use std::process::Command;

#[test]
fn an_application_sends_one_file_to_many_with_curl_and_withdraws_it() {
    let server = TestServer::start();
    let office = server.app("oa");
    let people: Vec<_> = ["anna", "ben", "carol"].into_iter().map(|id| office.person(id)).collect();
    let path = server.data().join("tomorrow's menu.txt");
    std::fs::write(&path, "soup").unwrap();
    let send = |key: &str| {
        let (url, bearer) =
            (format!("http://{}/api/v1/files", server.http().address), format!("authorization: Bearer {}", office.key));
        let form = format!("file=@{};type=text/html", path.display());
        let key = format!("idempotency-key: {key}");
        let sent =
            Command::new("curl").args(["-sS", "-F", &form, "-H", &bearer, "-H", &key, &url]).output().expect("curl is there");
        serde_json::from_slice::<Value>(&sent.stdout).expect("JSON")
    };
    let file = send("menu")["file"].clone();
    assert_eq!((&file["name"], &file["type"]), (&json!("tomorrow's menu.txt"), &json!("text/plain")), "{file}");
    assert_eq!(send("menu")["file"]["id"], file["id"], "the same request is answered the same");
    std::fs::write(&path, "stew").unwrap();
    assert_eq!(send("menu")["code"], "conflict");
    assert_eq!(contents(&server).len(), 1, "and nothing else is kept");
    let body = json!({"to": ["user:anna", "user:ben", "user:carol"], "attachments": [file["id"]]});
    let sent = office.post("/messages", &body).is(202);
    for voice in &people {
        let row = voice.knows("messages", |row| row["attachments"][0]["id"] == file["id"]);
        assert_eq!(row["text"], "");
        at(&office, &places(voice, &row)[0]["url"]).is_file(b"soup");
    }
    let message = sent["messages"][0]["id"].clone();
    assert_eq!(office.get(&format!("/messages/{message}")).is(200)["message"]["attachments"][0]["name"], "tomorrow's menu.txt");
    let lines = office.get("/export/messages").text();
    assert_eq!(lines.matches("tomorrow's menu.txt").count(), 3, "{lines}");
    office.delete(&format!("/messages/{message}")).is(200);
    at(&office, &places(&people[1], &people[1].knows("messages", |row| row["attachments"][0]["id"] == file["id"]))[0]["url"])
        .is_file(b"soup");
    office.delete(&format!("/batches/{}", sent["batch"])).is(202);
    eventually("the last copy took it along", || contents(&server).is_empty().then_some(()));
}

#[test]
fn an_application_hears_of_files_and_fetches_them() {
    let server = TestServer::start();
    let office = server.app_with("oa", &[]);
    let anna = office.person("anna");
    let file = uploads(&anna, "receipt.txt", b"12.50");
    office.get("/events/lag").is(200);
    let body = json!({"to": "application", "key": "k", "text": "please pay", "attachments": [file["id"]]});
    let sent = anna.gets("send", body)["message"].clone();
    let whole = office.get(&format!("/messages/{}", sent["id"])).is(200)["message"].clone();
    let content = office.get(&format!("/files/{}/content", whole["attachments"][0]["id"]));
    assert_eq!((content.body.as_slice(), content.header("content-type")), (b"12.50".as_slice(), Some("text/plain")));
    office
        .post("/messages", &json!({"to": "user:anna", "text": "x", "attachments": [file["id"]]}))
        .is_refused(400, "bad_request");
    let as_anna = json!({"from": "user:anna", "to": "application", "text": "again", "attachments": [file["id"]]});
    office.post("/messages", &as_anna).is(202);
}
