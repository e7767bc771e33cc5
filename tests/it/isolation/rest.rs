//! The REST interface: every call with the ids of another application in each place.

use super::office::{Place, Things, card, go_ahead, mark, nowhere, places, stock};
use super::{credential, name, routes, same};
use crate::harness::{Answer, App, Http, TestServer};
use parlour::apps::key::Scope;
use parlour::http::route::Policy;
use serde_json::{Value, json};

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub method: &'static str,
    /// Of the table, below `/api/v1`.
    pattern: &'static str,
    path: String,
    pub body: Option<Value>,
}

impl Call {
    fn name(&self) -> String {
        format!("{} /api/v1{}", self.method, self.pattern)
    }

    pub fn by(&self, http: &Http) -> Answer {
        let path = format!("/api/v1{}", self.path);
        match &self.body {
            _ if self.name() == "POST /api/v1/files" => http.file(&path, "x.txt", b"x"),
            Some(body) => http.json(self.method, &path, body),
            None => http.call(self.method, &path, b""),
        }
    }
}

/// A call without a body; `{id}` of the pattern is `id`.
fn bare(method: &'static str, pattern: &'static str, id: impl ToString) -> Call {
    Call { method, pattern, path: pattern.replace("{id}", &id.to_string()), body: None }
}

fn with(method: &'static str, pattern: &'static str, id: impl ToString, body: Value) -> Call {
    Call { body: Some(body), ..bare(method, pattern, id) }
}

fn page(pattern: &'static str, after: impl ToString) -> Call {
    Call { path: format!("{pattern}?after={}&limit=1", after.to_string()), ..bare("GET", pattern, "") }
}

/// A good call of every route, naming these things wherever something can be named.
pub fn calls(t: &Things) -> Vec<Call> {
    [messages(t), people(t), contacts(t), talk(t), bare_ones()].into_iter().flatten().collect()
}

#[rustfmt::skip]
fn messages(t: &Things) -> Vec<Call> {
    let parties = json!([format!("user:{}", t.user), format!("conversation:{}", t.conversation), format!("group:{}", t.group)]);
    vec![
        with("POST",   "/messages", "", json!({"to": parties, "text": "x", "from": "application"})),
        with("POST",   "/messages", "", json!({"to": format!("user:{}", t.other), "text": "x", "from": format!("user:{}", t.user)})),
        bare("GET",    "/messages/{id}", t.message),
        with("PATCH",  "/messages/{id}", t.message, json!({"text": "y"})),
        bare("DELETE", "/messages/{id}", t.message),
        with("PATCH",  "/messages/{id}", t.message, json!({"card": card("y", &t.user)})),
        with("POST",   "/messages/{id}/act", t.message, json!({"user": t.user, "action": "ok", "key": "k"})),
        page("/batches", t.batch.to_string()),
        with("POST",   "/messages", "", json!({"to": format!("user:{}", t.other), "attachments": [t.file]})),
        bare("POST",   "/files", ""),
        bare("GET",    "/files/{id}", t.file),
        bare("GET",    "/files/{id}/content", t.file),
        bare("DELETE", "/files/{id}", t.file),
        bare("GET",    "/topics/{id}", &t.topic),
        with("PATCH",  "/topics/{id}", &t.topic, json!({"text": "y"})),
        bare("DELETE", "/topics/{id}", &t.topic),
        with("POST",   "/topics/{id}/read", &t.topic, json!({"user": t.user})),
        bare("GET",    "/batches/{id}", t.batch),
        bare("GET",    "/batches/{id}/delivery", t.batch),
        with("PATCH",  "/batches/{id}", t.batch, json!({"text": "y"})),
        bare("DELETE", "/batches/{id}", t.batch),
    ]
}

#[rustfmt::skip]
fn people(t: &Things) -> Vec<Call> {
    let people = json!([t.user, {"id": t.other, "name": "Other"}]);
    vec![
        page("/users", &t.user),
        // To try it: the first of two real calls would leave the second another list.
        Call { path: "/users?dry_run=true".into(), ..with("PUT", "/users", "", json!({"users": people})) },
        with("POST",   "/users/import", "", json!({"users": [{"id": t.user, "name": "U"}, t.other]})),
        bare("GET",    "/users/{id}", &t.user),
        with("PUT",    "/users/{id}", &t.user, json!({"name": "U"})),
        with("PATCH",  "/users/{id}", &t.user, json!({"name": "U"})),
        bare("DELETE", "/users/{id}", &t.user),
        bare("GET",    "/users/{id}/sessions", &t.user),
        bare("DELETE", "/users/{id}/sessions", &t.user),
        with("POST",   "/users/{id}/tickets", &t.user, json!({})),
        with("POST",   "/users/{id}/tokens", &t.user, json!({"name": "x"})),
    ]
}

#[rustfmt::skip]
fn contacts(t: &Things) -> Vec<Call> {
    let people = json!([t.user, {"id": t.other, "name": "Other"}]);
    vec![
        bare("GET",    "/users/{id}/contacts", &t.user),
        with("PUT",    "/users/{id}/contacts", &t.user, json!({"groups": [{"id": t.group, "name": "G", "users": [t.user, t.other]}]})),
        Call { path: format!("/users/{}/contacts?dry_run=true", t.user),
               ..with("PUT", "/users/{id}/contacts", "", json!({"groups": [{"id": t.group, "name": "G", "users": people}]})) },
        bare("POST",   "/users/{id}/contacts/refresh", &t.user),
        bare("POST",   "/contacts/refresh", ""),
        page("/groups", &t.group),
        bare("GET",    "/groups/{id}", &t.group),
        with("PUT",    "/groups/{id}", &t.group, json!({"name": "G", "users": [t.user], "visible_to": [t.other], "parent": t.group})),
        bare("DELETE", "/groups/{id}", &t.group),
    ]
}

