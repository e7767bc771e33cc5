//! Topics: messages about one object of the application, together.

use crate::harness::{App, TestServer, Voice, eventually};
use serde_json::{Value, json};

fn send(office: &App, to: &str, text: &str, topic: &str) -> Value {
    office.post("/messages", &json!({"to": to, "text": text, "topic": topic})).is(202)
}

/// Waits until this device counts so many unread messages of the application.
#[track_caller]
fn counts(voice: &Voice, unread: i64) {
    voice.knows("members", |row| row["user"] == voice.id.as_str() && row["unread"] == unread);
}

#[test]
fn what_was_seen_on_its_page_is_read_on_all_devices_and_nothing_else_is() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (mut anna, phone, ben) = (office.person("anna"), office.device("anna"), office.person("ben"));
    for (text, topic) in [("one", "leave/118"), ("two", "leave/119"), ("three", "leave/118")] {
        send(&office, "user:anna", text, topic);
        assert_eq!(anna.hears(text)["topic"], topic);
    }
    send(&office, "user:ben", "to ben", "leave/118");
    ben.hears("to ben");
    let read = |topic: &str| office.post(&format!("/topics/{topic}/read"), &json!({"user": "anna"})).is(200)["read"].clone();
    assert_eq!(read("leave%2F118"), 2);
    counts(&anna, 1);
    counts(&phone, 1);
    assert_eq!(read("leave%2F118"), 0, "once");
    let late = office.device("anna");
    counts(&late, 1);
    anna.returns();
    counts(&anna, 1);
    let fresh = office.device("ben");
    counts(&fresh, 1);

    // What comes later counts; a mark above all of it leaves nothing.
    send(&office, "user:anna", "four", "leave/118");
    let four = anna.hears("four");
    counts(&office.device("anna"), 2);
    anna.gets("read", json!({"conversation": four["conversation"], "upto": four["id"]}));
    counts(&anna, 0);
    send(&office, "user:anna", "five", "leave/118");
    counts(&office.device("anna"), 1);
    office.post("/topics/leave%2F118/read", &json!({"user": "nobody"})).is_refused(400, "bad_request");
    office.post("/topics/leave%2F000/read", &json!({"user": "anna"})).is_refused(404, "not_found");
    let slash = office.post("/topics/leave/118/read", &json!({"user": "anna"})).is_refused(404, "not_found");
    assert!(slash["detail"].as_str().unwrap().contains("a / in an id is written %2F"), "{slash}");
}

#[test]
fn what_is_withdrawn_does_not_count_any_more_for_whoever_is_there_and_whoever_returns() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    for (text, topic) in [("one", "other"), ("two", "leave/118"), ("three", "other")] {
        send(&office, "user:anna", text, topic);
        anna.hears(text);
    }
    let mut phone = office.device("anna");
    counts(&phone, 3);
    phone.socket.breaks();
    assert_eq!(office.delete("/topics/leave%2F118").is(202)["withdrawn"], 1);
    counts(&anna, 2);
    phone.returns();
    counts(&phone, 2);
    assert_eq!(office.delete("/topics/leave%2F118").is(202)["withdrawn"], 0);
    office.delete("/topics/none").is_refused(404, "not_found");
}

#[test]
fn the_messages_of_a_topic_are_listed_and_the_newest_is_changed() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let first = send(&office, "user:anna", "asked", "请假/118 #?");
    let second = send(&office, "user:ben", "asked too", "请假/118 #?");
    let address = "/topics/%E8%AF%B7%E5%81%87%2F118%20%23%3F";
    ben.hears("asked too");
    let page = office.get(&format!("{address}?limit=1")).is(200);
    assert_eq!((&page["items"][0]["id"], &page["items"][0]["topic"]), (&second["batch"], &json!("请假/118 #?")));
    let next = page["next"].as_str().unwrap();
    let rest = office.get(&format!("{address}?after={next}")).is(200);
    assert_eq!((&rest["items"][0]["id"], &rest["next"]), (&first["batch"], &Value::Null));
    office.patch(address, &json!({"text": "approved"})).is(202);
    ben.knows("messages", |m| m["text"] == "approved");
    let unchanged = first["messages"][0]["id"].clone();
    assert_eq!(office.get(&format!("/messages/{unchanged}")).is(200)["message"]["text"], "asked");
    drop(anna);
    office.get("/topics/none").is_refused(404, "not_found");
    let long = "x".repeat(129);
    office.get(&format!("/topics/{long}")).is_refused(400, "bad_request");
    office.post("/messages", &json!({"to": "user:anna", "text": "x", "topic": ""})).is_refused(400, "bad_request");
}

