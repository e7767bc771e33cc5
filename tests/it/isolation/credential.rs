//! Credentials that open nothing, or nothing any more.

use super::office::stock;
use crate::harness::{App, TestServer};
use parlour::apps::key::Scope;
use serde_json::{Value, json};

pub fn run(server: &TestServer, arguments: &[&str]) -> String {
    let output = server.run(arguments);
    assert!(output.status.success(), "parlour {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What looks like a key, or once was one, each with what it is.
pub fn keys(server: &TestServer, ours: &App) -> Vec<(&'static str, String)> {
    let suspended = server.app("closed");
    stock(&suspended, "s");
    run(server, &["app", "suspend", &suspended.id]);
    let revoked = key(server, ours, &["admin"]);
    let number = revoked["no"].to_string();
    run(server, &["app", "key", "revoke", &ours.id, &number]);
    ours.user("guest");
    vec![
        ("unknown", format!("pk_{}", "A".repeat(43))),
        ("no key at all", "nonsense".into()),
        ("another letter", changed(&ours.key)),
        ("revoked", revoked["key"].as_str().unwrap().into()),
        ("of a suspended application", suspended.key),
        ("a user's session", ours.token("guest")),
        ("the secret of callbacks", ours.callback_secret.clone()),
        ("the secret of tokens", ours.token_secret.clone()),
    ]
}

fn changed(key: &str) -> String {
    let last = if key.ends_with('A') { 'B' } else { 'A' };
    format!("{}{last}", &key[..key.len() - 1])
}

fn key(server: &TestServer, app: &App, scopes: &[&str]) -> Value {
    let mut arguments = vec!["app", "key", "create", &app.id, "--name", "test", "--json"];
    for scope in scopes {
        arguments.extend(["--scope", scope]);
    }
    serde_json::from_str(&run(server, &arguments)).unwrap()
}

/// A key that may do everything but what this scope is for.
pub fn all_scopes_but(server: &TestServer, app: &App, scope: Scope) -> String {
    let others = Scope::ALL.into_iter().filter(|other| *other != scope && *other != Scope::Admin);
    let others: Vec<&str> = others.map(Scope::as_str).collect();
    key(server, app, &others)["key"].as_str().unwrap().into()
}

/// Session tokens that open nothing, each with what it is. The application `closed` is not used by others.
pub fn sessions(server: &TestServer, ours: &App) -> Vec<(&'static str, String)> {
    for id in ["leaver", "banned", "erased"] {
        ours.user(id);
    }
    let (left, banned, erased) = (ours.token("leaver"), ours.token("banned"), ours.token("erased"));
    server.http().bearer(&left).delete("/client/session").is(204);
    ours.patch("/users/banned", &json!({"suspended": true})).is(200);
    ours.delete("/users/erased").is(204);
    let closed = server.app("closed");
    closed.user("guest");
    let of_closed = closed.token("guest");
    run(server, &["app", "suspend", &closed.id]);
    vec![
        ("unknown", format!("ps_{}", "A".repeat(43))),
        ("no token at all", "nonsense".into()),
        ("signed out", left),
        ("of a suspended user", banned),
        ("of an erased user", erased),
        ("of a suspended application", of_closed),
        ("an application's key", ours.key.clone()),
    ]
}
