//! Claims: the first of many to take a message has it, or everybody confirms it and sees how far that is.

use crate::harness::{App, TestServer, Voice, eventually};
use parlour::time::Moment;
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

/// Asks these users; answers the batch and the message of each.
fn send(office: &App, kind: &str, to: &Value, more: Value) -> (Value, Vec<i64>) {
    let mut body = json!({"to": to, "text": "The lift is stuck", "claim": kind});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let accepted = office.post("/messages", &body).is(202);
    let messages = accepted["messages"].as_array().expect("few recipients").iter().map(|message| message["id"].as_i64());
    (accepted["batch"].clone(), messages.flatten().collect())
}

fn claim(voice: &Voice, message: i64, key: &str) -> Result<Value, Value> {
    voice.asks("act", json!({"message": message, "action": "claim", "key": key}))
}

/// Waits until this voice sees the claim as wanted.
#[track_caller]
fn sees(voice: &Voice, message: i64, wanted: impl Fn(&Value) -> bool) -> Value {
    voice.knows("messages", |row| row["id"] == message && wanted(&row["claim"]))["claim"].clone()
}

/// How far a claim is: done, of, mine.
fn progress(claim: &Value) -> (i64, i64, bool) {
    (claim["done"].as_i64().unwrap(), claim["of"].as_i64().unwrap(), claim["mine"].as_bool().unwrap())
}

fn states(office: &App, batch: &Value) -> Vec<String> {
    let page = office.get(&format!("/batches/{batch}/delivery")).is(200);
    page["items"].as_array().unwrap().iter().map(|line| line["state"].as_str().unwrap().to_string()).collect()
}

#[test]
fn of_all_who_try_to_take_it_at_once_one_has_it_and_the_others_are_told_who() {
    let server = TestServer::with(&["--rest-rate", "0", "--control-rate", "0"]);
    let office = server.app_with("oa", &["--event", "message.claimed"]);
    let people = ["li", "mei", "bo"].map(|id| office.person(id));
    for round in 0..10 {
        let (batch, copies) = send(&office, "any", &json!(["user:li", "user:mei", "user:bo"]), json!({"topic": "lift/2"}));
        people.iter().zip(&copies).for_each(|(voice, copy)| assert_eq!(progress(&sees(voice, *copy, |_| true)), (0, 3, false)));
        let start = Barrier::new(3);
        let one = |place: usize| {
            start.wait();
            claim(&people[place], copies[place], &format!("round{round}"))
        };
        let answers = thread::scope(|scope| [0, 1, 2].map(|place| scope.spawn(move || one(place))).map(|t| t.join().unwrap()));
        let winners: Vec<usize> = (0..3).filter(|place| answers[*place].is_ok()).collect();
        let [winner] = winners[..] else { panic!("round {round}: {answers:?}") };
        let name = ["Li", "Mei", "Bo"][winner];
        for (place, (voice, copy)) in people.iter().zip(&copies).enumerate() {
            let shown = sees(voice, *copy, |claim| claim["done"] == 1);
            assert_eq!((&shown["by"][0]["name"], progress(&shown)), (&json!(name), (1, 3, place == winner)));
            if place != winner {
                let late = answers[place].as_ref().expect_err("it is late");
                assert_eq!((&late["code"], &late["done"]["name"]), (&json!("conflict"), &json!(name)), "{late}");
                assert!(late["message"].as_str().is_some_and(|said| said.contains(&format!("{name} took this at"))), "{late}");
            }
        }
        let again = claim(&people[winner], copies[winner], "another key").expect("it has it already");
        assert_eq!(again["repeated"], true);
        let line = |place: usize| if place == winner { "acted" } else { "received" };
        eventually("the ledger says who took it", || {
            let found = states(&office, &batch);
            (0..3).all(|place| found[place] == line(place) || (place != winner && found[place] == "stored")).then_some(())
        });
        let whole = office.get(&format!("/batches/{batch}")).is(200)["batch"]["claim"].clone();
        assert_eq!((&whole["kind"], &whole["by"][0]["user"]), (&json!("any"), &json!(people[winner].id)), "{whole}");
        let single = office.get(&format!("/messages/{}", copies[winner])).is(200);
        assert_eq!((&single["message"]["claim"]["done"], &single["delivery"][0]["state"]), (&json!(1), &json!("acted")));
        assert!(single["delivery"][0]["acted_at"].is_string() && single["message"].get("card").is_none(), "{single}");
    }
    let events = office.get("/events?limit=200").is(200);
    let events: Vec<&Value> = events["items"].as_array().unwrap().iter().filter(|one| one["type"] == "message.claimed").collect();
    assert_eq!(events.len(), 10, "told once each");
    let data = &events[0]["data"];
    assert_eq!(
        (&data["claim"], &data["topic"], &data["done"], &data["of"]),
        (&json!("any"), &json!("lift/2"), &json!(1), &json!(3))
    );
}

