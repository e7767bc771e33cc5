//! Messages from an application.

use crate::harness::{App, TestServer};
use serde_json::{Value, json};

fn messages(answer: &Value) -> &Vec<Value> {
    answer["messages"].as_array().unwrap_or_else(|| panic!("no messages: {answer}"))
}

fn send(office: &App, body: Value) -> Value {
    office.post("/messages", &body).is(202)
}

#[test]
fn what_should_go_by_email_at_once_is_refused_while_no_email_is_sent() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    for email in ["auto", "never"] {
        office.post("/messages", &json!({"to": "user:anna", "text": email, "email": email})).is(202);
        anna.hears(email);
    }
    let now = office.post("/messages", &json!({"to": "user:anna", "text": "now", "email": "now"})).is_refused(400, "bad_request");
    assert_eq!((&now["field"], &now["detail"]), (&json!("email"), &json!("this server sends no email")));
    assert!(!anna.has_heard("now"));
}

#[test]
fn a_message_to_one_user_arrives_in_the_conversation_with_the_application() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    let sent = send(&office, json!({"to": "user:anna", "text": "Your leave was approved"}));
    let heard = anna.hears("Your leave was approved");
    let first = &messages(&sent)[0];
    assert_eq!((&first["id"], &first["to"], &first["conversation"]), (&heard["id"], &json!("user:anna"), &heard["conversation"]));
    assert_eq!(heard["from"], "application");
    assert_eq!(anna.knows("conversations", |c| c["id"] == heard["conversation"])["kind"], "application");
    send(&office, json!({"to": ["user:anna"], "text": "once more"}));
    assert_eq!(anna.hears("once more")["prev"], heard["id"]);
}

#[test]
fn several_are_written_to_and_who_is_not_there_is_an_error_in_its_place() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let direct = anna.sends("ben", "hello")["conversation"].clone();
    let to = json!([
        "user:anna",
        "user:nobody",
        "user:anna",
        format!("conversation:{direct}"),
        "conversation:999999",
        "group:none",
        "users:ben",
        "application"
    ]);
    let sent = send(&office, json!({"to": to, "text": "to several"}));
    let all = messages(&sent);
    let outcome: Vec<(&str, &str)> =
        all.iter().map(|m| (m["to"].as_str().unwrap(), m["error"]["code"].as_str().unwrap_or("sent"))).collect();
    let conversation = format!("conversation:{direct}");
    assert_eq!(
        outcome,
        [
            ("user:anna", "sent"),
            ("user:nobody", "not_found"),
            (conversation.as_str(), "sent"),
            ("conversation:999999", "not_found"),
            ("group:none", "not_found"),
            ("users:ben", "bad_request"),
            ("application", "bad_request"),
        ]
    );
    assert!(all[1]["error"]["message"].as_str().unwrap().contains("user"));
    assert_eq!(ben.hears("to several")["conversation"], direct);
    assert_ne!(anna.hears("to several")["conversation"], anna.hears("to several")["conversation"], "both conversations");
}

#[test]
fn an_audience_gets_it_once_each_and_who_comes_later_does_not() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    office.put("/groups/sales", &json!({"name": "Sales", "users": ["anna"]})).is(201);
    let sent = send(&office, json!({"to": ["group:sales", "user:anna"], "text": "to sales"}));
    assert_eq!(messages(&sent).len(), 1);
    anna.hears("to sales");
    let sent = send(&office, json!({"to": ["everyone", "group:sales"], "text": "to all"}));
    assert_eq!(messages(&sent).len(), 2);
    let (one, two) = (anna.hears("to all"), ben.hears("to all"));
    assert_ne!(one["conversation"], two["conversation"]);
    let carl = office.person("carl");
    assert!(!carl.has_heard("to all") && !ben.has_heard("to sales"));
}

#[test]
fn the_application_writes_in_a_users_name_where_its_key_may() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let sent = send(&office, json!({"from": "user:anna", "to": "user:ben", "text": "on behalf"}));
    let heard = ben.hears("on behalf");
    assert_eq!((&heard["from"], &heard["via"]), (&json!("user:anna"), &json!("application")));
    assert_eq!(anna.hears("on behalf")["id"], messages(&sent)[0]["id"]);
    let refused = send(&office, json!({"from": "user:anna", "to": ["everyone", "user:anna"], "text": "no"}));
    let codes: Vec<&Value> = messages(&refused).iter().map(|m| &m["error"]["code"]).collect();
    assert_eq!(codes, ["forbidden", "bad_request"]);
    for from in ["user:nobody", "everyone", "anna"] {
        let problem =
            office.post("/messages", &json!({"from": from, "to": "user:ben", "text": "x"})).is_refused(400, "bad_request");
        assert_eq!(problem["field"], "from");
    }
    let (id, change) = (&messages(&sent)[0]["id"], json!({"text": "changed"}));
    assert_eq!(office.patch(&format!("/messages/{id}"), &change).is(200)["message"]["text"], "changed");
    ben.knows("messages", |message| message["id"] == *id && message["text"] == "changed");
}

