//! Cards with actions: the first press counts for everybody, whoever comes later is told who was first, and the application's
//! answer is what everybody sees, even if it comes late.

mod answer;
mod receiver;

use crate::harness::{App, TestServer, Voice, eventually};
use receiver::Receiver;
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;

/// A card with one button of each kind.
fn leave() -> Value {
    json!({
        "title": "Leave request 118",
        "text": "Bob, 3 days from Monday",
        "link": "https://oa.example/leave/118",
        "fields": [{"label": "Days", "value": "3"}],
        "actions": [
            {"id": "approve", "label": "Approve", "style": "primary", "confirm": "Really?"},
            {"id": "reject", "label": "Reject", "style": "danger", "input": {"label": "Reason", "required": true}},
            {"id": "fail", "label": "Fail"},
            {"id": "silly", "label": "Silly"}
        ]
    })
}

/// Sends this card; answers the message of each recipient.
fn send(office: &App, to: &[&str], card: &Value) -> Vec<i64> {
    let accepted = office.post("/messages", &json!({"to": to, "card": card})).is(202);
    let messages = accepted["messages"].as_array().expect("few recipients");
    messages.iter().map(|message| message["id"].as_i64().unwrap_or_else(|| panic!("{message}"))).collect()
}

fn press(voice: &Voice, message: i64, action: &str, key: &str) -> Result<Value, Value> {
    voice.asks("act", json!({"message": message, "action": action, "key": key}))
}

/// Waits until this voice sees that message as wanted.
#[track_caller]
fn sees(voice: &Voice, message: i64, wanted: impl Fn(&Value) -> bool) -> Value {
    voice.knows("messages", |row| row["id"] == message && wanted(&row["card"]))["card"].clone()
}

fn is_confirmed(card: &Value) -> bool {
    card["done"]["state"] == "confirmed"
}

#[test]
fn a_press_is_asked_of_an_application_in_another_language_whose_answer_is_what_everybody_sees() {
    let server = TestServer::start();
    let (office, receiver) = Receiver::start(&server);
    let (li, mei) = (office.person("li"), office.person("mei"));
    let copies = send(&office, &["user:li", "user:mei"], &leave());
    let shown = sees(&mei, copies[1], |card| card["done"].is_null());
    assert_eq!((&shown["fields"][0]["value"], &shown["actions"][1]["input"]["label"]), (&json!("3"), &json!("Reason")));
    assert_eq!(li.hears("Leave request 118")["text"], shown["title"], "whoever does not draw cards reads the title");

    let pressed = press(&li, copies[0], "approve", "k1").expect("the first press");
    assert_eq!(pressed["message"]["card"]["done"]["state"], "waiting", "{pressed}");
    let asked = receiver.is_asked("action.invoked");
    let data = &asked["data"];
    assert_eq!((&data["user"], &data["action"], &data["message"]["id"]), (&json!("li"), &json!("approve"), &json!(copies[0])));
    for (voice, copy) in [(&li, copies[0]), (&mei, copies[1])] {
        let card = sees(voice, copy, is_confirmed);
        let row = voice.knows("messages", |row| row["id"] == copy);
        assert!(row.get("key").is_none(), "a key is its sender's: {row}");
        assert_eq!((&card["text"], &card["actions"], &card["done"]["name"]), (&json!("Approved."), &json!([]), &json!("Li")));
    }
    let late = press(&mei, copies[1], "reject", "k1").expect_err("somebody was first");
    assert_eq!((&late["code"], &late["done"]["label"]), (&json!("conflict"), &json!("Approve")), "its button is gone: {late}");
    let again = press(&li, copies[0], "approve", "k1").expect("the same press");
    assert_eq!(again["repeated"], true);
    assert_eq!(receiver.count("action.invoked"), 1, "asked once");
}

