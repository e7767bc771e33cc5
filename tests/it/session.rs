//! How long somebody stays signed in: who is signed out is gone at once, and who is not goes on.

use crate::harness::{App, Socket, TestServer, Voice};
use crate::sign_in::{jwt, seconds};
use serde_json::{Value, json};

/// A token that the application signs, for so many seconds.
fn signed(office: &App, user: &str, lasts: i64) -> String {
    let claims = json!({"sub": user, "name": user, "aud": office.id, "exp": seconds(lasts)});
    jwt(&office.token_secret, &claims)
}

fn greets(office: &App, token: &str) -> (Socket, Value) {
    let socket = Socket::open(office.server.http().address, &[]).expect("the door is open");
    socket.says(&json!({"hello": {"app": office.id, "token": token}}).to_string());
    let welcome = socket.hears("welcome", 0, |_| true);
    (socket, welcome)
}

/// Says hello once more on a live socket; answers the second welcome.
fn renews(office: &App, socket: &Socket, token: &str) -> Value {
    let from = socket.log().frames.len();
    socket.says(&json!({"hello": {"app": office.id, "token": token}}).to_string());
    socket.hears("welcome", from, |_| true)
}

#[test]
fn a_fresh_token_lets_all_connections_of_its_session_go_on() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (first, welcome) = greets(&office, &signed(&office, "anna", 3));
    let (second, _) = greets(&office, welcome["session"]["token"].as_str().expect("a token"));
    let (other, _) = greets(&office, &signed(&office, "ben", 5));
    let renewed = renews(&office, &first, &signed(&office, "anna", 600));
    assert_eq!(renewed["session"]["id"], welcome["session"]["id"]);
    assert_eq!(other.is_closed(), 4500, "by now the time that both began with is over");
    for socket in [&first, &second] {
        socket.says(r#"{"watch":{"id":7,"users":[]}}"#);
        socket.hears("ok", 0, |body| body["id"] == 7);
    }
}

#[test]
fn a_fresh_token_makes_no_session_shorter_and_leaves_a_programs_token_alone() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (socket, welcome) = greets(&office, &signed(&office, "anna", 600));
    assert_eq!(renews(&office, &socket, &signed(&office, "anna", 60))["session"]["expires_at"], welcome["session"]["expires_at"]);
    for lasts in [Value::Null, json!("2099-01-01T00:00:00.000Z")] {
        let made = office.post("/users/anna/tokens", &json!({"name": "printer", "expires_at": lasts})).is(201);
        let (socket, welcome) = greets(&office, made["token"].as_str().expect("a token"));
        assert_eq!(welcome["session"]["expires_at"], lasts);
        assert_eq!(renews(&office, &socket, &signed(&office, "anna", 600))["session"]["expires_at"], lasts);
        let sessions = office.get("/users/anna/sessions").is(200);
        let kept = sessions["items"].as_array().into_iter().flatten().find(|session| session["id"] == made["id"]);
        assert_eq!(kept.expect("it is there")["expires_at"], lasts);
    }
}

