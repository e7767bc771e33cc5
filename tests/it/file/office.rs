//! Files of an application: sent once, carried by the messages to many, read again for its own records.

use super::{at, contents, places, uploads, uploads_as};
use crate::harness::{Listener, TestServer, eventually};
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

#[test]
fn an_application_answers_with_a_file_and_a_file_that_is_not_its_own_stands_in_nobodys_way() {
    let (server, listener) = (TestServer::start(), Listener::start());
    let office = server.app_with("oa", &["--callback", &listener.url(), "--approve", &listener.host_and_port()]);
    listener.trusts(&office.callback_secret);
    let anna = office.person("anna");
    let form = uploads_as(&office, "form.txt", b"fill me in")["id"].clone();
    listener.answers_json("message.created", json!({"text": "Here it is", "attachments": [form]}));
    anna.sends("application", "the form?");
    let reply = anna.hears("Here it is");
    assert_eq!((&reply["from"], &reply["attachments"][0]["name"]), (&json!("application"), &json!("form.txt")));
    at(&office, &places(&anna, &reply)[0]["url"]).is_file(b"fill me in");

    listener.answers_json("message.created", json!({"attachments": [form.to_string()]}));
    anna.sends("application", "without words?");
    let bare = anna.knows("messages", |row| row["text"] == "" && row["from"] == "application");
    assert_eq!(bare["attachments"][0]["id"], form);

    let own = uploads(&anna, "mine.txt", b"mine")["id"].clone();
    listener.answers_json("message.created", json!({"text": "the words are said", "attachments": [own]}));
    anna.sends("application", "and mine?");
    assert_eq!(anna.hears("the words are said")["attachments"], json!([]));
}

#[test]
fn an_export_names_every_file_and_says_where_its_bytes_are() {
    let server = TestServer::start();
    let office = server.app_with("oa", &[]);
    let other = server.app_with("zz", &[]);
    uploads_as(&other, "theirs.txt", b"theirs");
    let anna = office.person("anna");
    let ours = uploads_as(&office, "rules.txt", b"abc");
    let hers = uploads(&anna, "receipt.txt", b"12.50");
    let lines: Vec<Value> = office.get("/export/files").text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = lines.iter().map(|line| (line["file"]["id"].clone(), line["from"].clone())).collect();
    assert_eq!(told, [(ours["id"].clone(), json!("application")), (hers["id"].clone(), json!("user:anna"))]);
    assert_eq!(lines[0]["sha256"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let path = lines[1]["content"].as_str().unwrap();
    assert_eq!(office.get(path.strip_prefix("/api/v1").unwrap()).body, b"12.50");
    let typed = server.types(&["export", "files", "oa"]).ends(0).to_string();
    let typed: Vec<Value> = typed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(typed, lines, "the command line exports the same");
}

#[test]
fn a_pressed_button_is_answered_with_a_file() {
    let (server, listener) = (TestServer::start(), Listener::start());
    let office = server.app_with("oa", &["--callback", &listener.url(), "--approve", &listener.host_and_port()]);
    listener.trusts(&office.callback_secret);
    let anna = office.person("anna");
    let payslip = uploads_as(&office, "payslip.txt", b"1,200")["id"].clone();
    listener.answers_json("action.invoked", json!({"text": "Your payslip", "attachments": [payslip]}));
    let card = json!({"title": "Payslip", "actions": [{"id": "get", "label": "Send it to me"}]});
    office.post("/messages", &json!({"to": "user:anna", "card": card})).is(202);
    let shown = anna.knows("messages", |row| row["card"]["title"] == "Payslip");
    anna.gets("act", json!({"message": shown["id"], "action": "get", "key": "k1"}));
    let reply = anna.hears("Your payslip");
    assert_eq!(reply["attachments"][0]["name"], "payslip.txt");
    at(&office, &places(&anna, &reply)[0]["url"]).is_file(b"1,200");
}
