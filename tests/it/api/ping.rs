//! Whether an application can be called back.

use crate::harness::{Listener, Reply, TestServer};
use serde_json::{Value, json};

#[test]
fn a_ping_says_how_the_application_answers() {
    let server = TestServer::start();
    let listener = Listener::start();
    let office = server.app_with("oa", &["--callback", &listener.url(), "--approve", &listener.host_and_port()]);
    listener.trusts(&office.callback_secret);
    let pong = office.post("/ping", &json!({})).is(200);
    assert_eq!((&pong["ok"], &pong["status"], &pong["error"]), (&json!(true), &json!(200), &Value::Null), "{pong}");
    assert!(pong["ms"].is_i64());
    listener.answers("ping", |_| Reply::Status(500));
    let pong = office.http().with("idempotency-key", "p").call("POST", "/api/v1/ping", b"").is(200);
    assert_eq!((&pong["ok"], &pong["status"]), (&json!(false), &json!(500)), "{pong}");
    assert!(pong["error"].is_string());
    assert_eq!(office.http().with("idempotency-key", "p").call("POST", "/api/v1/ping", b"").is(200), pong);
    assert_eq!(listener.calls("ping").len(), 2, "a repetition calls nobody");
}

#[test]
fn without_a_callback_address_there_is_nobody_to_ping() {
    let server = TestServer::start();
    server.app("oa").post("/ping", &json!({})).is_refused(409, "conflict");
}
