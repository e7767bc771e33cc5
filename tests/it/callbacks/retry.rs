//! What an application did not take: when it is asked again, in which order, and when it is given up.

use super::{LATE, QUICK, called_back, echo, texts};
use crate::harness::{App, Call, Listener, Reply, TestServer, Voice, eventually};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

const LOST: &str = "Office has not answered for too long, so your message was not delivered. Please send it again.";
const GIVE_UP: [&str; 4] = ["--callback-pauses", "100ms", "--callback-give-up", "2s"];

fn office(server: &TestServer, listener: &Listener) -> App {
    let (url, approved) = (listener.url(), listener.host_and_port());
    server.app_with("oa", &[&called_back(&url, &approved)[..], &["--event", "delivery.failed"]].concat())
}

fn text(call: &Call) -> &str {
    call.body["data"]["message"]["text"].as_str().unwrap_or_default()
}

#[test]
fn whoever_asks_for_time_is_given_it() {
    let (server, listener) = (TestServer::with(&QUICK), Listener::start());
    let office = office(&server, &listener);
    let times = Arc::<Mutex<Vec<Instant>>>::default();
    let heard = times.clone();
    listener.answers("message.created", move |call| {
        let mut heard = heard.lock().unwrap();
        heard.push(Instant::now());
        match heard.len() {
            1 => Reply::Header(429, "retry-after", "2".into()),
            2 => Reply::Header(503, "retry-after", "1".into()),
            _ => echo(call),
        }
    });
    let (anna, ben) = (office.member("anna"), office.member("ben"));
    anna.sends("application", "one");
    listener.is_asked("message.created", 1);
    ben.sends("application", "two");
    anna.hears("re: one");
    ben.hears("re: two");
    let times = times.lock().unwrap();
    assert_eq!(times.len(), 4, "each was asked as often as it was asked for, and no more");
    // for two seconds nobody asks anything; then both are asked at once, and one of them once more a second later
    let between = |from: usize, to: usize| times[to].duration_since(times[from]).as_millis();
    assert!(between(0, 1) >= 1_900 && between(1, 3) >= 900, "{} ms, {} ms", between(0, 1), between(1, 3));
}

#[test]
fn what_is_not_taken_for_too_long_is_given_up_and_said_and_the_next_one_goes() {
    let (server, listener) = (TestServer::with(&GIVE_UP), Listener::start());
    let office = office(&server, &listener);
    listener.answers("message.created", |call| if text(call) == "one" { Reply::Status(500) } else { echo(call) });
    let (anna, ben) = (office.member("anna"), office.member("ben"));
    anna.sends("application", "one");
    anna.sends("application", "two");
    anna.hears(LATE);
    // it answers others: only this message is lost
    ben.sends("application", "hello");
    ben.hears("re: hello");
    let lost = anna.hears(LOST);
    let reply = anna.hears("re: two");
    assert!(lost["id"].as_i64() < reply["id"].as_i64());
    let asked = listener.calls("message.created");
    let ids: Vec<&str> = asked.iter().filter(|call| text(call) == "one").map(Call::id).collect();
    assert!(ids.len() > 2 && ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let failed = listener.is_asked("delivery.failed", 1).remove(0);
    let data = json!({"id": ids[0], "type": "message.created", "conversation": lost["conversation"]});
    assert_eq!(failed.body["data"], data);
    assert_eq!(listener.calls("delivery.failed").len(), 1);
}

#[test]
fn an_application_that_takes_nothing_for_too_long_is_left_alone_until_it_answers_a_ping() {
    let (server, listener) = (TestServer::with(&GIVE_UP), Listener::start());
    let office = office(&server, &listener);
    listener.answers("message.created", |_| Reply::Status(500));
    let anna = office.member("anna");
    anna.sends("application", "one");
    anna.hears(LOST);
    let stopped = || server.log().contains("callbacks to this application are stopped");
    // with the first, or, where a moment was missing, with the second, which is given up after all has failed for so long
    let mut lost = 1;
    if !stopped() {
        anna.sends("application", "two");
        anna.hears(LOST);
        lost += 1;
    }
    eventually("the queue stops", || stopped().then_some(()));
    let asked = listener.calls("message.created").len();
    anna.sends("application", "three");
    listener.answers("message.created", echo);
    let pong = office.post("/ping", &json!({})).is(200);
    assert_eq!(pong["ok"], true);
    anna.hears("re: three");
    let asked_later: Vec<Call> = listener.calls("message.created").into_iter().skip(asked).collect();
    assert_eq!(asked_later.iter().map(text).collect::<Vec<_>>(), ["three"]);
    listener.is_asked("delivery.failed", lost);
}

const PEOPLE: usize = 4;
const EACH: usize = 12;

#[test]
fn a_backlog_comes_in_order_after_a_long_time_and_a_restart() {
    let (mut server, listener) = (TestServer::with(&QUICK), Listener::start());
    let office = office(&server, &listener);
    let up = Arc::new(AtomicBool::new(false));
    let is_up = up.clone();
    listener.answers("message.created", move |call| if is_up.load(Ordering::SeqCst) { echo(call) } else { Reply::Status(502) });
    let mut people: Vec<Voice> = (0..PEOPLE).map(|number| office.member(&format!("person-{number}"))).collect();
    for number in 0..EACH {
        if number == EACH / 2 {
            server.dies();
            server.starts();
            people.iter_mut().for_each(|voice| drop(voice.returns()));
        }
        people.iter().for_each(|voice| drop(voice.sends("application", &number.to_string())));
    }
    let before = listener.is_asked("message.created", 2 * PEOPLE).len();
    up.store(true, Ordering::SeqCst);
    for voice in &people {
        let last = voice.hears(&format!("re: {}", EACH - 1));
        let messages = voice.messages(&last["conversation"]);
        let replies: Vec<&str> = texts(&messages).into_iter().filter(|text| text.starts_with("re: ")).collect();
        let wanted: Vec<String> = (0..EACH).map(|number| format!("re: {number}")).collect();
        assert_eq!(replies, wanted, "{}", voice.id);
        assert_eq!(texts(&messages).iter().filter(|text| **text == LATE).count(), 1);
        let heard = listener.calls("message.created").split_off(before);
        let of_voice: Vec<Value> = heard.iter().map(|call| call.body["data"]["message"].clone()).collect();
        let of_voice = of_voice.iter().filter(|message| message["from"] == format!("user:{}", voice.id));
        let numbers: Vec<i64> = of_voice.filter_map(|message| message["text"].as_str()?.parse().ok()).collect();
        assert!(numbers.is_sorted(), "{}: {numbers:?}", voice.id);
    }
}
