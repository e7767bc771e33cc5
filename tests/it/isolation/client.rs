//! Signing in and out: what belongs to another application opens nothing here.

use super::{credential, same};
use crate::harness::{App, TestServer};
use serde_json::{Value, json};

/// The calls of clients; `/ws` is covered frame by frame, `/parlour.js` is one text for all.
const CALLS: [&str; 10] = [
    "GET /client/application",
    "POST /client/oidc",
    "POST /client/session",
    "DELETE /client/session",
    "POST /client/session/socket",
    "POST /client/files",
    "DELETE /client/files/{id}",
    "GET /client/messages/{id}/files",
    "GET /ws",
    "GET /parlour.js",
];

pub fn covers(name: &str) -> bool {
    CALLS.contains(&name)
}

#[test]
fn a_session_that_is_not_in_force_opens_nothing_in_the_same_words() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let ours = server.app("ours");
    let bad = credential::sessions(&server, &ours);
    for (method, path) in [
        ("DELETE", "/client/session"),
        ("POST", "/client/session/socket"),
        ("POST", "/client/files"),
        ("DELETE", "/client/files/1"),
        ("GET", "/client/messages/1/files"),
    ] {
        server.http().call(method, path, b"").is_refused(401, "unauthenticated");
        let mut words = Vec::new();
        for (what, token) in &bad {
            let answer = server.http().bearer(token).call(method, path, b"");
            answer.is_refused(401, "unauthenticated");
            words.push((what, same::without_number(&answer)));
            let cookie = server.http().with("cookie", &format!("parlour.ours={token}")).with("sec-fetch-site", "same-origin");
            cookie.call(method, path, b"").is_refused(401, "unauthenticated");
        }
        assert!(words.iter().all(|(_, said)| *said == words[0].1), "{method} {path}: {words:#?}");
    }
}

#[test]
fn nobody_signs_in_with_what_belongs_to_another_application() {
    let server = TestServer::with(&["--rest-rate", "0", "--address-rate", "0", "--sign-in-rate", "0"]);
    let ways = ["--sign-in", "local,ticket,token"];
    let (theirs, ours) = (server.app_with("theirs", &ways), server.app_with("ours", &ways));
    theirs.user("anna");
    ours.user("ben");
    let sign_in = |body: Value| {
        let answer = server.http().post("/client/session", &body);
        answer.is_refused(401, "unauthenticated");
        same::without_number(&answer)
    };
    let word =
        |app: &App, username: &str, password: &str| sign_in(json!({"app": app.id, "username": username, "password": password}));
    let wrong = word(&ours, "ben", "not the word");
    for (username, password) in [("anna", "the word of anna"), ("nobody", "the word of anna"), ("ben", "the word of anna")] {
        assert_eq!(word(&ours, username, password), wrong, "{username}");
    }
    let ticket = |app: &str, ticket: &Value| sign_in(json!({"app": app, "ticket": ticket}));
    let of_theirs = theirs.post("/users/anna/tickets", &json!({})).is(201)["ticket"].clone();
    let unknown = json!(format!("ptk_{}", "A".repeat(43)));
    assert_eq!(ticket("ours", &of_theirs), ticket("ours", &unknown));
    let token = |token: &str| sign_in(json!({"app": "ours", "token": token}));
    assert_eq!(token(&theirs.token("anna")), token(&format!("ps_{}", "A".repeat(43))));
}

#[test]
fn an_application_that_is_suspended_looks_like_one_that_is_nowhere() {
    let server = TestServer::with(&["--address-rate", "0", "--sign-in-rate", "0"]);
    let closed = server.app("closed");
    closed.user("anna");
    credential::run(&server, &["app", "suspend", "closed"]);
    let show = |id: &str| same::bare(&server.http().get(&format!("/client/application?app={id}")), id);
    assert_eq!(show("closed"), show("nowhere"));
    let enter = |id: &str| {
        let body = json!({"app": id, "username": "anna", "password": "the word of anna"});
        let answer = server.http().post("/client/session", &body);
        assert!((400..500).contains(&answer.status), "{}", answer.text());
        same::bare(&answer, id)
    };
    assert_eq!(enter("closed"), enter("nowhere"));
    let page = server.http().with("origin", crate::harness::PUBLIC_URL);
    let begin = |id: &str| same::bare(&page.post("/client/oidc", &json!({"app": id})), id);
    assert_eq!(begin("closed"), begin("nowhere"));
}
