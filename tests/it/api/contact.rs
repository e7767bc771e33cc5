//! A user's own contact list.

use crate::harness::TestServer;
use serde_json::json;

#[test]
fn a_users_own_list_is_replaced_as_a_whole_and_told_at_once() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    office.user("ben");
    let friends = json!({"groups": [{"id": "friends", "name": "Friends", "users": ["ben", {"id": "carl", "name": "Carl"}]}]});
    let put = office.put("/users/anna/contacts", &friends).is(200);
    let list = json!({"groups": [{"id": "friends", "name": "Friends", "parent": null, "users": ["ben", "carl"]}]});
    assert_eq!((&put["groups"], &put["difference"]["added"]), (&list["groups"], &json!(2)));
    anna.knows("groups", |group| group["id"] == "own:friends" && group["users"] == json!(["ben", "carl"]));
    anna.knows("users", |user| user["id"] == "carl" && user["name"] == "Carl");
    assert_eq!(office.get("/users/anna/contacts").is(200)["groups"], list["groups"]);
    let none = json!({"groups": [], "given": {"groups": [], "at": null, "asked_at": null, "failed": false, "held": null}});
    assert_eq!(office.get("/users/ben/contacts").is(200), none);

    office.put("/groups/sales", &json!({"name": "Sales", "users": ["ben"]})).is(201);
    anna.knows("groups", |group| group["id"] == "shared:sales");
    assert_eq!(office.get("/users/anna/contacts").is(200)["groups"], list["groups"], "the shared groups are not her own");

    office.put("/users/anna/contacts", &json!({"groups": []})).is(200);
    anna.is_told("sync", |sync| {
        sync["groups"]
            .as_array()
            .is_some_and(|groups| groups.iter().any(|group| group["id"] == "own:friends" && group["gone"] == true))
    });
}

#[test]
fn what_is_wrong_with_a_list_is_said() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("anna");
    let group = |users: serde_json::Value| json!({"groups": [{"id": "g", "name": "G", "users": users}]});
    let problem = office.put("/users/anna/contacts", &group(json!(["nobody"]))).is_refused(400, "bad_request");
    assert_eq!(problem["field"], "users");
    assert!(problem["detail"].as_str().unwrap().contains("nobody"));
    for body in [
        group(json!([7])),
        group(json!([{"id": "x", "name": "X", "password": "p"}])),
        json!({"groups": [{"id": "", "name": "G", "users": []}]}),
        json!({"groups": [{"id": "g", "name": "G", "users": [], "visible_to": []}]}),
        json!({"groups": [{"id": "g", "name": "G", "users": []}, {"id": "g", "name": "H", "users": []}]}),
        json!({}),
    ] {
        office.put("/users/anna/contacts", &body).is_refused(400, "bad_request");
    }
    office.put("/users/nobody/contacts", &json!({"groups": []})).is_refused(404, "not_found");
    office.get("/users/nobody/contacts").is_refused(404, "not_found");
}

#[test]
fn the_applications_list_can_be_asked_for_again() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("anna");
    office.post("/users/anna/contacts/refresh", &json!({})).is(202);
    office.http().call("POST", "/api/v1/contacts/refresh", b"").is(202);
    office.post("/users/nobody/contacts/refresh", &json!({})).is_refused(404, "not_found");
    office.post("/contacts/refresh", &json!({"user": "anna"})).is_refused(400, "bad_request");
}