#[test]
fn everybody_confirms_once_and_sees_how_far_it_is_also_after_a_reload() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let (li, mut mei) = (office.person("li"), office.person("mei"));
    office.user("bo");
    let to = json!(["user:li", "user:mei", "user:bo", "user:nobody"]);
    let (batch, copies) = send(&office, "all", &to, json!({"card": {"title": "Fire drill", "text": "At ten"}}));
    assert_eq!(progress(&sees(&mei, copies[1], |_| true)), (0, 3, false), "who is not there is not waited for");
    let confirmed = claim(&li, copies[0], "k").expect("the first");
    assert_eq!((progress(&confirmed["message"]["claim"]), &confirmed["message"]["card"]["done"]), ((1, 3, true), &Value::Null));
    assert_eq!(claim(&li, copies[0], "k").expect("again")["repeated"], true);
    assert_eq!(claim(&li, copies[0], "k2").expect("again")["repeated"], true);
    assert_eq!(progress(&sees(&mei, copies[1], |claim| claim["done"] == 1)), (1, 3, false));
    mei.returns();
    claim(&mei, copies[1], "k").expect("it is hers to confirm");
    let fresh = office.device("mei");
    let shown = sees(&fresh, copies[1], |_| true);
    assert_eq!(progress(&shown), (2, 3, true));
    assert_eq!((&shown["by"][0]["name"], &shown["by"][1]["user"]), (&json!("Mei"), &json!("li")), "the newest first");
    assert_eq!(progress(&sees(&li, copies[0], |claim| claim["done"] == 2)), (2, 3, true));
    assert_eq!(states(&office, &batch), ["acted", "acted", "stored", "failed"]);
    let late = office.get(&format!("/batches/{batch}/delivery?state=unread")).is(200);
    assert_eq!(late["items"][0]["user"], "bo");
    let body = json!({"user": "bo", "action": "claim"});
    office.post(&format!("/messages/{}/act", copies[2]), &body).is(200);
    assert_eq!(progress(&sees(&li, copies[0], |claim| claim["done"] == 3)), (3, 3, true));
    assert_eq!(office.get(&format!("/batches/{batch}/delivery")).is(200)["counts"]["acted"], 3);
    // Whoever is erased has confirmed all the same, without a name.
    office.delete("/users/bo").is(204);
    let whole = office.get(&format!("/batches/{batch}")).is(200)["batch"]["claim"].clone();
    assert_eq!((&whole["by"][0]["name"], &whole["done"]), (&json!(""), &json!(3)), "{whole}");
}

#[test]
fn in_a_room_each_member_sees_whether_it_has_confirmed() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (li, mei) = (office.person("li"), office.person("mei"));
    let room =
        office.post("/conversations", &json!({"title": "Duty", "users": ["li", "mei"]})).is(201)["conversation"]["id"].clone();
    let (_, copies) = send(&office, "all", &json!([format!("conversation:{room}")]), json!({}));
    sees(&mei, copies[0], |claim| progress(claim) == (0, 2, false));
    claim(&li, copies[0], "k").expect("a member");
    sees(&li, copies[0], |claim| progress(claim) == (1, 2, true));
    sees(&mei, copies[0], |claim| progress(claim) == (1, 2, false));
    let page = mei.gets("history", json!({"conversation": room, "limit": 10}));
    assert_eq!(progress(&page["messages"][0]["claim"]), (1, 2, false));
    let stranger = office.person("stranger");
    stranger.is_refused("act", json!({"message": copies[0], "action": "claim", "key": "k"}), "not_found");
    // Who left without a word is not waited for.
    mei.gets("room", json!({"conversation": room, "leave": true}));
    assert_eq!(office.get(&format!("/messages/{}", copies[0])).is(200)["message"]["claim"]["of"], 1);
}

