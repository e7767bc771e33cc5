//! Shared groups.

use crate::harness::TestServer;
use serde_json::{Value, json};

#[test]
fn a_group_is_created_changed_and_taken_away() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    office.user("ben");
    let body = json!({"name": "Sales", "parent": "office", "users": ["ben", {"id": "carl", "name": "Carl"}]});
    let group = office.put("/groups/sales", &body).is(201)["group"].clone();
    assert_eq!((&group["id"], &group["count"], &group["users"]), (&json!("sales"), &json!(2), &json!(["ben", "carl"])));
    assert_eq!((&group["parent"], &group["visible_to"]), (&json!("office"), &Value::Null));
    anna.knows("groups", |row| row["id"] == "shared:sales" && row["users"] == json!(["ben", "carl"]));
    assert_eq!(office.get("/groups/sales").is(200)["group"], group);

    let less = office.put("/groups/sales", &json!({"name": "Sales", "users": ["ben"]})).is(200)["group"].clone();
    assert_eq!((&less["users"], &less["parent"]), (&json!(["ben"]), &Value::Null), "as a whole");
    let same = office.put("/groups/sales", &json!({"name": "Sales", "users": ["ben"]})).is(200)["group"].clone();
    assert_eq!(same["version"], less["version"], "nothing has changed");

    office.delete("/groups/sales").is(204);
    anna.is_told("sync", |sync| sync["groups"][0]["id"] == "shared:sales" && sync["groups"][0]["gone"] == true);
    office.get("/groups/sales").is_refused(404, "not_found");
    office.delete("/groups/sales").is_refused(404, "not_found");
}

#[test]
fn a_group_can_be_seen_by_some_only() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let group = office.put("/groups/board", &json!({"name": "Board", "users": ["ben"], "visible_to": ["anna"]})).is(201);
    assert_eq!(group["group"]["visible_to"], json!(["anna"]));
    anna.knows("groups", |row| row["id"] == "shared:board");
    assert_eq!(ben.gets("contacts", json!({"limit": 50}))["users"], json!([]));
    office.put("/groups/x", &json!({"name": "X", "users": ["nobody"]})).is_refused(400, "bad_request");
    office.put("/groups/x", &json!({"name": "X", "users": [], "visible_to": ["nobody"]})).is_refused(400, "bad_request");
    office.put("/groups/x", &json!({"name": " ", "users": []})).is_refused(400, "bad_request");
    office.get("/groups/x").is_refused(404, "not_found");
}

#[test]
fn groups_are_paged_without_their_users() {
    let server = TestServer::start();
    let office = server.app("oa");
    for id in ["c", "a", "b"] {
        office.put(&format!("/groups/{id}"), &json!({"name": id, "users": []})).is(201);
    }
    let page = office.get("/groups?limit=2").is(200);
    let ids: Vec<&Value> = page["items"].as_array().unwrap().iter().map(|group| &group["id"]).collect();
    assert_eq!((ids, &page["next"]), (vec![&json!("a"), &json!("b")], &json!("b")));
    assert_eq!(page["items"][0].get("users"), None);
    let page = office.get("/groups?limit=2&after=b").is(200);
    assert_eq!((&page["items"][0]["id"], &page["next"]), (&json!("c"), &Value::Null));
}

#[test]
fn a_large_group_that_is_refused_has_changed_nothing() {
    let server = TestServer::start();
    let office = server.app("oa");
    let named = |n: usize, name: &str| json!({"id": format!("u{n:03}"), "name": name});
    let people = |name: &str| (0..500).map(|n| named(n, name)).collect::<Vec<Value>>();
    office.put("/groups/all", &json!({"name": "All", "users": people("Old")[..450]})).is(201);
    let before = office.get("/groups/all").is(200);
    let mut stranger = people("New");
    stranger.push(json!("nobody"));
    let mut wrong = people("New");
    wrong.push(json!({"id": "eve", "name": "Eve", "email": "eve"}));
    for body in [
        json!({"name": "Less", "users": people("New")[..300], "visible_to": ["u000", "nobody"]}),
        json!({"name": "More", "users": stranger}),
        json!({"name": "More", "users": wrong}),
    ] {
        office.put("/groups/all", &body).is_refused(400, "bad_request");
        assert_eq!(office.get("/groups/all").is(200), before, "the group is what it was");
        assert_eq!(office.get("/users/u000").is(200)["user"]["name"], "Old");
        office.get("/users/u499").is_refused(404, "not_found");
    }
    let many: Vec<String> = (0..10_001).map(|n| format!("viewer-{n}")).collect();
    let body = json!({"name": "Many", "users": [], "visible_to": many});
    office.put("/groups/many", &body).is_refused(413, "too_large");
}