#[test]
fn of_two_who_press_at_the_same_moment_exactly_one_is_first() {
    let server = TestServer::with(&["--rest-rate", "0", "--control-rate", "0"]);
    let office = server.app("oa");
    let people = [office.person("li"), office.person("mei")];
    for round in 0..20 {
        let copies = send(&office, &["user:li", "user:mei"], &leave());
        people.iter().zip(&copies).for_each(|(voice, copy)| drop(sees(voice, *copy, |card| card["done"].is_null())));
        let start = Barrier::new(2);
        let one = |place: usize| {
            start.wait();
            press(&people[place], copies[place], "approve", &format!("round{round}"))
        };
        let answers = thread::scope(|scope| {
            let both = [scope.spawn(|| one(0)), scope.spawn(|| one(1))];
            both.map(|thread| thread.join().expect("a press"))
        });
        let winners: Vec<usize> = (0..2).filter(|place| answers[*place].is_ok()).collect();
        assert_eq!(winners.len(), 1, "round {round}: {answers:?}");
        let late = answers[1 - winners[0]].as_ref().expect_err("the other is late");
        let name = ["Li", "Mei"][winners[0]];
        assert_eq!((&late["code"], &late["done"]["name"]), (&json!("conflict"), &json!(name)), "{late}");
        assert!(late["message"].as_str().is_some_and(|sentence| sentence.contains(name)), "{late}");
        people.iter().zip(&copies).for_each(|(voice, copy)| {
            let card = sees(voice, *copy, |card| !card["done"].is_null());
            assert_eq!((&card["done"]["name"], &card["done"]["state"]), (&json!(name), &json!("waiting")));
        });
    }
}

#[test]
fn an_application_that_is_down_is_asked_when_it_is_back_and_meanwhile_the_card_waits() {
    let server = TestServer::with(&["--callback-pauses", "100ms"]);
    let port = receiver::free_port();
    let office = receiver::register(&server, port);
    let mut li = office.person("li");
    let copy = send(&office, &["user:li"], &leave())[0];
    li.asks("act", json!({"message": copy, "action": "reject", "input": "too long", "key": "k"})).expect("it is kept");
    li.returns();
    assert_eq!(sees(&li, copy, |card| !card["done"].is_null())["done"]["state"], "waiting");
    let receiver = Receiver::at(port, &office.callback_secret);
    let card = sees(&li, copy, is_confirmed);
    assert_eq!((&card["done"]["label"], &card["done"]["input"]), (&json!("Reject"), &json!("too long")));
    assert_eq!(li.hears("Noted: too long")["from"], "application");
    assert_eq!(receiver.is_asked("action.invoked")["data"]["input"], "too long");
}

#[test]
fn a_card_that_expired_or_was_withdrawn_takes_no_press() {
    let server = TestServer::start();
    let office = server.app("oa");
    let li = office.person("li");
    let mut card = leave();
    card["expires_at"] = json!("2026-01-01T00:00:00Z");
    let copy = send(&office, &["user:li"], &card)[0];
    let error = li.is_refused("act", json!({"message": copy, "action": "approve", "key": "a"}), "conflict");
    assert!(error["message"].as_str().unwrap().contains("expired at 2026-01-01T00:00:00.000Z"), "{error}");
    assert_eq!(sees(&li, copy, |_| true)["expires_at"], "2026-01-01T00:00:00.000Z");
    let copy = send(&office, &["user:li"], &leave())[0];
    office.delete(&format!("/messages/{copy}")).is(200);
    li.is_refused("act", json!({"message": copy, "action": "approve", "key": "b"}), "conflict");
    li.knows("messages", |row| row["id"] == copy && row.get("card").is_none());
}

/// The ids of the buttons.
fn buttons(card: &Value) -> Vec<&str> {
    card["actions"].as_array().unwrap_or_else(|| panic!("{card}")).iter().map(|action| action["id"].as_str().unwrap()).collect()
}

#[test]
fn everybody_sees_the_buttons_that_are_for_it_whichever_way_the_card_comes() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (mut li, mut mei) = (office.person("li"), office.person("mei"));
    let room = office.post("/conversations", &json!({"title": "Leave", "users": ["li", "mei"]})).is(201);
    let room = room["conversation"]["id"].clone();
    let mut card = leave();
    card["actions"][0]["users"] = json!(["li"]);
    card["actions"][1]["users"] = json!(["mei"]);
    let copy = send(&office, &[&format!("conversation:{room}")], &card)[0];
    let wanted = |id: &str| if id == "li" { ["approve", "fail", "silly"] } else { ["reject", "fail", "silly"] };
    let check = |voice: &Voice, way: &str| {
        let card = sees(voice, copy, |_| true);
        assert_eq!(buttons(&card), wanted(&voice.id), "{way}");
        assert!(!card.to_string().contains("users"), "{way} tells for whom a button is: {card}");
    };
    check(&li, "push");
    check(&mei, "push");
    for voice in [&li, &mei] {
        let page = voice.gets("history", json!({"conversation": room, "limit": 10}));
        assert_eq!(buttons(&page["messages"][0]["card"]), wanted(&voice.id), "history");
        let fresh = office.device(&voice.id);
        check(&fresh, "the fresh picture");
    }
    office.patch(&format!("/messages/{copy}"), &json!({"card": card})).is(200);
    li.returns();
    mei.returns();
    check(&li, "sync");
    check(&mei, "sync");
    let whole = office.get(&format!("/messages/{copy}")).is(200);
    assert_eq!(whole["message"]["card"]["actions"][0]["users"], json!(["li"]), "the application sees all of it");
    mei.is_refused("act", json!({"message": copy, "action": "approve", "key": "k"}), "not_found");
    let stranger = office.person("stranger");
    stranger.is_refused("act", json!({"message": copy, "action": "fail", "key": "k"}), "not_found");
    let body = json!({"user": "stranger", "action": "fail"});
    office.post(&format!("/messages/{copy}/act"), &body).is_refused(404, "not_found");
    press(&li, copy, "approve", "k").expect("it is li's");
    sees(&mei, copy, |card| card["done"]["name"] == "Li");
}

