//! Who is reachable now.

use crate::harness::{TestServer, eventually};
use serde_json::{Value, json};

#[test]
fn who_is_connected_is_available_and_an_invisible_user_is_offline() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("ben");
    let anna = office.person("anna");
    assert_eq!(office.get("/users/anna/presence").is(200)["presence"], json!({"user": "anna", "show": "available"}));
    assert_eq!(office.get("/users/ben/presence").is(200)["presence"], json!({"user": "ben", "show": "offline"}));
    anna.gets("present", json!({"show": "busy", "note": "in a meeting"}));
    let all = office.get("/presence?users=ben&users=anna&users=nobody").is(200);
    assert_eq!(
        all["items"],
        json!([{"user": "ben", "show": "offline"}, {"user": "anna", "show": "busy", "note": "in a meeting"}])
    );
    anna.gets("present", json!({"show": "invisible"}));
    assert_eq!(office.get("/users/anna/presence").is(200)["presence"]["show"], "offline");
}

#[test]
fn who_has_left_was_last_seen_then() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let anna = office.person("anna");
    anna.socket.breaks();
    let gone = eventually("she is offline", || {
        let presence = office.get("/users/anna/presence").is(200)["presence"].clone();
        (presence["show"] == "offline").then_some(presence)
    });
    assert_eq!(gone["user"], "anna");
    eventually("when she was last seen is kept", || {
        let presence = office.get("/users/anna/presence").is(200)["presence"].clone();
        presence["last_seen"].is_string().then_some(())
    });
}

#[test]
fn what_is_wrong_with_the_question_is_said() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.get("/users/nobody/presence").is_refused(404, "not_found");
    for query in ["", "?users=", "?user=anna", "?users=%FF"] {
        office.get(&format!("/presence{query}")).is_refused(400, "bad_request");
    }
    let many: Vec<String> = (0..201).map(|n| format!("users=u{n}")).collect();
    office.get(&format!("/presence?{}", many.join("&"))).is_refused(400, "bad_request");
    assert_eq!(office.get(&format!("/presence?{}", many[..200].join("&"))).is(200)["items"], Value::Array(Vec::new()));
}
