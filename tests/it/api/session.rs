//! Where a user is signed in, and out everywhere.

use crate::harness::TestServer;
use serde_json::json;

#[test]
fn a_user_is_signed_out_everywhere() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (desk, phone) = (office.person("anna"), office.device("anna"));
    let sessions = office.get("/users/anna/sessions").is(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 2);
    assert!(sessions["items"][0]["created_at"].is_string() && sessions["items"][0]["kind"] == "session");
    office.delete("/users/anna/sessions").is(204);
    for voice in [&desk, &phone] {
        assert_eq!(voice.is_told("bye", |_| true)["code"], "expired");
        let refused = server.http().bearer(&voice.token).delete("/client/session");
        refused.is_refused(401, "unauthenticated");
    }
    assert_eq!(office.get("/users/anna/sessions").is(200), json!({"items": [], "next": null}));
    office.get("/users/nobody/sessions").is_refused(404, "not_found");
    office.delete("/users/nobody/sessions").is_refused(404, "not_found");
}