#[test]
fn nobody_takes_what_is_over_or_was_taken_back_or_replaced_or_after_a_suspension() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let (li, mei) = (office.person("li"), office.person("mei"));
    let to = json!(["user:li", "user:mei"]);
    let (batch, copies) = send(&office, "any", &to, json!({"topic": "lift"}));
    office.delete(&format!("/batches/{batch}")).is(202);
    li.is_refused("act", json!({"message": copies[0], "action": "claim", "key": "a"}), "conflict");
    li.knows("messages", |row| row["id"] == copies[0] && row.get("claim").is_none());
    let (_, first) = send(&office, "any", &to, json!({"topic": "lift"}));
    let (_, second) = send(&office, "any", &to, json!({"topic": "lift", "replace": true}));
    li.is_refused("act", json!({"message": first[0], "action": "claim", "key": "b"}), "conflict");
    claim(&li, second[0], "c").expect("the one in its place");
    li.is_refused("act", json!({"message": first[0], "action": "claim", "key": "c"}), "conflict");
    office.delete("/topics/lift").is(202);
    li.knows("messages", |row| row["id"] == second[0] && row.get("claim").is_none());
    assert_eq!(claim(&li, second[0], "c").expect("the same press is no failure")["repeated"], true);
    let soon = Moment::now().plus(Duration::from_secs(1));
    let (batch, copies) = send(&office, "all", &to, json!({"expires_at": soon}));
    claim(&mei, copies[1], "d").expect("in time");
    eventually("it is over", || (Moment::now() > soon).then_some(()));
    let refused = li.is_refused("act", json!({"message": copies[0], "action": "claim", "key": "e"}), "conflict");
    assert!(refused["message"].as_str().unwrap().contains("expired"), "{refused}");
    eventually("it is swept", || (states(&office, &batch) == ["expired", "acted"]).then_some(()));
    let card = json!({"card": {"title": "Lift", "expires_at": "2026-01-01T00:00:00Z"}});
    let (_, copies) = send(&office, "any", &to, card);
    li.is_refused("act", json!({"message": copies[0], "action": "claim", "key": "f"}), "conflict");
    let (batch, copies) = send(&office, "all", &to, json!({}));
    office.patch("/users/li", &json!({"suspended": true})).is(200);
    office
        .post(&format!("/messages/{}/act", copies[0]), &json!({"user": "li", "action": "claim"}))
        .is_refused(400, "bad_request");
    let page = office.get(&format!("/batches/{batch}/delivery")).is(200);
    assert_eq!(page["items"][0]["reason"]["code"], "suspended", "the ledger says why: {page}");
}

#[test]
fn who_is_asked_is_counted_when_all_copies_are_written() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let (li, u7) = (office.person("li"), office.person("u7"));
    let users: Vec<Value> = (0..250).map(|no| json!({"id": format!("u{no}"), "name": format!("U {no}")})).collect();
    office.put("/groups/all", &json!({"name": "All", "users": users})).is(201);
    let to = json!(["group:all", "user:li", "user:u7", "everyone"]);
    let batch = office.post("/messages", &json!({"to": to, "text": "Fire drill", "claim": "all"})).is(202)["batch"].clone();
    let copy = li.hears("Fire drill")["id"].as_i64().unwrap();
    sees(&li, copy, |claim| progress(claim) == (0, 251, false));
    claim(&u7, u7.hears("Fire drill")["id"].as_i64().unwrap(), "k").expect("u7 is asked");
    let shown = office.get(&format!("/batches/{batch}")).is(200)["batch"]["claim"].clone();
    assert_eq!((&shown["done"], &shown["of"]), (&json!(1), &json!(251)));
    // Only who is there: the others are not waited for.
    let body = json!({"to": "everyone", "text": "Who can help?", "claim": "all", "only": "online"});
    office.post("/messages", &body).is(202);
    let copy = li.hears("Who can help?")["id"].as_i64().unwrap();
    sees(&li, copy, |claim| progress(claim) == (0, 2, false));
}

