//! Waiting for the next event.

use super::told;
use crate::harness::TestServer;
use serde_json::json;
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn a_waiting_reader_is_answered_when_something_happens_and_when_its_time_is_over() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app_with("oa", &told(&["message.created"]));
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let begun = Instant::now();
    assert_eq!(office.get("/events?wait=1").is(200)["items"], json!([]));
    assert!(begun.elapsed() >= Duration::from_secs(1));
    let waiting = {
        let office = office.clone();
        thread::spawn(move || (office.get("/events?wait=60").is(200), Instant::now()))
    };
    // the reader has its place when the gauge shows it
    crate::harness::eventually("somebody waits", || {
        (office.get("/events/lag").is(200)["readers"][0]["connections"] == 1).then_some(())
    });
    let sent = Instant::now();
    anna.sends("ben", "lunch?");
    let (page, answered) = waiting.join().unwrap();
    assert_eq!((&page["items"][0]["data"]["message"]["text"], &page["next"]), (&json!("lunch?"), &json!("1")));
    assert!(answered - sent < Duration::from_secs(5), "{:?}", answered - sent);
    drop(ben);
}

#[test]
fn an_application_has_so_many_readers_and_another_one_does_not_notice() {
    let server = TestServer::with(&["--event-readers", "2", "--rest-rate", "0"]);
    let (office, other) = (server.app("oa"), server.app("crm"));
    let waits = |seconds: u64| {
        let office = office.clone();
        thread::spawn(move || office.get(&format!("/events?wait={seconds}")).is(200))
    };
    let waiting = [waits(8), waits(8)];
    let taken = || office.get("/events/lag").is(200)["readers"][0]["connections"] == 2;
    crate::harness::eventually("both places are taken", || taken().then_some(()));
    assert!(office.get("/events").is_refused(429, "rate_limited")["retry_after"].is_i64());
    other.get("/events").is(200);
    waiting.into_iter().for_each(|one| drop(one.join().unwrap()));
    office.get("/events").is(200);
}

#[test]
fn a_reader_that_closed_gives_its_place_back() {
    let server = TestServer::with(&["--event-readers", "1", "--rest-rate", "0"]);
    let office = server.app("oa");
    let mut gone = office.http().connect();
    let head = format!("GET /api/v1/events?wait=60 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", office.key);
    std::io::Write::write_all(&mut gone, head.as_bytes()).unwrap();
    // the gauge takes no place itself
    crate::harness::eventually("it waits", || {
        (office.get("/events/lag").is(200)["readers"][0]["connections"] == 1).then_some(())
    });
    office.get("/events").is_refused(429, "rate_limited");
    gone.shutdown(std::net::Shutdown::Write).unwrap();
    let begun = Instant::now();
    crate::harness::eventually("its place is free", || (office.get("/events").status == 200).then_some(()));
    assert!(begun.elapsed() < Duration::from_secs(30), "not by the end of its time");
}
