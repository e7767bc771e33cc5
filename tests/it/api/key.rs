//! Keys: what each opens, and how often.

use crate::harness::{App, TestServer};
use serde_json::{Value, json};

/// The same application with another key, of these scopes.
fn with_scopes(server: &TestServer, office: &App, scopes: &str) -> App {
    let output = server.run(&["app", "key", "create", &office.id, "--name", scopes, "--scope", scopes, "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    App { key: printed["key"].as_str().unwrap().into(), ..office.clone() }
}

#[test]
fn a_key_opens_what_its_scopes_say() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.put("/users/anna", &json!({})).is(201);
    let calls: [(&str, &str); 6] = [
        ("users", "/users/anna"),
        ("contacts", "/groups"),
        ("presence", "/users/anna/presence"),
        ("conversations", "/conversations"),
        ("messages", "/messages/1"),
        ("messages", "/batches/1"),
    ];
    for scope in ["users", "contacts", "presence", "conversations", "messages", "tickets"] {
        let key = with_scopes(&server, &office, scope);
        for (needed, path) in calls {
            let answer = key.get(path);
            assert_eq!(answer.status == 403, scope != needed, "{scope} {path}: {}", answer.text());
        }
        let ticket = key.post("/users/anna/tickets", &json!({}));
        assert_eq!(ticket.status == 403, scope != "tickets", "{scope}");
    }
    let messages = with_scopes(&server, &office, "messages");
    let body = json!({"from": "user:anna", "to": "application", "text": "x"});
    let problem = messages.post("/messages", &body).is_refused(403, "forbidden");
    assert!(problem["detail"].as_str().unwrap().contains("messages:as-user"));
    with_scopes(&server, &office, "messages,messages:as-user").post("/messages", &body).is(202);
}

#[test]
fn a_key_that_may_not_speak_as_users_takes_nothing_back_that_was_said_in_their_name() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let body =
        |from: &str, text: &str| json!({"from": from, "to": "user:ben", "text": text, "topic": "leave/1", "replace": true});
    office.post("/messages", &body("user:anna", "I am ill")).is(202);
    let said = ben.hears("I am ill");
    let messages = with_scopes(&server, &office, "messages");
    let mut there = body("application", "seen again");
    there["to"] = json!(format!("conversation:{}", said["conversation"]));
    messages.post("/messages", &there).is(202);
    ben.hears("seen again");
    let kept = |id: &Value| office.get(&format!("/messages/{id}")).is(200)["message"]["text"].clone();
    assert_eq!(kept(&said["id"]), "I am ill");
    let speaker = with_scopes(&server, &office, "messages,messages:as-user");
    speaker.post("/messages", &body("user:anna", "I am well")).is(202);
    ben.hears("I am well");
    assert_eq!(kept(&said["id"]), "", "who may speak for her takes it back");
    drop(anna);
}

#[test]
fn too_many_calls_are_told_when_to_come_back() {
    let server = TestServer::with(&["--rest-rate", "5"]);
    let office = server.app("oa");
    let shop = server.app("shop");
    let answers: Vec<_> = (0..20).map(|_| office.get("/users")).collect();
    let refused = answers.iter().find(|answer| answer.status == 429).expect("20 at once are too many");
    let problem = refused.is_refused(429, "rate_limited");
    assert_eq!(problem["temporary"], true);
    assert_eq!(refused.header("retry-after"), Some(problem["retry_after"].to_string().as_str()));
    shop.get("/users").is(200);
}

#[test]
fn what_was_said_in_a_users_name_is_changed_only_by_a_key_that_may_speak_in_it() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    office.user("anna");
    let said = office.post("/messages", &json!({"from": "user:anna", "to": "application", "text": "x", "topic": "t"})).is(202);
    let own = office.post("/messages", &json!({"to": "user:anna", "text": "y"})).is(202);
    let addresses =
        [format!("/messages/{}", said["messages"][0]["id"]), format!("/batches/{}", said["batch"]), "/topics/t".into()];
    let messages = with_scopes(&server, &office, "messages");
    for address in &addresses {
        messages.patch(address, &json!({"text": "I resign"})).is_refused(403, "forbidden");
        messages.delete(address).is_refused(403, "forbidden");
    }
    messages.patch(&format!("/messages/{}", own["messages"][0]["id"]), &json!({"text": "z"})).is(200);
    let speaker = with_scopes(&server, &office, "messages,messages:as-user");
    speaker.patch(&addresses[0], &json!({"text": "corrected"})).is(200);
    speaker.delete(&addresses[1]).is(202);
}
