//! `parlour send` to one and to many.

use super::both_ways;
use crate::harness::{TestServer, Typed};
use serde_json::{Value, json};

/// An office with so many users, of whom the first two are its group `sales`.
fn open_office(types: &dyn Fn(&[&str], &str) -> Typed, users: usize) {
    types(&["app", "register", "oa", "--name", "Office"], "").ends(0);
    let lines: String = (1..=users).map(|n| format!("{{\"id\":\"u{n}\",\"name\":\"User {n}\"}}\n")).collect();
    types(&["import", "users", "oa"], &lines).ends(0);
    types(&["import", "contacts", "oa"], "{\"id\":\"sales\",\"name\":\"Sales\",\"users\":[\"u1\",\"u2\"]}").ends(0);
}

fn exported(types: &dyn Fn(&[&str], &str) -> Typed, what: &str) -> Vec<Value> {
    let out = types(&["export", what, "oa"], "");
    out.ends(0).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Who has a message with this text, sorted.
fn receivers(types: &dyn Fn(&[&str], &str) -> Typed, text: &str) -> Vec<String> {
    let conversations = exported(types, "conversations");
    let receiver = |message: &Value| {
        let its = conversations.iter().find(|one| one["conversation"]["id"] == message["conversation"]).unwrap();
        its["members"][0]["user"].as_str().unwrap().to_string()
    };
    let mut found: Vec<String> = exported(types, "messages").iter().filter(|m| m["text"] == text).map(receiver).collect();
    found.sort();
    found
}

#[test]
fn a_group_and_everyone_get_what_is_sent_to_them() {
    both_ways(|types| {
        open_office(types, 3);
        let sent = types(&["send", "oa", "group:sales", "Stock count", "--json"], "").json();
        assert_eq!((&sent["total"], &sent["written"], &sent["failed"]), (&json!(2), &json!(2), &json!(0)), "{sent}");
        assert!(types(&["send", "oa", "everyone", "Fire drill"], "").ends(0).starts_with("sent to 3 users as batch "));
        assert_eq!(receivers(types, "Stock count"), ["u1", "u2"]);
        assert_eq!(receivers(types, "Fire drill"), ["u1", "u2", "u3"]);
        types(&["send", "oa", "group:nobody", "hello"], "").is_refused(3, "no such group");
        let list = "{\"user\":\"u1\",\"groups\":[{\"id\":\"team\",\"name\":\"Team\",\"users\":[\"u2\"]}]}\n";
        types(&["import", "contacts", "oa"], list).ends(0);
        types(&["send", "oa", "group:team", "hello"], "").is_refused(3, "a group of a contact list cannot be written to");
        types(&["send", "oa", "application", "hello"], "").is_refused(2, "cannot write to itself");
        types(&["send", "oa", "everyone", " "], "").is_refused(2, "needs a text");
        types(&["app", "suspend", "oa"], "").ends(0);
        types(&["send", "oa", "everyone", "hello"], "").is_refused(4, "suspended");
    });
}

#[test]
fn what_was_sent_is_said_in_one_form_whatever_it_is() {
    both_ways(|types| {
        open_office(types, 2);
        let ways: [&[&str]; 4] =
            [&["hello"], &["about", "--topic", "a/1"], &["for a day", "--expires", "1d"], &["who?", "--claim", "any"]];
        for words in ways {
            let sent = types(&[&["send", "oa", "user:u1"], words, &["--json"]].concat(), "").json();
            let mut names: Vec<&String> = sent.as_object().unwrap().keys().collect();
            names.sort();
            assert_eq!(names, ["batch", "failed", "messages", "total", "written"], "{words:?}");
            let message = &sent["messages"][0];
            assert!(message["id"].is_i64() && message["conversation"].is_i64() && message["to"] == "user:u1", "{sent}");
            let said = types(&[&["send", "oa", "user:u1"], words].concat(), "").ends(0).to_string();
            let parts: Vec<&str> = said.split(' ').collect();
            assert!(
                matches!(parts[..], ["sent", "to", "user:u1", "as", "message", _, "of", "conversation", _, "batch", _]),
                "{said}"
            );
        }
        let partly = types(&["send", "oa", "user:u1", "--to", "user:u2", "both", "--json"], "").json();
        assert_eq!(partly["messages"].as_array().map(Vec::len), Some(2), "{partly}");
        assert_eq!(
            types(&["send", "oa", "user:u1", "--to", "user:u2", "both"], "").ends(0).split(" as ").next(),
            Some("sent to 2 users")
        );
    });
}

#[test]
fn several_are_named_one_by_one_and_who_is_missing_is_named() {
    both_ways(|types| {
        open_office(types, 3);
        let send = ["send", "oa", "user:u1", "--to", "user:u3", "Your key is ready", "--key", "key", "--json"];
        let sent = types(&send, "").json();
        assert_eq!((&sent["total"], &sent["written"]), (&json!(2), &json!(2)), "{sent}");
        assert_eq!(types(&send, "").json(), sent, "the same key sends it once");
        let others = ["send", "oa", "user:u1", "--to", "user:u2", "Your key is ready", "--key", "key"];
        types(&others, "").ends(4);
        assert_eq!(receivers(types, "Your key is ready"), ["u1", "u3"]);
        types(&["send", "oa", "user:u1", "--to", "user:u9", "hello"], "").is_refused(3, "user:u9: there is no such user");
        types(&["user", "erase", "oa", "u3", "--yes"], "").ends(0);
        assert_eq!(types(&send, "").json()["batch"], sent["batch"], "the same key, also where somebody has gone since");
        assert!(receivers(types, "hello").is_empty());
        types(&["send", "oa", "user:u1", "--card", "/nowhere/card.json"], "").is_refused(2, "/nowhere/card.json");
    });
}

#[test]
fn many_get_it_before_the_command_ends_and_the_same_key_sends_it_once() {
    both_ways(|types| {
        open_office(types, 260);
        let send = ["send", "oa", "everyone", "Fire drill", "--key", "drill", "--json"];
        let sent = types(&send, "").json();
        assert_eq!(sent["written"], 260, "{sent}");
        assert_eq!(types(&send, "").json(), sent);
        types(&["send", "oa", "everyone", "No drill", "--key", "drill"], "").ends(4);
        types(&["send", "oa", "everyone", "It is over"], "").ends(0);
        let ids: Vec<i64> = exported(types, "messages").iter().map(|message| message["id"].as_i64().unwrap()).collect();
        assert_eq!(ids.len(), 520, "more than one page, each message once");
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    });
}

#[test]
fn whoever_is_connected_hears_what_is_sent_to_everyone() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    server.types(&["send", "oa", "everyone", "Fire drill at ten"]).ends(0);
    for voice in [anna, ben] {
        assert_eq!(voice.hears("Fire drill at ten")["from"], "application");
    }
}

