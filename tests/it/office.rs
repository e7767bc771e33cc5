//! An application in another language keeps its own books of its people and its messages, and Parlour's are the same.

use crate::harness::{App, PATIENCE, TestServer, Voice, process};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::Duration;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/office/office.py");

/// The program, and the application as which it is registered.
struct Office {
    app: App,
    process: Child,
    orders: ChildStdin,
    done: Receiver<String>,
}

impl Office {
    fn opens(server: &TestServer) -> Office {
        let mut process = Command::new("python3")
            .arg(PROGRAM)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is needed for this test");
        let done = process::lines(process.stdout.take().expect("its output"), |_| {});
        let port = done.recv_timeout(PATIENCE).expect("it says its port");
        let (url, approved) = (format!("http://127.0.0.1:{port}/parlour"), format!("127.0.0.1:{port}"));
        let mut options = vec!["--callback", url.as_str(), "--approve", approved.as_str()];
        for event in ["message.received", "message.read", "message.expired", "message.claimed"] {
            options.extend(["--event", event]);
        }
        let app = server.app_with("oa", &options);
        let orders = process.stdin.take().expect("its input");
        let mut office = Office { app, process, orders, done };
        let registered = json!({"address": office.app.server.http().address.to_string(), "key": office.app.key,
            "secret": office.app.callback_secret});
        office.does("open_office", &registered);
        office
    }

    /// Has it do something, and hold it against its books.
    #[track_caller]
    fn does(&mut self, what: &str, given: &Value) -> Value {
        writeln!(self.orders, "{what} {given}").expect("it reads what it is to do");
        let said = self.done.recv_timeout(2 * PATIENCE + Duration::from_secs(5));
        let said = said.unwrap_or_else(|_| panic!("`{what}` of {given} went wrong, as it says above"));
        serde_json::from_str(&said).unwrap_or_else(|_| panic!("not JSON: {said}"))
    }

    /// A user of it, at a device.
    fn person(&self, id: &str) -> Voice {
        let made = self.app.post(&format!("/users/{id}/tokens"), &json!({"name": "test"})).is(201);
        Voice::connect(&self.app, id, made["token"].as_str().expect("a token"))
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn user(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "email": format!("{id}@oa.example")})
}

#[test]
fn its_lists_of_people_and_contacts_are_in_parlour_as_they_are_in_its_books() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let mut office = Office::opens(&server);
    let (li, salma) = (user("li", "李雷 🎈"), user("salma", "سلمى"));
    let odd = json!({"id": "dept/7 +%:x", "name": "Zoë O'Neil, \"Z\""});
    office.does("whole_list", &json!({"users": [li, salma, odd, user("bo", "Bo")]}));
    office.does("whole_list", &json!({"users": [user("li", "李雷"), salma, odd, user("new", "New")]}));
    let rows = json!([["007", "刘洋", "liu@oa.example"], ["8", "𠮷田; 様", ""]]);
    office.does("table", &json!({"rows": rows, "bad": [["9", "No", "nowhere"], ["8", "twice", ""], ["", "nobody", ""]]}));
    let team = json!({"id": "team", "name": "组 1", "users": ["salma", "dept/7 +%:x"]});
    let friends = json!({"id": "friends", "name": "Friends", "users": ["007", "salma"]});
    office.does("contacts", &json!({"user": "li", "groups": [team, friends]}));
    office.does("group", &json!({"id": "porters/1", "name": "Porters", "users": ["li", "salma", "007"]}));
}

