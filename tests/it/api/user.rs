//! Users, as their application keeps them.

use crate::harness::TestServer;
use serde_json::{Value, json};

#[test]
fn a_user_is_created_shown_changed_and_erased() {
    let server = TestServer::start();
    let office = server.app("oa");
    let given = json!({"name": "Anna Liu", "email": "anna@oa.example", "title": "Sales", "locale": "zh-CN",
                       "timezone": "Asia/Shanghai", "kind": "person"});
    let user = office.put("/users/anna", &given).is(201)["user"].clone();
    for (name, value) in given.as_object().unwrap() {
        assert_eq!(&user[name], value, "{name}");
    }
    assert_eq!((&user["id"], &user["suspended"]), (&json!("anna"), &json!(false)));

    let changed = office.put("/users/anna", &json!({"title": ""})).is(200)["user"].clone();
    assert_eq!((&changed["title"], &changed["email"]), (&Value::Null, &json!("anna@oa.example")), "only what is given");
    let changed = office.patch("/users/anna", &json!({"email": null, "name": "Anna"})).is(200)["user"].clone();
    assert_eq!((&changed["email"], &changed["name"]), (&Value::Null, &json!("Anna")));
    assert_eq!(office.get("/users/anna").is(200)["user"], changed);

    office.delete("/users/anna").is(204);
    office.get("/users/anna").is_refused(404, "not_found");
    office.patch("/users/anna", &json!({"name": "Anna"})).is_refused(404, "not_found");
    office.delete("/users/anna").is_refused(404, "not_found");
}

#[test]
fn what_is_wrong_with_a_user_is_said() {
    let server = TestServer::start();
    let office = server.app_with("oa", &["--origin", "https://oa.example"]);
    for (body, field) in [
        (json!({"role": "admin"}), "role"),
        (json!({"version": 7}), "version"),
        (json!({"name": ""}), "name"),
        (json!({"email": "nobody"}), "email"),
        (json!({"avatar": "https://evil.example/a.png"}), "avatar"),
        (json!({"title": "a\nb"}), "title"),
    ] {
        assert_eq!(office.put("/users/anna", &body).is_refused(400, "bad_request")["field"], field, "{body}");
    }
    office.put("/users/anna", &json!({"kind": "robot"})).is_refused(400, "bad_request");
    office.get("/users/anna").is_refused(404, "not_found");
    office.put("/users/anna", &json!({"avatar": "https://oa.example/anna.png"})).is(201);
}

#[test]
fn a_suspended_user_is_out_at_once_and_can_come_back() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    assert_eq!(office.patch("/users/anna", &json!({"suspended": true})).is(200)["user"]["suspended"], true);
    assert_eq!(anna.is_told("bye", |_| true)["code"], "expired");
    office.post("/users/anna/tickets", &json!({})).is_refused(403, "forbidden");
    assert_eq!(office.patch("/users/anna", &json!({"suspended": false})).is(200)["user"]["suspended"], false);
    office.device("anna");
}

#[test]
fn a_change_is_told_to_whoever_sees_the_user() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    anna.sends("ben", "hello");
    ben.hears("hello");
    office.patch("/users/anna", &json!({"name": "Anna Liu"})).is(200);
    ben.knows("users", |user| user["id"] == "anna" && user["name"] == "Anna Liu");
}

#[test]
fn users_are_paged_and_searched() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    for number in 1..=7 {
        office.put(&format!("/users/u{number}"), &json!({"name": if number == 3 { "Zoë" } else { "Somebody" }})).is(201);
    }
    let mut seen = Vec::new();
    let mut address = "/users?limit=3".to_string();
    loop {
        let page = office.get(&address).is(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_string()));
        match page["next"].as_str() {
            Some(next) => address = format!("/users?limit=3&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, (1..=7).map(|number| format!("u{number}")).collect::<Vec<_>>());
    let found = office.get("/users?text=Zo%C3%AB").is(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(found["next"], Value::Null);
}

#[test]
fn an_id_may_be_a_word_of_an_address() {
    let server = TestServer::start();
    let office = server.app("oa");
    for id in ["import", "users", "contacts"] {
        let address = format!("/users/{id}");
        office.put(&address, &json!({"name": "A Word"})).is(201);
        office.patch(&address, &json!({"title": "Of ours"})).is(200);
        assert_eq!(office.get(&address).is(200)["user"]["id"], id);
        office.put(&format!("{address}/contacts"), &json!({"groups": []})).is(200);
        office.delete(&address).is(204);
    }
    assert_eq!(office.post("/users/import", &json!({"users": [{"id": "anna", "name": "Anna"}]})).is(200)["created"], 1);
}
