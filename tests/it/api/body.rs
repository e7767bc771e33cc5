//! Bodies that are not what they should be.

use crate::harness::TestServer;
use serde_json::json;

#[test]
fn a_body_that_cannot_be_read_is_refused_with_a_sentence() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("anna");
    let json = office.http().with("content-type", "application/json");
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for (body, said) in [
        (&b"{"[..], "not understood"),
        (b"[]", "not understood"),
        (b"{\"to\":\"user:anna\",\"text\":\"\xff\"}", "UTF-8"),
        (b"{\"to\":\"user:anna\",\"text\":\"\\ud800\"}", "not understood"),
        (deep.as_bytes(), "nested"),
        (b"{\"to\":\"user:anna\",\"to\":\"user:ben\",\"text\":\"x\"}", "duplicate"),
        (b"", "missing"),
    ] {
        let problem = json.call("POST", "/api/v1/messages", body).is_refused(400, "bad_request");
        assert!(problem["detail"].as_str().unwrap().contains(said), "{problem}");
    }
    let form = office.http().with("content-type", "application/x-www-form-urlencoded");
    form.call("POST", "/api/v1/messages", b"to=user:anna&text=x").is_refused(415, "bad_request");
    office.http().call("POST", "/api/v1/messages", b"{}").is_refused(415, "bad_request");
    let large = format!("{{\"to\":\"user:anna\",\"text\":\"{}\"}}", "x".repeat(1024 * 1024));
    json.call("POST", "/api/v1/messages", large.as_bytes()).is_refused(413, "too_large");
    office.get("/users/anna").is(200);
}

#[test]
fn a_method_or_an_address_that_is_not_there_is_said() {
    let server = TestServer::start();
    let office = server.app("oa");
    let answer = office.http().json("PUT", "/api/v1/messages", &json!({}));
    answer.is_refused(405, "bad_request");
    assert_eq!(answer.header("allow"), Some("POST"));
    office.get("/nothing").is_refused(404, "not_found");
    office.get("/users/anna/").is_refused(404, "not_found");
}
