//! A plain message to one user is a batch like any other to whoever asks.

use crate::harness::{App, TestServer, eventually};
use serde_json::{Value, json};

fn send(office: &App, body: &Value) -> (Value, Value) {
    let accepted = office.post("/messages", body).is(202);
    (accepted["batch"].clone(), accepted["messages"][0].clone())
}

fn batch(office: &App, id: &Value) -> Value {
    office.get(&format!("/batches/{id}")).is(200)
}

/// The numbers of all batches, asked for so many at a time.
fn list(office: &App, limit: usize) -> Vec<i64> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = office.get(&format!("/batches?limit={limit}{after}")).is(200);
        all.extend(page["items"].as_array().unwrap().iter().map(|batch| batch["id"].as_i64().unwrap()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return all,
        }
    }
}

#[test]
fn it_is_looked_at_and_listed_among_the_others() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    office.user("anna").user("ben");
    let bodies = [
        json!({"to": "user:anna", "text": "one"}),
        json!({"to": ["user:anna", "user:ben"], "text": "two"}),
        json!({"to": "user:ben", "text": "three"}),
        json!({"to": "user:anna", "text": "four", "topic": "leave/118"}),
        json!({"to": "user:anna", "text": "five", "from": "user:ben"}),
    ];
    let sent: Vec<(Value, Value)> = bodies.iter().map(|body| send(&office, body)).collect();
    for ((id, copy), body) in sent.iter().zip(&bodies) {
        let whole = batch(&office, id);
        assert_eq!((&whole["batch"]["text"], &whole["batch"]["open"]), (&body["text"], &json!(false)), "{whole}");
        assert_eq!(whole["items"][0], *copy, "{whole}");
        assert_eq!(whole["batch"]["total"], whole["batch"]["written"], "{whole}");
    }
    assert_eq!(sent[4].1["to"], "user:anna");
    assert_eq!(batch(&office, &sent[4].0)["batch"]["from"], "user:ben");
    office.delete(&format!("/batches/{}", sent[2].0)).is(202);
    let newest_first: Vec<i64> = sent.iter().rev().map(|(id, _)| id.as_i64().unwrap()).collect();
    for limit in [1, 2, 200] {
        assert_eq!(list(&office, limit), newest_first, "{limit} at a time");
    }
    let message = office.post("/messages", &json!({"to": "user:ben", "text": "six"})).is(202);
    assert_eq!(list(&office, 3)[0], message["batch"]);
}

#[test]
fn its_delivery_is_told() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    let (id, _) = send(&office, &json!({"to": "user:anna", "text": "hello"}));
    let heard = anna.hears("hello");
    let address = format!("/batches/{id}/delivery");
    assert_eq!(office.get(&format!("{address}?state=unread")).is(200)["items"][0]["to"], "user:anna");
    anna.gets("read", json!({"conversation": heard["conversation"], "upto": heard["id"]}));
    let page = eventually("it is read", || Some(office.get(&address).is(200)).filter(|page| page["counts"]["read"] == 1));
    assert_eq!((&page["items"][0]["state"], &page["items"][0]["id"]), (&json!("read"), &heard["id"]), "{page}");
    assert_eq!(office.get(&format!("{address}?state=unread")).is(200)["items"], json!([]));
}

#[test]
fn it_is_changed_and_withdrawn_as_a_message_and_as_a_batch() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    let (id, copy) = send(&office, &json!({"to": "user:anna", "text": "one"}));
    anna.hears("one");
    office.patch(&format!("/messages/{}", copy["id"]), &json!({"text": "two"})).is(200);
    let whole = batch(&office, &id);
    assert!(whole["batch"]["text"] == "two" && whole["batch"]["edited_at"].is_string(), "{whole}");
    anna.knows("messages", |row| row["text"] == "two");
    office.patch(&format!("/batches/{id}"), &json!({"text": "three"})).is(202);
    anna.knows("messages", |row| row["text"] == "three");
    assert_eq!(batch(&office, &id)["items"], json!([copy]), "the same recipient");
    office.patch(&format!("/messages/{}", copy["id"]), &json!({"card": {"title": "A card"}})).is(200);
    anna.knows("messages", |row| row["id"] == copy["id"] && row["card"]["title"] == "A card");
    let gone = office.delete(&format!("/batches/{id}")).is(202)["batch"].clone();
    assert!(gone["withdrawn_at"].is_string() && gone["text"] == "", "{gone}");
    anna.knows("messages", |row| row["id"] == copy["id"] && row["deleted_by"] == "application");
    assert_eq!(list(&office, 10), [id.as_i64().unwrap()], "once");
    office.patch(&format!("/batches/{id}"), &json!({"text": "four"})).is_refused(409, "conflict");

    let (id, copy) = send(&office, &json!({"to": "user:anna", "text": "a secret"}));
    office.delete(&format!("/messages/{}", copy["id"])).is(200);
    assert_eq!(batch(&office, &id)["batch"]["text"], "", "what is withdrawn is kept nowhere");
}

#[test]
fn what_was_added_to_it_goes_with_the_message() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("anna");
    let (id, copy) = send(&office, &json!({"to": "user:anna", "text": "SECRET-one"}));
    let address = format!("/messages/{}", copy["id"]);
    let button = json!({"id": "ok", "label": "OK", "input": {"label": "Why"}});
    office.patch(&address, &json!({"card": {"title": "SECRET-card", "actions": [button]}})).is(200);
    office.patch(&format!("/batches/{id}"), &json!({"text": "SECRET-two"})).is(202);
    office.post(&format!("{address}/act"), &json!({"user": "anna", "action": "ok", "input": "SECRET-typed"})).is(200);
    let delivery = format!("/batches/{id}/delivery");
    let states = || {
        [office.get(&address).is(200)["delivery"][0]["state"].clone(), office.get(&delivery).is(200)["items"][0]["state"].clone()]
    };
    assert_eq!(states(), [json!("acted"), json!("acted")], "both say the same");
    office.delete(&address).is(200);
    let [one, other] = states();
    assert_eq!(one, other, "both say the same");
    for place in [&address, &delivery, &format!("/batches/{id}"), "/batches"] {
        let text = office.get(place).is(200).to_string();
        assert!(!text.contains("SECRET"), "{place}: {text}");
    }
    let database = rusqlite::Connection::open(server.data().join("parlour.db")).unwrap();
    let kept = "SELECT (SELECT group_concat(body) FROM card) || (SELECT coalesce(group_concat(input), '') FROM press)
                || (SELECT group_concat(text) FROM batch)";
    let kept: String = database.query_row(kept, [], |row| row.get(0)).unwrap();
    assert!(!kept.contains("SECRET"), "nor in the tables: {kept}");
}