/// A page that asks for a ticket each time it is made opens a session each time.
#[test]
fn a_hundred_page_views_sign_out_no_window_that_is_open() {
    let server = TestServer::with(&["--rest-rate", "0", "--address-rate", "0"]);
    let office = server.app("oa");
    office.user("anna");
    let ticket = || office.post("/users/anna/tickets", &json!({})).is(201)["ticket"].as_str().expect("a ticket").to_string();
    let (open, _) = greets(&office, &ticket());
    let (left, welcome) = greets(&office, &ticket());
    drop(left);
    for _ in 0..110 {
        drop(greets(&office, &ticket()));
    }
    open.says(r#"{"watch":{"id":7,"users":[]}}"#);
    open.hears("ok", 0, |body| body["id"] == 7);
    let sessions = office.get("/users/anna/sessions?limit=200").is(200);
    let numbers: Vec<&Value> = sessions["items"].as_array().into_iter().flatten().map(|session| &session["id"]).collect();
    assert!(
        numbers.len() == 100 && !numbers.contains(&&welcome["session"]["id"]),
        "those that nobody uses make room: {numbers:?}"
    );
}

/// The other devices of somebody who is signed out, and what they hear.
fn are_gone_at_once(office: &App, ben: &Voice, end: impl Fn()) {
    let devices: Vec<Voice> = (0..3).map(|_| office.device("anna")).collect();
    end();
    for device in &devices {
        assert_eq!(device.socket.is_closed(), 4500);
        assert_eq!(device.is_told("bye", |_| true)["code"], "expired");
    }
    let sent = ben.sends("anna", "are you there?");
    for device in &devices {
        let log = device.socket.log();
        let told = |body: &Value| body["messages"].as_array().into_iter().flatten().any(|message| message["id"] == sent["id"]);
        assert!(!log.frames.iter().any(|(_, body)| told(body)));
    }
}

#[test]
fn whoever_is_signed_out_or_suspended_is_gone_from_all_devices_at_once() {
    let server = TestServer::start();
    let office = server.app("oa");
    let ben = office.user("anna").person("ben");
    are_gone_at_once(&office, &ben, || drop(office.delete("/users/anna/sessions").is(204)));
    are_gone_at_once(&office, &ben, || drop(office.patch("/users/anna", &json!({"suspended": true})).is(200)));
}

#[test]
fn whoever_is_in_many_rooms_is_shown_all_of_them_so_often_and_no_more() {
    let server = TestServer::with(&["--control-rate", "1", "--rest-rate", "0", "--sockets-per-user", "1"]);
    let office = server.app("oa");
    office.user("anna").user("ben");
    for number in 0..100 {
        office.post("/conversations", &json!({"title": format!("Room {number}"), "users": ["anna"]})).is(201);
    }
    let token = signed(&office, "anna", 600);
    let ticket = || office.post("/users/anna/tickets", &json!({})).is(201)["ticket"].clone();
    let greets_with = |more: Value| {
        let socket = Socket::open(office.server.http().address, &[]).expect("the door is open");
        let mut hello = json!({"app": office.id, "token": token});
        hello.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        socket.says(&json!({ "hello": hello }).to_string());
        let (name, body) = socket.wait(|log| log.frames.first().cloned()).expect("an answer");
        (socket, name, body)
    };
    let (_first, _, seen) = greets_with(json!({}));
    let mut standing = None;
    let refused = (0..20).find_map(|_| {
        let (socket, name, body) = greets_with(json!({}));
        let refused = (name != "welcome").then(|| (body["code"].clone(), socket.is_closed()));
        if refused.is_none() {
            standing = Some(socket);
        }
        refused
    });
    assert_eq!(refused, Some((json!("rate_limited"), 4004)), "and may come back later");
    office.post("/messages", &json!({"to": "user:anna", "text": "still there"})).is(202);
    let standing = standing.expect("one was let in");
    let is_told =
        |body: &Value| body["messages"].as_array().is_some_and(|all| all.iter().any(|row| row["text"] == "still there"));
    standing.hears("sync", 0, is_told);
    assert_eq!(standing.log().closed, None, "who is refused takes nobody's place");
    let since = json!({"since": {"epoch": seen["epoch"], "version": seen["version"]}});
    let (_again, name, body) = greets_with(since);
    let resumed = (name.as_str(), &body["resumed"]);
    assert_eq!(resumed, ("welcome", &json!(true)), "who only missed something is told what, at any time");
    let mut names = (0..20).map(|_| greets_with(json!({})).1);
    assert!(names.any(|name| name == "error"));
    assert_eq!(greets_with(json!({"token": ticket()})).1, "welcome", "a ticket is not spent in vain");
    let entered = server.http().post("/client/session", &json!({"app": "oa", "ticket": ticket()})).is(201)["token"].clone();
    let http = server.http().bearer(entered.as_str().unwrap());
    let window = || http.post("/client/session/socket?app=oa", &json!({})).is(201)["token"].clone();
    let mut names = (0..20).map(|_| greets_with(json!({"token": window()})).1);
    assert!(names.any(|name| name == "error"), "a page makes as many of its own as it likes");
    greets(&office, &signed(&office, "ben", 600));
}

#[test]
fn a_hello_on_a_live_socket_counts_as_a_request() {
    let server = TestServer::with(&["--control-rate", "1"]);
    let office = server.app("oa");
    let (anna, _) = greets(&office, &signed(&office, "anna", 600));
    let fresh = json!({"hello": {"app": office.id, "token": signed(&office, "anna", 900)}}).to_string();
    (0..40).for_each(|_| anna.says(&fresh));
    anna.hears("error", 0, |body| body["code"] == "rate_limited");
    let welcomes = anna.log().frames.iter().filter(|(name, _)| name == "welcome").count();
    assert!((2..40).contains(&welcomes), "{welcomes}");
    assert_eq!(anna.log().closed, None);
}
