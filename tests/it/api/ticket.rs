//! Tickets: one way in, once.

use crate::harness::{TestServer, Voice};
use serde_json::json;

#[test]
fn a_ticket_lets_its_user_in_once() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.put("/users/anna", &json!({"name": "Anna"})).is(201);
    let made = office.post("/users/anna/tickets", &json!({})).is(201);
    let ticket = made["ticket"].as_str().unwrap();
    assert_eq!(made["url"], format!("http://parlour.test/#ticket={ticket}&app=oa&user=anna"));
    assert!(made["expires_at"].is_string());
    let session = server.http().post("/client/session", &json!({"app": "oa", "ticket": ticket})).is(201);
    assert_eq!(session["user"]["id"], "anna", "{session}");
    server.http().post("/client/session", &json!({"app": "oa", "ticket": ticket})).is_refused(401, "unauthenticated");
    Voice::connect(&office, "anna", session["token"].as_str().unwrap());
    let unknown = office.post("/users/nobody/tickets", &json!({})).is_refused(404, "not_found");
    assert_eq!(unknown["detail"], "there is no such user yet; say a `name`, and the ticket creates one");
    office.post("/users/anna/tickets", &json!({"ttl": 3600})).is_refused(400, "bad_request");
}

#[test]
fn a_ticket_that_says_who_comes_needs_no_user_beforehand() {
    let server = TestServer::start();
    let office = server.app("oa");
    let ben = office.person("ben");
    let enters = |body| {
        let ticket = office.post("/users/anna/tickets", &body).is(201)["ticket"].clone();
        server.http().post("/client/session", &json!({"app": "oa", "ticket": ticket})).is(201)["user"].clone()
    };
    let user = enters(json!({"name": "Anna Liu", "title": "Sales"}));
    assert_eq!((&user["name"], &user["title"]), (&json!("Anna Liu"), &json!("Sales")));
    ben.sends("anna", "hello");
    enters(json!({"name": "Anna Liu-Weber"}));
    ben.knows("users", |row| row["name"] == "Anna Liu-Weber" && row["title"] == "Sales");
    assert_eq!(enters(json!({}))["name"], "Anna Liu-Weber", "what is not said stays");
    office.post("/users/anna/tickets", &json!({"name": ""})).is_refused(400, "bad_request");
    office.patch("/users/anna", &json!({"suspended": true})).is(200);
    office.post("/users/anna/tickets", &json!({"name": "Anna"})).is_refused(403, "forbidden");
    assert_eq!(office.get("/users/anna").is(200)["user"]["name"], "Anna Liu-Weber");
}

#[test]
fn a_ticket_is_only_made_where_the_application_lets_users_in_by_tickets() {
    let server = TestServer::start();
    let office = server.app_with("oa", &["--sign-in", "local"]);
    office.user("anna");
    office.post("/users/anna/tickets", &json!({})).is_refused(403, "forbidden");
}

#[test]
fn a_repeated_request_gets_the_same_ticket_which_is_kept_nowhere() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.put("/users/anna", &json!({})).is(201);
    let ask = || office.http().with("idempotency-key", "t1").post("/api/v1/users/anna/tickets", &json!({})).is(201);
    let (first, second) = (ask(), ask());
    assert_eq!(first, second);
    assert_ne!(office.post("/users/anna/tickets", &json!({})).is(201)["ticket"], first["ticket"]);
    let secret = first["ticket"].as_str().unwrap().trim_start_matches("ptk_").as_bytes().to_vec();
    for file in std::fs::read_dir(server.data()).unwrap().flatten().filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{:?} has the ticket", file.path());
    }
}