#[rustfmt::skip]
fn talk(t: &Things) -> Vec<Call> {
    vec![
        bare("GET",    "/users/{id}/presence", &t.user),
        Call { path: format!("/presence?users={}&users={}", t.user, t.other), ..bare("GET", "/presence", "") },
        with("POST",   "/conversations", "", json!({"title": "T", "users": [t.user, t.other]})),
        page("/conversations", t.conversation.to_string()),
        bare("GET",    "/conversations/{id}", t.conversation),
        Call { path: format!("/conversations/{}/messages?after={}", t.conversation, t.message),
               ..bare("GET", "/conversations/{id}/messages", "") },
        with("POST",   "/conversations/{id}/read", t.conversation, json!({"user": t.user, "upto": t.message})),
        page("/events", t.event.to_string()),
        bare("GET",    "/events/lag", ""),
        with("POST",   "/events/{id}", t.event, json!({"text": "x"})),
    ]
}

#[rustfmt::skip]
fn bare_ones() -> Vec<Call> {
    vec![
        bare("GET",    "/export/users", ""),
        bare("GET",    "/export/groups", ""),
        bare("GET",    "/export/contacts", ""),
        bare("GET",    "/export/conversations", ""),
        bare("GET",    "/export/messages", ""),
        bare("GET",    "/export/files", ""),
        bare("POST",   "/ping", ""),
    ]
}

pub fn covers(name: &str) -> bool {
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
    calls(&some).iter().any(|call| call.name() == name)
}

#[test]
fn what_is_somebody_elses_is_answered_as_what_is_nowhere() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let (theirs, ours) = (server.app("theirs"), server.app("ours"));
    go_ahead(&theirs);
    for (number, _) in calls(&stock(&ours, "sample")).iter().enumerate() {
        let foreign = stock(&theirs, &format!("t{number}"));
        let own = stock(&ours, &format!("o{number}"));
        assert!(own.message < foreign.conversation, "the numbers of both applications do not meet");
        let before = picture(&theirs, &foreign);
        for place in places(&own, &foreign, &nowhere(&foreign)) {
            compare(&ours, &theirs, number, &own, &place);
        }
        let call = &calls(&own)[number];
        let answer = call.by(&ours.http());
        let fine = answer.status < 300 || call.pattern == "/ping";
        assert!(fine, "{call:?} shows nothing if it fails by itself: {}", answer.text());
        assert_eq!(picture(&theirs, &foreign), before, "{call:?} changed what is somebody else's");
    }
}

/// Makes one call twice: with an id of somebody else, and with one that is nowhere.
fn compare(ours: &App, theirs: &App, number: usize, own: &Things, place: &Place) {
    let (there, nowhere) = (&calls(&place.theirs)[number], &calls(&place.none)[number]);
    if there == &calls(own)[number] {
        return; // this call names nothing of the kind
    }
    let (one, other) = (there.by(&ours.http()), nowhere.by(&ours.http()));
    for answer in [&one, &other] {
        assert!(!answer.text().contains(&mark(theirs)), "{there:?} tells what is not ours: {}", answer.text());
    }
    let [their_id, no_id] = &place.texts;
    assert_eq!(same::bare(&one, their_id), same::bare(&other, no_id), "{there:?} differs from {nowhere:?}");
}

/// How these things look to their own application.
fn picture(app: &App, t: &Things) -> Vec<String> {
    let addresses = [
        format!("/users/{}", t.user),
        format!("/users/{}/contacts", t.user),
        format!("/groups/{}", t.group),
        format!("/batches/{}", t.batch),
        format!("/conversations/{}", t.conversation),
        format!("/conversations/{}/messages", t.conversation),
    ];
    addresses.iter().map(|address| app.get(address).is(200).to_string()).collect()
}

#[test]
fn without_a_good_key_every_call_is_refused_in_the_same_words() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let ours = server.app("ours");
    let things = stock(&ours, "o");
    let bad = credential::keys(&server, &ours);
    for call in calls(&things) {
        call.by(&server.http()).is_refused(401, "unauthenticated");
        call.by(&server.http().with("authorization", "Basic b3VyczpvdXJz")).is_refused(401, "unauthenticated");
        let mut words = Vec::new();
        for (what, key) in &bad {
            let answer = call.by(&server.http().bearer(key));
            answer.is_refused(401, "unauthenticated");
            words.push((what, same::without_number(&answer)));
        }
        assert!(words.iter().all(|(_, said)| *said == words[0].1), "{call:?}: {words:#?}");
    }
    picture(&ours, &things);
}

#[test]
fn a_key_without_the_scope_of_a_call_is_refused() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let ours = server.app("ours");
    let things = stock(&ours, "o");
    for scope in Scope::ALL {
        let key = credential::all_scopes_but(&server, &ours, scope);
        for route in routes(|policy| policy == Policy::Application(scope)) {
            for call in calls(&things).iter().filter(|call| call.name() == name(&route)) {
                call.by(&server.http().bearer(&key)).is_refused(403, "forbidden");
            }
        }
    }
    picture(&ours, &things);
}
