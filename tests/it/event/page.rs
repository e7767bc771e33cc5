//! Pages of events, and answers to the questions among them.

use super::{PROGRAMS, Reader, told};
use crate::harness::{TestServer, eventually};
use serde_json::{Value, json};

#[test]
fn pages_go_on_where_the_one_before_ended() {
    let server = TestServer::start();
    let office = server.app_with("oa", &told(&["message.created"]));
    let (anna, _ben) = (office.person("anna"), office.person("ben"));
    assert_eq!(office.get("/events").is(200).to_string(), r#"{"items":[],"next":"0"}"#);
    for number in 0..5 {
        anna.sends("ben", &number.to_string());
    }
    let (mut after, mut seen) = (String::new(), Vec::new());
    loop {
        let page = office.get(&format!("/events?after={after}&limit=2")).is(200);
        let items = page["items"].as_array().unwrap().clone();
        if items.is_empty() {
            break;
        }
        seen.extend(items.iter().map(|item| item["data"]["message"]["text"].as_str().unwrap().to_string()));
        after = page["next"].as_str().unwrap().into();
    }
    assert_eq!((seen.join(""), after.as_str()), ("01234".into(), "5"));
    assert!(office.get("/events?after=last").is(200)["items"].as_array().unwrap().is_empty());
    for bad in ["after=-1", "after=x", "wait=61", "wait=-1", "limit=0", "limit=201", "types=x"] {
        office.get(&format!("/events?{bad}")).is_refused(400, "bad_request");
    }
    office
        .http()
        .with("accept", "text/event-stream")
        .with("last-event-id", "x")
        .get("/api/v1/events")
        .is_refused(400, "bad_request");
}

#[test]
fn the_first_answer_to_a_question_counts() {
    let server = TestServer::start();
    let office = server.app_with("oa", &told(&["message.created"]));
    let (anna, _ben) = (office.person("anna"), office.person("ben"));
    let asked = anna.sends("application", "balance?");
    anna.sends("ben", "lunch?");
    let reply = office.post("/events/1", &json!({"text": "12 days"})).is(200)["message"].clone();
    assert_eq!(
        (&reply["text"], &reply["conversation"], &reply["from"]),
        (&json!("12 days"), &asked["conversation"], &json!("application"))
    );
    anna.hears("12 days");
    assert_eq!(office.post("/events/1", &json!({"text": "12 days"})).is(200)["message"], reply, "the same again is the same");
    for other in [json!({"text": "13 days"}), json!({}), json!({"error": "Not today."})] {
        office.post("/events/1", &other).is_refused(409, "conflict");
    }
    office.post("/events/2", &json!({"text": "no question"})).is_refused(409, "conflict");
    office.post("/events/99", &json!({})).is_refused(404, "not_found");
    anna.sends("application", "and now?");
    office.post("/events/3", &json!({"text": "x".repeat(20_000)})).is_refused(413, "too_large");
    office.post("/events/3", &json!({"txt": "x"})).is_refused(400, "bad_request");
    assert_eq!(office.post("/events/3", &json!({})).is(200), json!({}));
    office.post("/events/3", &json!({"text": "late"})).is_refused(409, "conflict");
    assert_eq!(anna.messages(&asked["conversation"]).iter().filter(|message| message["from"] == "application").count(), 1);
}

#[test]
fn how_far_a_reader_is_behind_can_be_seen() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let anna = office.person("anna");
    let lag = || office.get("/events/lag").is(200);
    assert_eq!((&lag()["last"], &lag()["readers"]), (&json!(0), &json!([])));
    anna.sends("application", "one");
    let reader = Reader::start(PROGRAMS[0], &office, "");
    anna.hears("re: one");
    let caught_up = eventually("the reader has caught up", || Some(lag()).filter(|lag| lag["readers"][0]["upto"] == 1));
    let one = &caught_up["readers"][0];
    assert_eq!((&one["behind"], &one["connections"], &caught_up["waiting"]), (&json!(0), &json!(1), &json!(0)));
    let made = server.types(&["app", "key", "create", "oa", "--name", "Nightly", "--scope", "events", "--json"]).json();
    office.server.http().bearer(made["key"].as_str().unwrap()).get("/api/v1/events?after=1").is(200);
    anna.sends("application", "two");
    let of_nightly = |lag: &Value| lag["readers"].as_array().unwrap().iter().find(|one| one["key"] == "Nightly").cloned();
    let behind = eventually("one is behind", || of_nightly(&lag()).filter(|one| one["behind"] == 1));
    assert!(behind["behind_since"].is_string() && behind["connections"] == 0 && lag()["last"] == 2, "{behind}");
    drop(reader);
}