#[test]
fn a_message_that_cannot_be_is_refused_as_a_whole() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("anna");
    for (body, field) in [
        (json!({"to": "user:anna"}), "text"),
        (json!({"to": "user:anna", "text": " "}), "text"),
        (json!({"to": "user:anna", "text": "a\u{0}b"}), "text"),
        (json!({"to": [], "text": "x"}), "to"),
        (json!({"text": "x"}), "to"),
        (json!({"to": "user:anna", "text": "x", "card": {}}), "card.title"),
        (json!({"to": "user:anna", "text": "x", "email": "now"}), "email"),
        (json!({"to": "user:anna", "text": "x", "topic": "a\u{0}b"}), "topic"),
        (json!({"to": "user:anna", "text": "x", "attachments": [999_999]}), "attachments"),
    ] {
        assert_eq!(office.post("/messages", &body).is_refused(400, "bad_request")["field"], field, "{body}");
    }
    office.post("/messages", &json!({"to": 7, "text": "x"})).is_refused(400, "bad_request");
    office.post("/messages", &json!({"to": "user:anna", "text": "x".repeat(16 * 1024 + 1)})).is_refused(413, "too_large");
    assert_eq!(messages(&send(&office, json!({"to": "user:anna", "text": "x".repeat(16 * 1024)}))).len(), 1);
}

#[test]
fn a_blank_text_beside_a_card_counts_as_left_out() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    for text in ["", " \n"] {
        send(&office, json!({"to": "user:anna", "text": text, "card": {"title": format!("Leave {}", text.len())}}));
        anna.hears(&format!("Leave {}", text.len()));
    }
}

#[test]
fn what_became_of_a_message_is_told_per_recipient() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    let sent = send(&office, json!({"to": "user:anna", "text": "read this"}));
    let address = format!("/messages/{}", messages(&sent)[0]["id"]);
    let whole = office.get(&address).is(200);
    assert_eq!(whole["message"]["text"], "read this");
    let stored = &whole["delivery"][0];
    assert_eq!((&stored["user"], &stored["stored_at"]), (&json!("anna"), &whole["message"]["at"]));
    assert_eq!((&stored["received_at"], &stored["read_at"]), (&Value::Null, &Value::Null));

    let heard = anna.hears("read this");
    anna.gets("received", json!({"version": heard["version"]}));
    let received = office.get(&address).is(200)["delivery"][0].clone();
    assert!(received["received_at"].is_string() && received["read_at"].is_null(), "{received}");
    anna.gets("read", json!({"conversation": heard["conversation"], "upto": heard["id"]}));
    let read = office.get(&address).is(200)["delivery"][0].clone();
    assert_eq!(read["received_at"], received["received_at"]);
    assert!(read["read_at"].is_string(), "{read}");
}

#[test]
fn a_message_is_changed_and_withdrawn_by_who_wrote_it() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, _ben) = (office.person("anna"), office.person("ben"));
    let sent = send(&office, json!({"to": "user:anna", "text": "wrogn"}));
    let id = messages(&sent)[0]["id"].clone();
    let address = format!("/messages/{id}");
    let edited = office.patch(&address, &json!({"text": "right"})).is(200)["message"].clone();
    assert!(edited["edited_at"].is_string());
    anna.knows("messages", |message| message["id"] == id && message["text"] == "right");
    let gone = office.delete(&address).is(200)["message"].clone();
    assert_eq!((&gone["text"], &gone["deleted_by"]), (&json!(""), &json!("application")));
    anna.knows("messages", |message| message["id"] == id && message["deleted_by"] == "application");
    assert_eq!(office.delete(&address).is(200)["message"]["version"], gone["version"], "twice is the same as once");
    office.patch(&address, &json!({"text": "again"})).is_refused(409, "conflict");

    let own = anna.sends("ben", "mine")["id"].clone();
    office.patch(&format!("/messages/{own}"), &json!({"text": "x"})).is_refused(403, "forbidden");
    office.delete(&format!("/messages/{own}")).is_refused(403, "forbidden");
    assert_eq!(office.get(&format!("/messages/{own}")).is(200)["message"]["text"], "mine");
    office.get("/messages/999999").is_refused(404, "not_found");
    office.get("/messages/none").is_refused(400, "bad_request");
}
