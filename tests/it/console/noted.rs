//! What programs and commands did stands in the audit log like what was done in the console.

use super::admin::Admin;
use crate::harness::TestServer;
use serde_json::json;

#[test]
fn who_took_everything_out_or_made_people_go_stands_in_the_audit_log() {
    let server = TestServer::start();
    let admin = Admin::first(&server);
    let app = server.app("oa");
    for id in ["anna", "ben", "cleo"] {
        app.user(id);
    }
    assert_eq!(app.http().get("/api/v1/export/messages").status, 200);
    server.types(&["export", "users", "oa"]).ends(0);
    app.delete("/users/cleo").is(204);
    let list = json!({"users": [{"id": "anna", "name": "Anna"}]});
    app.put("/users?confirm=true", &list).is(200);
    app.put("/users?confirm=true", &list).is(200);
    let log = admin.sees("/console/audit");
    for line in ["oa/messages", "oa/users", "oa/cleo", "Exported data", "Erased user", "application:oa"] {
        assert!(log.contains(line), "{line}: {log}");
    }
    assert_eq!(log.matches("Replaced the list of people").count(), 1, "once: the second time nobody went");
    assert!(log.contains("The chain is whole."));
}

#[test]
fn what_commands_did_to_the_lists_of_people_is_called_by_its_name() {
    let server = TestServer::start();
    let admin = Admin::first(&server);
    let app = server.app("oa");
    for id in ["anna", "ben"] {
        app.user(id);
    }
    server.pipes(&["import", "contacts", "oa"], r#"{"id": "sales", "name": "Sales", "users": ["anna", "ben"]}"#).ends(0);
    let log = admin.sees("/console/audit");
    assert!(log.contains("Imported contact lists") && !log.contains("contacts.import"), "{log}");
}

#[test]
fn the_console_is_found_with_a_slash_at_its_end_too() {
    let server = TestServer::start();
    let answer = server.http().get("/console/");
    assert_eq!((answer.status, answer.header("location")), (303, Some("/console")));
}

#[test]
fn a_message_that_reached_nobody_is_not_called_sent() {
    let server = TestServer::start();
    let admin = Admin::first(&server);
    let app = server.app("oa");
    app.user("anna").post("/messages", &json!({"to": ["user:nobody"], "text": "to nobody"})).is(202);
    let list = admin.sees("/console/@oa/messages");
    assert!(list.contains(">failed<") && !list.contains(">sent<"), "{list}");
    app.post("/messages", &json!({"to": ["user:nobody", "user:anna"], "text": "to one of two"})).is(202);
    assert!(admin.sees("/console/@oa/messages").contains(">sent in part<"));
}
