//! Ids are the application's own: every character that is allowed goes through a path, a body and back.

use crate::harness::TestServer;
use serde_json::{Value, json};

fn encode(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// Every printable character of ASCII, and some of the rest of the world.
fn ids() -> Vec<String> {
    let ascii: String = (0x20..0x7f_u8).map(char::from).collect();
    let mut ids: Vec<String> = ascii.as_bytes().chunks(19).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    ids.extend(["刘/安娜#1", "zoë@oa", "a%2Fb", "100%", "%25", "..", "🦊", " ", "user:x", "a+b c"].map(String::from));
    ids.push("é".repeat(64));
    ids
}

#[test]
fn every_allowed_id_goes_through_paths_bodies_and_parties() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    for id in ids() {
        let path = encode(&id);
        assert_eq!(office.put(&format!("/users/{path}"), &json!({"name": "Somebody"})).is(201)["user"]["id"], id);
        assert_eq!(office.get(&format!("/users/{path}")).is(200)["user"]["id"], id);
        let sent = office.post("/messages", &json!({"to": format!("user:{id}"), "text": "x"})).is(202);
        assert_eq!(sent["messages"][0]["to"], format!("user:{id}"));
        assert!(sent["messages"][0]["id"].is_i64(), "{id}: {sent}");
        let group = json!({"name": "G", "users": [id], "visible_to": [id]});
        assert_eq!(office.put(&format!("/groups/{path}"), &group).is(201)["group"]["users"], json!([id]));
        assert_eq!(office.get(&format!("/presence?users={path}")).is(200)["items"][0]["user"], id);
        let ticket = office.post(&format!("/users/{path}/tickets"), &json!({})).is(201)["ticket"].clone();
        let session = server.http().post("/client/session", &json!({"app": "oa", "ticket": ticket})).is(201);
        assert_eq!(session["user"]["id"], id);
    }
    let listed = office.get("/users?limit=200").is(200)["items"].as_array().unwrap().len();
    assert_eq!(listed, ids().len(), "they are all different");
}

#[test]
fn every_page_of_strange_ids_has_a_next() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    ids().iter().for_each(|id| drop(office.put(&format!("/users/{}", encode(id)), &json!({})).is(201)));
    let (mut seen, mut after) = (0, String::new());
    loop {
        let page = office.get(&format!("/users?limit=1{after}")).is(200);
        seen += page["items"].as_array().unwrap().len();
        match &page["next"] {
            Value::String(next) => after = format!("&after={}", encode(next)),
            _ => break,
        }
    }
    assert_eq!(seen, ids().len());
}

#[test]
fn ids_of_the_wrong_form_are_refused() {
    let server = TestServer::start();
    let office = server.app("oa");
    for path in ["a%0Ab", "%00", "%7F", "%FF", "%C3%28", &"x".repeat(129), "erased%3A1"] {
        office.put(&format!("/users/{path}"), &json!({"name": "x"})).is_refused(400, "bad_request");
    }
    for path in
        ["/messages/0", "/messages/-1", "/messages/1.0", "/messages/%31x", "/conversations/x", "/batches/99999999999999999999"]
    {
        office.get(path).is_refused(400, "bad_request");
    }
    office.get("/users/").is_refused(404, "not_found");
}
