//! Long-lived tokens of programs and devices.

use crate::harness::{TestServer, Voice};
use serde_json::{Value, json};

#[test]
fn a_program_is_signed_in_by_its_token_until_that_is_revoked() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.put("/users/printer", &json!({"name": "Printer", "kind": "device"})).is(201);
    let made = office.post("/users/printer/tokens", &json!({"name": "second floor"})).is(201);
    assert_eq!((&made["name"], &made["expires_at"]), (&json!("second floor"), &Value::Null));
    let printer = Voice::connect(&office, "printer", made["token"].as_str().unwrap());
    printer.sends("application", "out of paper");
    let sessions = office.get("/users/printer/sessions").is(200);
    assert_eq!((&sessions["items"][0]["kind"], &sessions["items"][0]["id"]), (&json!("token"), &made["id"]));
    assert!(!sessions.to_string().contains(made["token"].as_str().unwrap()));
    office.delete("/users/printer/sessions").is(204);
    printer.is_told("bye", |_| true);
}

#[test]
fn what_is_wrong_with_a_token_is_said() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("anna");
    for (body, field) in [
        (json!({}), "name"),
        (json!({"name": " "}), "name"),
        (json!({"name": "x", "expires_at": "2001-01-01T00:00:00Z"}), "expires_at"),
        (json!({"name": "x", "scope": "all"}), "scope"),
    ] {
        assert_eq!(office.post("/users/anna/tokens", &body).is_refused(400, "bad_request")["field"], field);
    }
    office.post("/users/nobody/tokens", &json!({"name": "x"})).is_refused(404, "not_found");
    office.patch("/users/anna", &json!({"suspended": true})).is(200);
    office.post("/users/anna/tokens", &json!({"name": "x"})).is_refused(403, "forbidden");
}

/// A device that has been connected for a month noted its last use when it came.
#[test]
fn a_hundred_new_tokens_end_none_that_is_connected() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    office.put("/users/printer", &json!({"name": "Printer", "kind": "device"})).is(201);
    let token = || office.post("/users/printer/tokens", &json!({"name": "second floor"})).is(201);
    let (connected, left) = (token(), token());
    let printer = Voice::connect(&office, "printer", connected["token"].as_str().unwrap());
    for _ in 0..100 {
        token();
    }
    for _ in 0..10 {
        server.run(&["user", "token", "oa", "printer", "--name", "third floor"]);
    }
    printer.sends("application", "still here");
    let sessions = office.get("/users/printer/sessions?limit=200").is(200);
    let numbers: Vec<&Value> = sessions["items"].as_array().into_iter().flatten().map(|session| &session["id"]).collect();
    assert!(numbers.len() == 100 && numbers.contains(&&connected["id"]) && !numbers.contains(&&left["id"]), "{numbers:?}");
}