#[test]
fn the_application_presses_for_a_user_and_says_what_was_done_elsewhere() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (li, mei) = (office.person("li"), office.person("mei"));
    let accepted = office.post("/messages", &json!({"to": ["user:li", "user:mei"], "card": leave()})).is(202);
    let copy = |place: usize| accepted["messages"][place]["id"].as_i64().unwrap();
    let address = format!("/messages/{}/act", copy(0));
    let body = json!({"user": "li", "action": "reject", "input": "no", "key": "k"});
    office.post(&address, &json!({"user": "li", "action": "reject"})).is_refused(400, "bad_request");
    assert_eq!(office.post(&address, &body).is(200)["message"]["card"]["done"]["input"], "no");
    assert_eq!(office.post(&address, &body).is(200)["repeated"], true);
    let other = json!({"user": "li", "action": "approve", "key": "k"});
    office.post(&address, &other).is_refused(409, "conflict");
    let acted = || -> Vec<Value> {
        let page = office.get(&format!("/batches/{}/delivery?state=acted", accepted["batch"])).is(200);
        page["items"].as_array().unwrap().iter().map(|line| line["user"].clone()).collect()
    };
    assert_eq!(acted(), ["li"], "the ledger says whose press counts");
    let late = office.post(&address, &json!({"user": "li", "action": "approve"})).is(409);
    assert_eq!(late["done"]["user"], "li");
    sees(&mei, copy(1), |card| card["done"]["label"] == "Reject");

    // Decided on the application's own page: the batch, or one of its messages, gets another card.
    let closed = json!({"title": "Leave 118", "done": {"label": "Approved", "user": "mei", "action": "approve"}});
    office.patch(&format!("/batches/{}", accepted["batch"]), &json!({"card": closed})).is(202);
    for (voice, place) in [(&li, 0), (&mei, 1)] {
        let row = voice.knows("messages", |row| row["id"] == copy(place) && row["card"]["title"] == "Leave 118");
        assert_eq!((&row["text"], &row["card"]["done"]["name"]), (&json!("Leave 118"), &json!("Mei")), "the title is the text");
    }
    assert_eq!(acted(), ["mei"]);
    office.patch(&format!("/messages/{}", copy(1)), &json!({"card": leave()})).is(200);
    assert!(acted().is_empty(), "it is open again");
    sees(&li, copy(0), |card| card["done"].is_null() && buttons(card).len() == 4);
    let plain = office.post("/messages", &json!({"to": "user:li", "text": "hello"})).is(202);
    office.patch(&format!("/messages/{}", plain["messages"][0]["id"]), &json!({"card": leave()})).is(200);
    li.knows("messages", |row| row["text"] == "hello" && row["card"]["title"] == "Leave request 118");
}