#[test]
fn what_became_of_each_message_is_what_its_own_books_say() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let mut office = Office::opens(&server);
    let users = ["anna", "ben", "cara"].map(|id| user(id, &id.to_uppercase()));
    office.does("whole_list", &json!({"users": users}));
    office.does("group", &json!({"id": "porters", "name": "Porters", "users": ["anna", "ben", "cara"]}));
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let all = json!(["user:anna", "user:ben", "user:cara"]);

    office.does(
        "send",
        &json!({"name": "plain", "to": ["user:anna", "user:nobody"], "text": "plain", "missed": {"nobody": "failed"}}),
    );
    reads(&anna, "plain");
    office.does("send", &json!({"name": "page", "to": all, "text": "on a page", "topic": "leave/118"}));
    has(&ben, "on a page");
    office.does("page_seen", &json!({"name": "page", "user": "cara", "topic": "leave/118", "read": 1}));
    office.does("agree", &json!({}));

    let lift = office
        .does("send", &json!({"name": "lift", "to": ["group:porters"], "text": "The lift", "topic": "lift/2", "claim": "any"}));
    presses(&anna, &lift["copies"]["anna"], "claim");
    let card = json!({"title": "Leave 118", "actions": [{"id": "ok", "label": "OK"}]});
    let asked = office.does("send", &json!({"name": "card", "to": all, "text": "Leave 118", "card": card}));
    presses(&ben, &asked["copies"]["ben"], "ok");
    let over = json!({"name": "over", "to": ["group:porters"], "text": "It runs", "topic": "lift/2", "replace": true, "replaces": ["lift"]});
    office.does("send", &over);
    office.does("agree", &json!({}));

    office.does("send", &json!({"name": "now", "to": all, "text": "now", "only": "online", "missed": {"cara": "suppressed"}}));
    office.does("send", &json!({"name": "lunch", "to": all, "text": "lunch", "in": 2.5}));
    reads(&ben, "lunch");
    office.does("send", &json!({"name": "tomorrow", "to": all, "text": "tomorrow", "later": 86_400}));
    office.does("send", &json!({"name": "mistake", "to": all, "text": "a mistake"}));
    reads(&anna, "a mistake");
    office.does("agree", &json!({}));
    office.does("withdraw", &json!({"name": "mistake"}));
    office.does("withdraw", &json!({"name": "tomorrow"}));
    office.does("send", &json!({"name": "last", "to": all, "text": "last"}));
    has(&anna, "last");
    let known = json!({
        "plain": {"anna": "read", "nobody": "failed"},
        "page": {"anna": "read", "ben": "read", "cara": "read"},
        "lift": {"anna": "acted", "ben": "withdrawn", "cara": "withdrawn"},
        "over": {"anna": "read", "ben": "read", "cara": "stored"},
        "card": {"anna": "read", "ben": "acted", "cara": "stored"},
        "now": {"anna": "read", "ben": "read", "cara": "suppressed"},
        "lunch": {"anna": "read", "ben": "read", "cara": "expired"},
        "tomorrow": {"anna": "withdrawn", "ben": "withdrawn", "cara": "withdrawn"},
        "mistake": {"anna": "read", "ben": "withdrawn", "cara": "withdrawn"},
        "last": {"anna": "received", "ben": "stored", "cara": "stored"},
    });
    office.does("agree", &known);
}

#[test]
fn nothing_of_an_erased_person_is_left_in_what_it_takes_out() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let mut office = Office::opens(&server);
    let users = [user("anna", "Anna"), user("gone-1", "Gøran Vanishing"), user("ben", "Ben")];
    office.does("whole_list", &json!({"users": users}));
    office.does("group", &json!({"id": "porters", "name": "Porters", "users": ["anna", "gone-1"]}));
    office.does("contacts", &json!({"user": "ben", "groups": [{"id": "team", "name": "Team", "users": ["gone-1", "anna"]}]}));
    office.does("contacts", &json!({"user": "gone-1", "groups": [{"id": "mine", "name": "Mine", "users": ["ben"]}]}));
    let (gone, ben) = (office.person("gone-1"), office.person("ben"));
    gone.sends("ben", "stays readable");
    gone.gets("room", json!({"key": "r", "title": "Project", "users": ["ben"]}));
    ben.sends("gone-1", "an answer");
    assert_eq!(office.does("erase", &json!({"user": "gone-1"})), 1);
}

/// Says that this message has reached the device.
fn has(voice: &Voice, text: &str) -> Value {
    let heard = voice.hears(text);
    voice.gets("received", json!({"version": heard["version"]}));
    heard
}

fn reads(voice: &Voice, text: &str) {
    let heard = has(voice, text);
    voice.gets("read", json!({"conversation": heard["conversation"], "upto": heard["id"]}));
}

fn presses(voice: &Voice, message: &Value, action: &str) {
    voice.gets("act", json!({"message": message, "action": action, "key": format!("{}-{action}-{message}", voice.id)}));
}
