//! An application that loses its own list by mistake: nothing is emptied here before somebody says that it is meant.

use crate::harness::{App, Listener, TestServer, Voice, eventually};
use serde_json::{Value, json};

fn list(count: usize) -> Value {
    let users: Vec<Value> = (0..count).map(|n| json!({"id": format!("p{n:02}"), "name": format!("Person {n}")})).collect();
    json!({"groups": [{"id": "staff", "name": "Staff", "users": users}]})
}

fn office(server: &TestServer, listener: &Listener) -> App {
    let approve = listener.host_and_port();
    let url = listener.url();
    server.app_with("oa", &["--callback", &url, "--approve", &approve, "--event", "contacts.held"])
}

fn sees(anna: &Voice, count: i64) {
    eventually(&format!("{count} contacts"), || {
        let groups = anna.gets("contacts", json!({"limit": 100}))["users"].as_array().map(Vec::len);
        (groups == Some(count as usize)).then_some(())
    });
}

#[test]
fn a_list_that_is_suddenly_empty_is_held_and_told_and_the_earlier_one_serves() {
    let server = TestServer::start();
    let listener = Listener::start();
    let office = office(&server, &listener);
    listener.trusts(&office.callback_secret);
    listener.answers_json("contacts.list", list(30));
    let anna = office.person("anna");
    sees(&anna, 30);

    listener.answers_json("contacts.list", json!([]));
    let asks = |body: &Value| {
        let before = listener.calls("contacts.list").len();
        office.post("/users/anna/contacts/refresh", body).is(202);
        listener.is_asked("contacts.list", before + 1);
    };
    asks(&json!({}));
    let told = &listener.is_asked("contacts.held", 1)[0].body["data"];
    assert_eq!(told, &json!({"user": "anna", "had": 30, "gone": 30}));
    sees(&anna, 30);
    let given = || office.get("/users/anna/contacts").is(200)["given"].clone();
    let standing = given();
    assert_eq!(standing["groups"][0]["users"].as_array().map(Vec::len), Some(30), "what was taken: {standing}");
    assert_eq!((&standing["held"]["gone"], &standing["held"]["kept"]), (&json!(30), &json!(false)), "{standing}");
    assert!(standing["at"].is_string() && standing["failed"] == json!(false), "{standing}");
    asks(&json!({}));
    sees(&anna, 30);
    assert_eq!(listener.calls("contacts.held").len(), 1, "the same is told once");

    // It is well again: nothing is held, and the next mistake is told again.
    listener.answers_json("contacts.list", list(25));
    asks(&json!({}));
    sees(&anna, 25);
    listener.answers_json("contacts.list", json!({"groups": []}));
    asks(&json!({}));
    listener.is_asked("contacts.held", 2);
    asks(&json!({"confirm": true}));
    sees(&anna, 0);
    assert_eq!((&given()["groups"], &given()["held"]), (&json!([]), &json!(null)));
}

#[test]
fn an_administrator_takes_a_held_list_or_keeps_the_earlier_one() {
    let server = TestServer::start();
    let listener = Listener::start();
    let office = office(&server, &listener);
    listener.answers_json("contacts.list", list(30));
    let anna = office.person("anna");
    sees(&anna, 30);
    let admin = crate::console::admin::Admin::first(&server);
    assert!(!admin.sees("/console/@oa").contains("/console/@oa/held"));
    listener.answers_json("contacts.list", list(4));
    office.post("/users/anna/contacts/refresh", &json!({})).is(202);
    listener.is_asked("contacts.held", 1);
    assert!(admin.sees("/console/@oa").contains("/console/@oa/held"));
    assert!(admin.sees("/console").contains("/console/@oa/held"), "the overview says so of all applications");
    let newer = "A newer list would lose 26 of 30 people and is held";
    assert!(admin.sees("/console/@oa/users/@anna/contacts").contains(newer));
    let examined = server.types(&["doctor", "oa"]);
    assert!(examined.out.contains("1 contact list would lose most of its people and is held: anna 26 of 30"), "{examined:?}");
    let checked = admin.posts("/console/@oa/check", &[]).text();
    assert!(checked.contains("anna 26 of 30") && checked.contains("/console/@oa/held\">Look at them"), "{checked}");
    let page = admin.sees("/console/@oa/held");
    assert!(page.contains("30 people") && page.contains("26"), "{page}");
    admin.does("/console/@oa/held/keep", &[("user", "anna")]);
    assert!(admin.sees("/console/@oa/held").contains("No list is held"));
    assert!(!admin.sees("/console/@oa/users/@anna/contacts").contains("and is held"));
    assert!(!server.types(&["doctor", "oa"]).out.contains("held lists"));
    assert_eq!(office.get("/users/anna/contacts").is(200)["given"]["held"]["kept"], true);
    sees(&anna, 30);
    office.post("/contacts/refresh", &json!({"confirm": true})).is(202);
    listener.is_asked("contacts.list", 3);
    office.post("/users/anna/contacts/refresh", &json!({})).is(202);
    listener.is_asked("contacts.list", 4);
    sees(&anna, 30);
    admin.does("/console/@oa/held/take", &[("user", "anna")]);
    sees(&anna, 4);
}