#[test]
fn a_card_that_is_wrong_is_refused_with_the_place_of_the_fault() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app_with("oa", &["--origin", "http://127.0.0.1:9"]);
    office.user("li");
    let long = "x".repeat(201);
    for (place, value, field) in [
        ("/title", json!(long), "card.title"),
        ("/title", json!("two\nlines"), "card.title"),
        ("/link", json!("javascript:alert(1)"), "card.link"),
        ("/link", json!("http://oa.example/"), "card.link"),
        ("/fields/0/label", json!(""), "card.fields[0].label"),
        ("/actions/1/id", json!("approve"), "card.actions[1].id"),
        ("/actions/1/id", json!("a b"), "card.actions[1].id"),
        ("/actions/1/input/label", json!(" "), "card.actions[1].input"),
        ("/actions/0/confirm", json!(""), "card.actions[0].confirm"),
    ] {
        let mut card = leave();
        *card.pointer_mut(place).unwrap() = value;
        let problem = office.post("/messages", &json!({"to": "user:li", "card": card})).is_refused(400, "bad_request");
        assert_eq!(problem["field"], field, "{problem}");
    }
    let mut card = leave();
    card["actions"][0]["users"] = json!(["li", "nobody"]);
    let problem = office.post("/messages", &json!({"to": "user:li", "card": card})).is_refused(400, "bad_request");
    assert_eq!(problem["field"], "card.actions[0].users");
    card = leave();
    card["text"] = json!("x".repeat(4000));
    card["fields"] = json!(vec![json!({"label": "早".repeat(80), "value": "早".repeat(500)}); 20]);
    office.post("/messages", &json!({"to": "user:li", "card": card})).is_refused(413, "too_large");
    card = leave();
    card["link"] = json!("http://127.0.0.1:9/leave");
    office.post("/messages", &json!({"to": "user:li", "card": card})).is(202);
    office.post("/messages", &json!({"to": "user:li"})).is_refused(400, "bad_request");
    let body = json!({"to": "user:li", "card": leave(), "from": "user:li"});
    office.post("/messages", &body).is_refused(400, "bad_request");
}

#[test]
fn all_copies_of_a_message_to_many_show_what_was_done() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let users: Vec<Value> = (0..250).map(|no| json!({"id": format!("u{no}"), "name": format!("U {no}")})).collect();
    office.put("/groups/all", &json!({"name": "All", "users": users})).is(201);
    let (li, mei) = (office.person("li"), office.person("mei"));
    let to = json!(["group:all", "user:li", "user:mei"]);
    let batch = office.post("/messages", &json!({"to": to, "card": leave()})).is(202)["batch"].clone();
    let first = mei.hears("Leave request 118")["id"].as_i64().unwrap();
    let copy = li.hears("Leave request 118")["id"].as_i64().unwrap();
    press(&li, copy, "approve", "k").expect("the first press");
    sees(&mei, first, |card| card["done"]["name"] == "Li");
    let late = press(&mei, first, "approve", "k").expect_err("somebody was first");
    assert_eq!(late["done"]["user"], "li");
    eventually("all copies are told", || {
        let page = office.get(&format!("/batches/{batch}?limit=1")).is(200);
        (page["batch"]["open"] == false).then_some(())
    });
    let page = office.get(&format!("/batches/{batch}?limit=100")).is(200);
    for copy in page["items"].as_array().unwrap() {
        let row = office.get(&format!("/messages/{}", copy["id"])).is(200)["message"].clone();
        assert_eq!(row["card"]["done"]["user"], "li", "{row}");
        assert!(row["version"].as_i64() > row["id"].as_i64(), "who comes back is told: {row}");
    }
}

#[test]
fn the_cards_of_the_documentation_are_taken() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("li").user("mei");
    let page = include_str!("../../docs/integrate.md").split("## 5. Cards").nth(1).expect("the section");
    let sent = page.split("-d '").nth(1).and_then(|rest| rest.split("'\n").next()).expect("a call");
    let sent: Value = serde_json::from_str(sent).expect("JSON");
    let accepted = office.post("/messages", &sent).is(202);
    let blocks: Vec<Value> =
        page.split("```json\n").skip(1).filter_map(|rest| serde_json::from_str(rest.split("```").next()?).ok()).collect();
    assert_eq!(blocks.len(), 2, "a question and a change");
    let (asked, change) = (&blocks[0], &blocks[1]);
    let act = json!({"user": asked["data"]["user"], "action": asked["data"]["action"], "input": asked["data"]["input"]});
    let copy = &accepted["messages"][0]["id"];
    let pressed = office.post(&format!("/messages/{copy}/act"), &act).is(200);
    assert_eq!(pressed["message"]["card"]["done"]["label"], asked["data"]["label"]);
    office.patch(&format!("/batches/{}", accepted["batch"]), change).is(202);
    let shown = office.get(&format!("/messages/{copy}")).is(200)["message"]["card"]["done"].clone();
    assert_eq!((&shown["label"], &shown["state"]), (&json!("Approved"), &json!("confirmed")));
    let protocol = include_str!("../../docs/protocol.md").split("## Cards").nth(1).expect("the section");
    let card = protocol.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a card");
    let mut card: Value = serde_json::from_str(card).expect("JSON");
    card["to"] = json!("user:li");
    office.post("/messages", &card).is(202);
}
