//! Rooms that the application makes, and conversations for its own records.

use crate::harness::TestServer;
use serde_json::{Value, json};

#[test]
fn a_room_made_by_the_application_is_there_for_its_members() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let room = office.post("/conversations", &json!({"title": "Project", "users": ["anna", "ben"]})).is(201);
    let id = room["conversation"]["id"].clone();
    assert_eq!((&room["conversation"]["kind"], &room["conversation"]["count"]), (&json!("room"), &json!(2)));
    assert_eq!(room["members"].as_array().unwrap().len(), 2);
    anna.knows("conversations", |row| row["id"] == id && row["title"] == "Project");
    anna.sends(&format!("conversation:{id}"), "hello all");
    ben.hears("hello all");
    office.post("/messages", &json!({"to": format!("conversation:{id}"), "text": "from the office"})).is(202);
    anna.hears("from the office");
    let whole = office.get(&format!("/conversations/{id}")).is(200);
    assert_eq!(whole["members"].as_array().unwrap().len(), 2);
    office.get("/conversations/999999").is_refused(404, "not_found");
    for (body, field) in [
        (json!({"title": "", "users": ["anna"]}), "title"),
        (json!({"title": "x"}), "users"),
        (json!({"title": "x", "users": [], "owner": "anna"}), "owner"),
    ] {
        assert_eq!(office.post("/conversations", &body).is_refused(400, "bad_request")["field"], field);
    }
    office.post("/conversations", &json!({"title": "x", "users": ["nobody"]})).is_refused(400, "bad_request");
}

#[test]
fn conversations_and_their_messages_are_paged_for_the_applications_records() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, _ben) = (office.person("anna"), office.person("ben"));
    let direct = anna.sends("ben", "text 0")["conversation"].clone();
    for number in 1..5 {
        anna.sends("ben", &format!("text {number}"));
    }
    anna.sends("application", "balance?");
    let page = office.get("/conversations?limit=1").is(200);
    assert_eq!((&page["items"][0]["id"], &page["items"][0]["kind"]), (&direct, &json!("direct")));
    let page = office.get(&format!("/conversations?limit=1&after={}", page["next"].as_str().unwrap())).is(200);
    assert_eq!((&page["items"][0]["kind"], &page["next"]), (&json!("application"), &Value::Null));

    let first = office.get(&format!("/conversations/{direct}/messages?limit=3")).is(200);
    let texts = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!(texts(&first), ["text 0", "text 1", "text 2"]);
    assert_eq!(first["items"][0].get("key"), None, "the key is its sender's");
    let next = first["next"].as_str().unwrap();
    let rest = office.get(&format!("/conversations/{direct}/messages?limit=3&after={next}")).is(200);
    assert_eq!((texts(&rest), &rest["next"]), (vec!["text 3".to_string(), "text 4".to_string()], &Value::Null));
    office.get("/conversations/999999/messages").is_refused(404, "not_found");
    office.get("/conversations?after=x").is_refused(400, "bad_request");
}

#[test]
fn what_was_read_on_the_applications_page_is_read_everywhere() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let sent = ben.sends("anna", "read me");
    let heard = anna.hears("read me");
    let address = format!("/conversations/{}/read", sent["conversation"]);
    let member = office.post(&address, &json!({"user": "anna", "upto": heard["id"]})).is(200)["member"].clone();
    assert_eq!((&member["user"], &member["read"]), (&json!("anna"), &heard["id"]));
    anna.knows("members", |row| row["user"] == "anna" && row["unread"] == 0 && row["read"] == heard["id"]);
    ben.knows("members", |row| row["user"] == "anna" && row["read"] == heard["id"]);
    office.post(&address, &json!({"user": "nobody", "upto": 1})).is_refused(400, "bad_request");
    office.post("/conversations/999999/read", &json!({"user": "anna", "upto": 1})).is_refused(404, "not_found");
}
