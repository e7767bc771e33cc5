//! The socket: every frame with the ids of another application, and with those of a conversation that one is not in.

use super::office::{Place, Things, go_ahead, mark, nowhere, places, stock};
use super::{credential, same};
use crate::harness::{App, Socket, TestServer, Voice};
use parlour::wire::frame::FEATURES;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A good body of every frame, naming these things wherever something can be named. `key` is new each time.
#[rustfmt::skip]
fn frames(t: &Things, key: &str) -> Vec<(&'static str, Value)> {
    let (user, conversation) = (format!("user:{}", t.user), format!("conversation:{}", t.conversation));
    vec![
        ("send", json!({"to": user, "key": key, "text": "x"})),
        ("send", json!({"to": conversation, "key": key, "text": "x", "reply_to": t.message, "mentions": [t.user]})),
        ("send", json!({"to": user, "key": key, "text": "x", "attachments": [t.file]})),
        ("edit", json!({"message": t.message, "text": "y"})),
        ("delete", json!({"message": t.message})),
        ("act", json!({"message": t.message, "action": "ok", "key": key})),
        ("read", json!({"conversation": t.conversation, "upto": t.message})),
        ("received", json!({"version": t.message})),
        ("history", json!({"conversation": t.conversation, "limit": 10})),
        ("history", json!({"conversation": t.conversation, "around": t.message, "limit": 10})),
        ("open", json!({"with": user})),
        ("open", json!({"with": conversation})),
        ("room", json!({"key": key, "title": "T", "users": [t.user, t.other]})),
        ("room", json!({"conversation": t.conversation, "title": "T", "add": [t.user], "remove": [t.other]})),
        ("contacts", json!({"group": format!("shared:{}", t.group), "limit": 10})),
        ("contacts", json!({"text": t.user, "after": t.other, "limit": 10})),
        ("watch", json!({"users": [t.user, t.other]})),
        ("present", json!({"show": "available"})),
        ("typing", json!({"conversation": t.conversation, "on": true})),
        ("settings", json!({"mute": {"conversation": t.conversation, "on": true}})),
        ("settings", json!({"block": {"user": t.user, "on": true}})),
    ]
}

#[test]
fn every_frame_is_covered_here() {
    let some = Things {
        user: "u".into(),
        other: "o".into(),
        group: "g".into(),
        conversation: 1,
        message: 1,
        batch: 1,
        topic: "t".into(),
        event: 1,
        file: 1,
    };
    let covered: BTreeSet<&str> = frames(&some, "k").into_iter().map(|(name, _)| name).collect();
    assert_eq!(covered, BTreeSet::from(FEATURES), "hello is covered by itself");
}

#[test]
fn a_frame_that_names_what_is_somebody_elses_is_answered_as_one_that_names_what_is_nowhere() {
    let server = TestServer::with(&["--rest-rate", "0", "--control-rate", "0", "--message-rate", "0"]);
    let (theirs, ours) = (server.app("theirs"), server.app("ours"));
    // The first user of each application: whoever forgets which application it is takes one for the other.
    theirs.put("/users/theirs-user", &json!({})).is(201);
    let spy = ours.person("spy");
    go_ahead(&theirs);
    let foreign = stock(&theirs, "theirs");
    let mut own = stock(&ours, "own");
    own.conversation = spy.gets("room", json!({"key": "r", "title": "T", "users": [own.user, own.other]}))["conversation"]["id"]
        .as_i64()
        .unwrap();
    own.message = spy.sends(&format!("conversation:{}", own.conversation), "mine")["id"].as_i64().unwrap();
    for place in places(&own, &foreign, &nowhere(&foreign)) {
        compare(&spy, &own, &place, &mark(&theirs));
    }
    // In one's own application: a conversation of others, and what was said there.
    let of_others = stock(&ours, "others");
    let hidden = Things { conversation: of_others.conversation, message: of_others.message, ..own.clone() };
    let absent = nowhere(&hidden);
    for place in places(&own, &hidden, &Things { conversation: absent.conversation, message: absent.message, ..own.clone() }) {
        compare(&spy, &own, &place, &format!("{}-of-nobody", mark(&ours)));
    }
    let page = theirs.get(&format!("/conversations/{}/messages", foreign.conversation)).is(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 1, "nothing was written there");
}

/// Says every frame twice: with an id of somebody else, and with one that is nowhere.
fn compare(spy: &Voice, own: &Things, place: &Place, mark: &str) {
    let [their_id, no_id] = &place.texts;
    for (number, (name, own_body)) in frames(own, "key").into_iter().enumerate() {
        let key = |who: &str| format!("{number}-{who}-{}-{}", their_id.len(), no_id);
        let theirs = frames(&place.theirs, "key")[number].1.clone();
        if theirs == own_body {
            continue; // this frame names nothing of the kind
        }
        let one = spy.asks(name, frames(&place.theirs, &key("a"))[number].1.clone());
        let other = spy.asks(name, frames(&place.none, &key("b"))[number].1.clone());
        for answer in [&one, &other] {
            assert!(!format!("{answer:?}").contains(mark), "{name} {theirs} tells what is not ours: {answer:?}");
        }
        let bare = |answer: &Result<Value, Value>, id: &str| match answer {
            Ok(body) => same::shape(body, id),
            Err(error) => without_id(error, id),
        };
        assert_eq!(one.is_ok(), other.is_ok(), "{name} {theirs}: {one:?} {other:?}");
        assert_eq!(bare(&one, their_id), bare(&other, no_id), "{name} {theirs}");
    }
}

fn without_id(error: &Value, id: &str) -> Value {
    let mut error = error.clone();
    error["id"] = json!(0);
    serde_json::from_str(&error.to_string().replace(id, "ID")).unwrap()
}

#[test]
fn before_hello_nothing_is_answered_and_a_bad_token_is_refused_in_the_same_words() {
    let server = TestServer::with(&["--rest-rate", "0", "--address-rate", "0", "--sign-in-rate", "0"]);
    let (theirs, ours) = (server.app("theirs"), server.app("ours"));
    theirs.user("anna");
    let mut bad = credential::sessions(&server, &ours);
    bad.push(("of another application", theirs.token("anna")));
    let words: Vec<(&str, Value, u16)> = bad.iter().map(|(what, token)| refusal(&ours, what, token)).collect();
    assert!(words.iter().all(|(_, error, close)| (error, close) == (&words[0].1, &words[0].2)), "{words:#?}");

    let some = Things {
        user: "u".into(),
        other: "o".into(),
        group: "g".into(),
        conversation: 1,
        message: 1,
        batch: 1,
        topic: "t".into(),
        event: 1,
        file: 1,
    };
    for (name, mut body) in frames(&some, "k") {
        body["id"] = json!(1);
        let socket = Socket::open(server.address(), &[]).unwrap();
        socket.says(&json!({name: body}).to_string());
        assert_eq!(socket.hears("error", 0, |_| true)["code"], "unauthenticated", "{name}");
        socket.is_closed();
    }
}

fn refusal<'a>(ours: &App, what: &'a str, token: &str) -> (&'a str, Value, u16) {
    let socket = Socket::open(ours.server.http().address, &[]).unwrap();
    socket.says(&json!({"hello": {"app": ours.id, "token": token}}).to_string());
    let error = socket.hears("error", 0, |_| true);
    (what, error, socket.is_closed())
}
