//! What there is in an application, for calls to name.

use crate::harness::App;
use serde_json::{Value, json};

/// What stands in everything that an application says; nobody else may see it.
pub fn mark(app: &App) -> String {
    format!("mark-of-{}", app.id)
}

/// One of each kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Things {
    pub user: String,
    pub other: String,
    pub group: String,
    pub conversation: i64,
    pub message: i64,
    pub batch: i64,
    pub topic: String,
    pub event: i64,
    pub file: i64,
}

/// Makes one of each kind in an application.
pub fn stock(app: &App, tag: &str) -> Things {
    let mark = mark(app);
    let (user, other, group) = (format!("{tag}-user"), format!("{tag}-other"), format!("{tag}-group"));
    let topic = format!("{tag}-topic");
    for id in [&user, &other] {
        let made = app.put(&format!("/users/{id}"), &json!({"name": mark, "title": mark}));
        assert!(made.status < 300, "{}", made.text());
    }
    app.put(&format!("/groups/{group}"), &json!({"name": mark, "users": [user, other]})).is(201);
    let room = app.post("/conversations", &json!({"title": mark, "users": [user, other]})).is(201);
    let conversation = number(&room["conversation"]["id"]);
    let sent = app
        .post(
            "/messages",
            &json!({"to": format!("conversation:{conversation}"), "text": mark, "topic": topic, "card": card(&mark, &user)}),
        )
        .is(202);
    let message = number(&sent["messages"][0]["id"]);
    app.post("/messages", &json!({"to": "application", "text": mark, "from": format!("user:{user}")})).is(202);
    let event = number(&app.get("/events/lag").is(200)["last"]);
    let file = number(&app.http().file("/api/v1/files", &mark, mark.as_bytes()).is(201)["file"]["id"]);
    Things { user, other, group, conversation, message, batch: number(&sent["batch"]), topic, event, file }
}

/// A card with a button for this user.
pub fn card(mark: &str, user: &str) -> Value {
    json!({"title": mark, "fields": [{"label": mark, "value": mark}], "actions": [{"id": "ok", "label": mark, "users": [user]}]})
}

/// Takes so many numbers that none of a neighbour, who made less, is one of this application's.
pub fn go_ahead(app: &App) {
    let many: Vec<Value> = (0..3000).map(|n| json!({"id": format!("filler{n}"), "name": mark(app)})).collect();
    app.put("/groups/filler", &json!({"name": mark(app), "users": many})).is(201);
    for _ in 0..200 {
        app.post("/messages", &json!({"to": "application", "text": mark(app), "from": "user:filler0"})).is(202);
    }
}

/// Names that are nowhere, of the same form.
pub fn nowhere(things: &Things) -> Things {
    Things {
        user: things.user.replace("-user", "-none"),
        other: things.other.replace("-other", "-nobod"),
        group: things.group.replace("-group", "-nogrp"),
        conversation: things.conversation + 1_000_000,
        message: things.message + 1_000_000,
        batch: things.batch + 1_000_000,
        topic: things.topic.replace("-topic", "-nothg"),
        event: things.event + 1_000_000,
        file: things.file + 1_000_000,
    }
}

/// For each place of an id: `own` with that of `foreign`, and with that of `absent`; and what stands there.
pub fn places(own: &Things, foreign: &Things, absent: &Things) -> Vec<Place> {
    let place = |set: &dyn Fn(&mut Things, &Things), texts: [String; 2]| {
        let (mut theirs, mut none) = (own.clone(), own.clone());
        set(&mut theirs, foreign);
        set(&mut none, absent);
        Place { theirs, none, texts }
    };
    vec![
        place(&|to, from| to.user.clone_from(&from.user), [foreign.user.clone(), absent.user.clone()]),
        place(&|to, from| to.other.clone_from(&from.other), [foreign.other.clone(), absent.other.clone()]),
        place(&|to, from| to.group.clone_from(&from.group), [foreign.group.clone(), absent.group.clone()]),
        place(&|to, from| to.conversation = from.conversation, [foreign.conversation, absent.conversation].map(text)),
        place(&|to, from| to.message = from.message, [foreign.message, absent.message].map(text)),
        place(&|to, from| to.topic.clone_from(&from.topic), [foreign.topic.clone(), absent.topic.clone()]),
        place(&|to, from| to.batch = from.batch, [foreign.batch, absent.batch].map(text)),
        place(&|to, from| to.event = from.event, [foreign.event, absent.event].map(text)),
        place(&|to, from| to.file = from.file, [foreign.file, absent.file].map(text)),
    ]
}

pub struct Place {
    pub theirs: Things,
    pub none: Things,
    /// The id in question, of somebody else and of nobody.
    pub texts: [String; 2],
}

fn text(number: i64) -> String {
    number.to_string()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("not a number: {value}"))
}