#[test]
fn a_claim_that_is_wrong_is_refused_with_a_reason() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let li = office.person("li");
    let users: Vec<String> = (0..101).map(|no| format!("u{no}")).collect();
    for id in &users {
        office.user(id);
    }
    let room = |users: &Value| {
        office.post("/conversations", &json!({"title": "R", "users": users})).is(201)["conversation"]["id"].clone()
    };
    let (small, large) = (room(&json!(["li"])), room(&json!(users)));
    let card = json!({"title": "T", "actions": [{"id": "a", "label": "A"}]});
    for body in [
        json!({"to": "user:li", "claim": "any", "card": card}),
        json!({"to": "user:li", "claim": "any", "card": {"title": "T", "done": {"label": "D"}}}),
        json!({"to": "user:li", "text": "x", "claim": "any", "from": "user:li"}),
        json!({"to": "user:li", "text": "x", "claim": "some"}),
        json!({"to": [format!("conversation:{small}"), "user:li"], "text": "x", "claim": "all"}),
        json!({"to": format!("conversation:{large}"), "text": "x", "claim": "all"}),
    ] {
        office.post("/messages", &body).is_refused(400, "bad_request");
    }
    office.post("/messages", &json!({"to": format!("conversation:{large}"), "text": "x", "claim": "any"})).is(202);
    let (batch, copies) = send(&office, "any", &json!("user:li"), json!({}));
    li.is_refused("act", json!({"message": copies[0], "action": "other", "key": "k"}), "not_found");
    li.is_refused("act", json!({"message": copies[0], "action": "claim", "input": "me", "key": "k"}), "bad_request");
    office.patch(&format!("/batches/{batch}"), &json!({"card": card})).is_refused(400, "bad_request");
    office.patch(&format!("/batches/{batch}"), &json!({"card": {"title": "The lift"}, "text": "Lift 2 is stuck"})).is(202);
    claim(&li, copies[0], "k").expect("a new card changes nothing about it");
    let row = li.knows("messages", |row| row["id"] == copies[0] && row["claim"]["done"] == 1);
    assert_eq!((&row["card"]["title"], &row["text"]), (&json!("The lift"), &json!("Lift 2 is stuck")));
    let plain = office.post("/messages", &json!({"to": "user:li", "text": "hello"})).is(202)["messages"][0]["id"].clone();
    li.is_refused("act", json!({"message": plain, "action": "claim", "key": "p"}), "not_found");
}

#[test]
fn the_claim_of_the_documentation_is_taken() {
    let server = TestServer::start();
    let office = server.app("oa");
    let mei = office.person("mei");
    office.put("/groups/porters", &json!({"name": "Porters", "users": ["mei"]})).is(201);
    let page = include_str!("../../docs/integrate.md").split("### Somebody, or everybody: claims").nth(1).expect("the section");
    let sent = page.split("-d '").nth(1).and_then(|rest| rest.split("'\n").next()).expect("a call");
    let sent: Value = serde_json::from_str(sent).expect("JSON");
    let batch = office.post("/messages", &sent).is(202)["batch"].clone();
    let copy = mei.hears(sent["text"].as_str().unwrap())["id"].clone();
    office.post(&format!("/messages/{copy}/act"), &json!({"user": "mei", "action": "claim"})).is(200);
    let shown = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an answer");
    let shown: Value = serde_json::from_str(shown).expect("JSON");
    let told = office.get(&format!("/batches/{batch}")).is(200)["batch"]["claim"].clone();
    let names = |claim: &Value| claim.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&told), names(&shown["claim"]));
    assert_eq!((&told["by"][0]["user"], &told["kind"]), (&shown["claim"]["by"][0]["user"], &shown["claim"]["kind"]));
}
