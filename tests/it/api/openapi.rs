//! The document of the interface, for whoever has no key yet.

use crate::harness::TestServer;

#[test]
fn the_document_is_there_without_a_key() {
    let server = TestServer::start();
    let answer = server.http().get("/api/v1/openapi.json");
    let document = answer.is(200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/api/v1/messages"]["post"]["requestBody"].is_object());
    assert!(document["components"]["schemas"]["MessageDraft"]["properties"]["to"].is_object());
}
