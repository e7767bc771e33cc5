//! Applications that take a call and never answer hold up nobody else.

use super::{called_back, echo};
use crate::harness::{App, Listener, Reply, TestServer};
use serde_json::json;
use std::time::{Duration, Instant};

const HANGING: usize = 20;
/// How long a fact may take; until then a call that hangs is open.
const FACT: Duration = Duration::from_secs(15);

/// An application that is told of two messages in two conversations at once, as many calls as it may have.
fn is_told_twice(office: &App) {
    for id in ["ben", "carol"] {
        office.put(&format!("/users/{id}"), &json!({"name": id})).is(201);
    }
    let anna = office.member("anna");
    anna.sends("ben", "hello");
    anna.sends("carol", "hello");
}

#[test]
fn many_applications_that_hang_leave_room_for_one_that_answers() {
    let (server, stuck, good) = (TestServer::with(&["--rest-rate", "0"]), Listener::start(), Listener::start());
    stuck.answers("message.created", |_| Reply::Silence(2 * FACT));
    good.answers("message.created", echo);
    let (url, approved) = (stuck.url(), stuck.host_and_port());
    let options = [&called_back(&url, &approved)[..], &["--event", "message.created"]].concat();
    let hanging: Vec<App> = (0..HANGING).map(|number| server.app_with(&format!("oa-{number}"), &options)).collect();
    let zoe = server.app_with("crm", &called_back(&good.url(), &good.host_and_port())).member("zoe");
    let begun = Instant::now();
    hanging.iter().for_each(is_told_twice);
    stuck.is_asked("message.created", 2 * HANGING);
    zoe.sends("application", "hello");
    zoe.hears("re: hello");
    assert!(begun.elapsed() < FACT, "it had to wait until calls to others had ended");
}

#[test]
fn a_fact_that_is_not_taken_holds_no_question_of_its_conversation_back() {
    let (server, listener) = (TestServer::start(), Listener::start());
    let (url, approved) = (listener.url(), listener.host_and_port());
    let office = server.app_with("oa", &[&called_back(&url, &approved)[..], &["--event", "message.read"]].concat());
    listener.answers("message.created", echo);
    listener.answers("message.read", |_| Reply::Status(500));
    let anna = office.member("anna");
    anna.sends("application", "one");
    let reply = anna.hears("re: one");
    anna.gets("read", json!({"conversation": reply["conversation"], "upto": reply["id"]}));
    listener.is_asked("message.read", 1);
    anna.sends("application", "two");
    anna.hears("re: two");
}