#[test]
fn a_script_says_what_it_is_about_when_it_comes_and_when_it_goes() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    let said = server.run(&["send", "oa", "user:anna", "asked", "--topic", "leave/118", "--expires", "8h", "--json"]);
    assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stderr));
    let heard = anna.hears("asked");
    assert!(heard["topic"] == "leave/118" && heard["expires_at"].is_string(), "{heard}");
    let again = ["send", "oa", "user:anna", "approved", "--topic", "leave/118", "--replace", "--key", "k1", "--json"];
    let (first, second) = (server.run(&again), server.run(&again));
    assert_eq!(first.stdout, second.stdout, "the same key sends it once");
    anna.hears("approved");
    anna.knows("messages", |row| row["id"] == heard["id"] && row["deleted_by"] == "application");
    for other in [
        &["--topic", "leave/119", "--replace"][..],
        &["--topic", "leave/118"],
        &["--topic", "leave/118", "--replace", "--at", "1h"],
    ] {
        let asked = [&["send", "oa", "user:anna", "approved", "--key", "k1"], other].concat();
        server.types(&asked).is_refused(4, "used for another request");
    }
    let later = ["send", "oa", "user:anna", "good morning", "--at", "1h", "--key", "k2", "--json"];
    let (later, again) = (server.types(&later).json(), server.types(&later).json());
    assert_eq!(again["batch"], later["batch"], "the same words a moment later ask for the same");
    assert!(later["send_at"].is_string(), "{later}");
    assert_eq!(office.get(&format!("/batches/{}", later["batch"])).is(200)["batch"]["scheduled"], true);
    for (arguments, code) in [
        (&["send", "oa", "user:nobody", "x", "--topic", "t"][..], 3),
        (&["send", "oa", "user:anna", "x", "--at", "tomorrow"], 2),
        (&["send", "oa", "user:anna", "x", "--at", "2020-01-01T00:00:00Z"], 2),
        (&["send", "oa", "user:anna", "x", "--replace"], 2),
    ] {
        assert_eq!(server.run(arguments).status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn a_script_sends_a_card_and_asks_somebody_to_take_it() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let file = server.data().join("card.json");
    std::fs::write(&file, r#"{"title": "Lift 2 is stuck", "link": "https://oa.example/lift/2"}"#).unwrap();
    let path = file.to_str().unwrap();
    server.types(&["send", "oa", "everyone", "--card", path, "--claim", "any", "--topic", "lift/2", "--key", "k"]).ends(0);
    server.types(&["send", "oa", "everyone", "--card", path, "--claim", "any", "--topic", "lift/2", "--key", "k"]).ends(0);
    server.types(&["send", "oa", "everyone", "--card", path, "--claim", "all", "--key", "k"]).ends(4);
    let heard = ben.hears("Lift 2 is stuck");
    assert_eq!((&heard["card"]["link"], &heard["claim"]["kind"]), (&json!("https://oa.example/lift/2"), &json!("any")));
    ben.gets("act", json!({"message": heard["id"], "action": "claim", "key": "mine"}));
    anna.knows("messages", |row| row["claim"]["by"][0]["name"] == "Ben");
    let asked = r#"{"title": "Leave 118", "actions": [{"id": "approve", "label": "Approve"}]}"#;
    server.pipes(&["send", "oa", "user:anna", "Please decide", "--card", "-"], asked).ends(0);
    assert_eq!(anna.hears("Please decide")["card"]["actions"][0]["id"], "approve");
    server.pipes(&["send", "oa", "user:anna", "--card", "-", "--claim", "any"], asked).is_refused(2, "without actions");
    server.pipes(&["send", "oa", "user:anna", "--card", "-"], "{\"titel\": 1}").is_refused(2, "this is no card: ");
    server.pipes(&["send", "oa", "user:anna", "-", "--card", "-"], asked).is_refused(2, "either the text or the card");
    server.types(&["send", "oa", "user:anna", "--card", "/nowhere.json"]).is_refused(2, "the card cannot be read");
    server.types(&["send", "oa", "user:anna", "x", "--claim", "some"]).is_refused(2, "expected any or all");
    server.types(&["send", "oa", "user:anna"]).ends(2);
}

/// A file to be sent, for as long as it is needed.
struct Paper(std::path::PathBuf);

impl Paper {
    fn new(name: &str, bytes: &[u8]) -> Paper {
        let folder = tempfolder();
        std::fs::write(folder.join(name), bytes).unwrap();
        Paper(folder.join(name))
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Paper {
    fn drop(&mut self) {
        std::fs::remove_dir_all(self.0.parent().unwrap()).ok();
    }
}

fn tempfolder() -> std::path::PathBuf {
    let name = parlour::secret::generate("paper-");
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir(&folder).unwrap();
    folder
}

#[test]
fn a_script_sends_files_to_one_and_to_many_once_for_each_key() {
    both_ways(|types| {
        open_office(types, 3);
        // More than one command takes at a time.
        let large: Vec<u8> = (0..15_000_000_u32).map(|n| (n >> 9) as u8 ^ n as u8).collect();
        let (plan, menu) = (Paper::new("plan 刘.bin", &large), Paper::new("menu.txt", b"soup"));
        let send = ["send", "oa", "everyone", "Tomorrow", "--file", plan.path(), "--file", menu.path(), "--key", "k", "--json"];
        let sent = types(&send, "").json();
        assert_eq!(sent["written"], 3, "{sent}");
        assert_eq!(types(&send, "").json(), sent);
        types(&["send", "oa", "everyone", "Tomorrow", "--file", menu.path(), "--key", "k"], "").ends(4);
        assert!(types(&["send", "oa", "user:u1", "--file", menu.path()], "").ends(0).starts_with("sent to user:u1 as message "));
        let messages = exported(types, "messages");
        let names = |message: &Value| {
            let files = message["attachments"].as_array().unwrap().iter();
            files.map(|file| format!("{} {}", file["name"].as_str().unwrap(), file["size"])).collect::<Vec<_>>()
        };
        assert_eq!(messages.len(), 4);
        assert_eq!(names(&messages[0]), ["plan 刘.bin 15000000", "menu.txt 4"]);
        assert_eq!((messages[3]["text"].as_str(), names(&messages[3])), (Some(""), vec!["menu.txt 4".to_string()]));
        assert!(types(&["check"], "").ends(0).contains("files: 3, all there"));
        types(&["send", "oa", "user:u1", "--file", "/nowhere/a.txt"], "").is_refused(2, "/nowhere/a.txt cannot be read");
        let nothing = Paper::new("empty", b"");
        types(&["send", "oa", "user:u1", "--file", nothing.path()], "").is_refused(2, "is empty");
        let huge = Paper::new("huge", &vec![7; 25 * 1024 * 1024 + 1]);
        types(&["send", "oa", "user:u1", "--file", huge.path()], "")
            .is_refused(2, &format!("the file {} is not taken: a file has at most 25 MiB", huge.path()));
        types(&["send", "oa", "user:nobody", "x", "--file", menu.path()], "").ends(3);
        assert!(types(&["check"], "").ends(0).contains("files: 3, all there"));
    });
}

#[test]
fn a_file_for_somebody_who_is_not_there_is_left_nowhere() {
    let server = TestServer::start();
    open_office(&|words, input| server.pipes(words, input), 2);
    let menu = Paper::new("menu.txt", b"soup");
    let (folder, before) = (server.data().join("files"), files_in(&server.data().join("files")));
    for to in [&["user:u9"][..], &["user:u1", "--to", "user:u9"]] {
        let send = [&["send", "oa"][..], to, &["--file", menu.path()]].concat();
        server.types(&send).ends(3);
        assert_eq!(files_in(&folder), before, "{to:?}");
    }
}

fn files_in(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_in(&path) } else { 1 }).sum()
}