#[test]
fn a_later_message_takes_the_place_of_earlier_ones_for_the_same_people_once() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let earlier =
        office.post("/messages", &json!({"to": ["user:anna", "user:ben"], "text": "asked", "topic": "leave/118"})).is(202);
    send(&office, "user:anna", "something else", "leave/119");
    anna.hears("something else");
    let body = json!({"to": "user:anna", "text": "approved", "topic": "leave/118", "replace": true});
    let once = |body: &Value| office.http().with("idempotency-key", "k1").post("/api/v1/messages", body).is(202);
    assert_eq!(once(&body)["batch"], once(&body)["batch"]);
    let approved = anna.hears("approved");
    let texts =
        |voice: &Voice| voice.messages(&approved["conversation"]).iter().map(|m| m["text"].to_string()).collect::<Vec<_>>();
    eventually("the earlier one is gone", || (texts(&anna) == [r#""""#, r#""something else""#, r#""approved""#]).then_some(()));
    counts(&anna, 2);
    let to_ben = earlier["messages"][1]["id"].clone();
    assert_eq!(office.get(&format!("/messages/{to_ben}")).is(200)["message"]["text"], "asked", "ben was not written to");
    drop(ben);
    office.post("/messages", &json!({"to": "user:anna", "text": "x", "replace": true})).is_refused(400, "bad_request");
}

#[test]
fn a_topic_of_many_is_withdrawn_whole() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let people: Vec<Value> = (0..150).map(|n| json!({"id": format!("u{n}"), "name": "U"})).collect();
    office.put("/groups/all", &json!({"name": "All", "users": people})).is(201);
    let batch = send(&office, "everyone", "to many", "notice/1")["batch"].clone();
    let done = |office: &App| office.get(&format!("/batches/{batch}?limit=200")).is(200);
    eventually("it is written", || (done(&office)["batch"]["open"] == false).then_some(()));
    office.delete("/topics/notice%2F1").is(202);
    eventually("it is withdrawn", || (done(&office)["batch"]["open"] == false).then_some(()));
    for item in done(&office)["items"].as_array().unwrap() {
        assert_eq!(office.get(&format!("/messages/{}", item["id"])).is(200)["message"]["deleted_by"], "application");
    }
}

#[test]
fn a_page_of_hundreds_is_seen_whole_by_all_devices_also_where_the_application_hangs_up() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let anna = office.person("anna");
    (0..950).for_each(|n| drop(send(&office, "user:anna", &format!("status {n}"), "status")));
    anna.hears("status 949");
    office.http().post_let_go("/api/v1/topics/status/read", &json!({"user": "anna"}));
    counts(&anna, 0);
}

#[test]
fn whoever_has_seen_the_page_of_a_thousand_messages_has_read_them_all() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    office.user("anna");
    let many = 1_001;
    (0..many).for_each(|n| drop(send(&office, "user:anna", &format!("status {n}"), "status")));
    let read = || office.post("/topics/status/read", &json!({"user": "anna"})).is(200)["read"].clone();
    assert_eq!((read(), read()), (json!(many), json!(0)));
    counts(&office.device("anna"), 0);
}

/// The texts that stand in the only conversation.
fn standing(office: &App) -> Vec<String> {
    let place = office.get("/conversations").is(200)["items"][0]["id"].clone();
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = office.get(&format!("/conversations/{place}/messages?limit=200{after}")).is(200);
        all.extend(page["items"].as_array().unwrap().iter().map(|message| message["text"].as_str().unwrap().to_string()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    all.retain(|text| !text.is_empty());
    all
}

#[test]
fn a_topic_of_hundreds_of_messages_is_withdrawn_whole_and_what_comes_after_stays() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    office.user("anna");
    (0..450).for_each(|n| drop(send(&office, "user:anna", &format!("status {n}"), "status")));
    assert_eq!(office.delete("/topics/status").is(202)["withdrawn"], 450);
    send(&office, "user:anna", "another", "status");
    eventually("all but the last are gone", || (standing(&office) == ["another"]).then_some(()));
    assert_eq!(office.delete("/topics/status").is(202)["withdrawn"], 1);
    office.delete("/topics/nothing").is_refused(404, "not_found");
}

#[test]
fn a_message_takes_the_place_of_hundreds() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    office.user("anna");
    (0..120).for_each(|n| drop(send(&office, "user:anna", &format!("status {n}"), "status")));
    send(&office, "user:anna", "beside it", "other");
    office.post("/messages", &json!({"to": "user:anna", "text": "now", "topic": "status", "replace": true})).is(202);
    eventually("only the last of the topic stands", || (standing(&office) == ["beside it", "now"]).then_some(()));
    counts(&office.device("anna"), 2);
}
