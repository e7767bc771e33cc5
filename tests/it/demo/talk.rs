//! What the demo is for: people of the office and the office itself exchange messages through Parlour.

use super::stage::{Demo, Person};
use crate::harness::{Socket, eventually};
use serde_json::{Value, json};

/// The client in a page of the office: signed in by the page's ticket.
fn client(demo: &Demo, person: &Person) -> Socket {
    let socket = Socket::open(demo.parlour().address, &[]).expect("the socket opens");
    socket.says(&json!({"hello": {"app": "oa", "token": person.ticket(), "client": {"name": "test"}}}).to_string());
    socket.hears("welcome", 0, |_| true);
    socket
}

/// Waits for a message from this party that says this.
fn hears(socket: &Socket, from: &str, text: &str) -> Value {
    let wanted = |message: &Value| message["from"] == from && message["text"].as_str().is_some_and(|said| said.contains(text));
    let messages = |body: &Value| body["messages"].as_array().cloned().unwrap_or_default();
    let sync = socket.hears("sync", 0, |body| messages(body).iter().any(wanted));
    messages(&sync).into_iter().find(wanted).expect("it was there")
}

#[test]
fn people_talk_and_what_was_said_before_is_there() {
    let demo = Demo::start();
    let (ben, anna) = (demo.enters("Ben Okafor"), demo.enters("Anna Liu"));
    let (ben, anna) = (client(&demo, &ben), client(&demo, &anna));
    let said = hears(&anna, "user:ben", "It goes out now");
    assert!(said["via"].is_null(), "Ben said it himself, and it looks like that: {said}");
    let before = hears(&anna, "user:anna", "Just did.");
    assert!(before["via"].is_null() && before["id"].as_i64() < said["id"].as_i64(), "in the order in which it was said");
    ben.says(&json!({"send": {"id": 1, "to": "user:anna", "key": "k1", "text": "Lunch?"}}).to_string());
    hears(&anna, "user:ben", "Lunch?");
    let departments = anna.hears("sync", 0, |body| body["groups"].to_string().contains("app:sales"));
    assert!(departments["groups"].to_string().contains("\"ben\""), "{departments}");
}

#[test]
fn a_leave_request_reaches_the_manager_and_the_answer_comes_back() {
    let demo = Demo::start();
    let (ben, anna) = (demo.enters("Ben Okafor"), demo.enters("Anna Liu"));
    let (his, hers) = (client(&demo, &ben), client(&demo, &anna));
    let day = jiff::Zoned::now().date().checked_add(jiff::Span::new().days(40)).expect("a day");
    let weekday = (0..7).map(|n| day.checked_add(jiff::Span::new().days(n)).expect("a day"));
    let day = weekday.into_iter().find(|day| day.weekday() == jiff::civil::Weekday::Tuesday).expect("a Tuesday").to_string();
    let asked = ben.sends("/leave", &[("first", &day), ("last", &day), ("note", "Moving house")]);
    assert_eq!(asked.status, 303, "{}", asked.text());
    let request = hears(&hers, "application", "Ben Okafor asks for leave");
    assert_eq!(request["card"]["text"], "> Moving house");
    let link = request["card"]["link"].as_str().expect("a link");
    let path = link.split_once(&demo.office().address.to_string()).expect("a link to the office").1.to_string();
    assert_eq!(anna.sends(&format!("{path}/decision"), &[("verdict", "approve")]).status, 303);
    hears(&his, "application", "**approved**");
    let done = |body: &Value| body["messages"][0]["card"]["done"]["label"] == "Approved";
    let shown = hers.hears("sync", 0, done)["messages"][0].clone();
    assert_eq!((&shown["id"], &shown["card"]["done"]["user"]), (&request["id"], &json!("anna")), "the card shows it too");
}

#[test]
fn a_leave_request_is_rejected_with_a_reason_on_its_card_and_the_page_shows_it() {
    let demo = Demo::start();
    let (wei, anna) = (demo.enters("Chen Wei"), demo.enters("Anna Liu"));
    let (his, hers) = (client(&demo, &wei), client(&demo, &anna));
    let request = hears(&hers, "application", "陈伟 asks for leave");
    let press = json!({"id": 9, "message": request["id"], "action": "reject", "input": "Not that week", "key": "k"});
    hers.says(&json!({"act": press}).to_string());
    let confirmed = |body: &Value| body["messages"][0]["card"]["done"]["state"] == "confirmed";
    let card = hers.hears("sync", 0, confirmed)["messages"][0]["card"].clone();
    assert_eq!((&card["done"]["label"], &card["done"]["input"]), (&json!("Rejected"), &json!("Not that week")));
    hears(&his, "application", "Not that week");
    let link = request["card"]["link"].as_str().expect("a link");
    let path = link.split_once(&demo.office().address.to_string()).expect("a link to the office").1;
    assert!(wei.looks(path).text().contains("Not that week"));
}

#[test]
fn the_office_answers_whom_writes_to_it() {
    let demo = Demo::start();
    let ben = demo.enters("Ben Okafor");
    let ben = client(&demo, &ben);
    ben.says(&json!({"send": {"id": 1, "to": "application", "key": "k1", "text": "balance?"}}).to_string());
    hears(&ben, "application", "of 25 days**");
    ben.says(&json!({"send": {"id": 2, "to": "application", "key": "k2", "text": "帮助"}}).to_string());
    hears(&ben, "application", "您可以问我");
}

#[test]
fn a_new_person_is_in_everybodys_contacts_at_once_and_who_has_left_is_not() {
    let demo = Demo::start();
    let (anna, dalia) = (demo.enters("Anna Liu"), demo.enters("Dalia Haddad"));
    let anna = client(&demo, &anna);
    anna.hears("sync", 0, |body| body["groups"].to_string().contains("app:sales"));
    let people = dalia.looks("/people").text();
    assert!(people.contains("4 colleagues"), "five, and nobody is a colleague of their own: {people}");
    let farah = [("name", "Farah Demir"), ("title", "Accountant"), ("department", "operations")];
    assert_eq!(dalia.sends("/staff", &farah).status, 303);
    let shown = anna.hears("sync", 0, |body| body["groups"].to_string().contains("\"farah\""));
    assert!(shown["users"].to_string().contains("Farah Demir"), "{shown}");
    let asked = dalia.looks("/staff/farah/departure").text();
    assert!(asked.contains("Farah Demir") && asked.contains("value=\"yes\""), "{asked}");
    assert!(!dalia.looks("/staff").text().contains("value=\"yes\""), "nobody is let go by one press in the list");
    assert_eq!(dalia.sends("/staff/farah/departure", &[("left", "yes")]).status, 303);
    let operations = |group: &Value| group["id"] == "app:operations" && !group.to_string().contains("farah");
    anna.hears("sync", 0, |body| body["groups"].as_array().is_some_and(|groups| groups.iter().any(operations)));
}

#[test]
fn the_offices_passwords_open_the_messenger_and_signing_out_there_closes_it() {
    let demo = Demo::start();
    let session = |password: &str| {
        let body = json!({"app": "oa", "username": "ben", "password": password});
        demo.parlour().post("/client/session", &body).status
    };
    assert_eq!((session("demo-ben"), session("demo-anna")), (201, 401));
    let ben = demo.enters("Ben Okafor");
    let socket = client(&demo, &ben);
    assert_eq!(ben.sends("/sign-out", &[]).status, 303);
    eventually("the messenger is signed out", || socket.log().closed);
}
