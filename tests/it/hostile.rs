//! Input that no honest client sends: each kind gets its documented error, the connection stays or ends as
//! `docs/protocol.md` says, and somebody else, who writes all the while, notices nothing.

mod bytes;
mod silence;

use crate::harness::{App, Socket, TestServer, Voice};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

/// Two people whose conversation must go on whatever a third does.
struct Bystanders {
    anna: Voice,
    ben: Voice,
}

impl Bystanders {
    fn of(office: &App) -> Bystanders {
        Bystanders { anna: office.person("anna"), ben: office.person("ben") }
    }

    fn talk_on(&self, about: &str) {
        self.anna.sends("ben", about);
        self.ben.hears(about);
    }
}

fn codes(socket: &Socket, wanted: usize) -> Vec<String> {
    let errors = |log: &crate::harness::Log| {
        let found: Vec<String> =
            log.frames.iter().filter(|(name, _)| name == "error").map(|(_, body)| body["code"].to_string()).collect();
        (found.len() >= wanted).then_some(found)
    };
    socket.wait(errors).unwrap_or_else(|| panic!("fewer than {wanted} errors; {}", socket.story()))
}

#[test]
fn what_is_not_understood_is_answered_and_the_connection_stays() {
    let server = TestServer::start();
    let office = server.app("oa");
    let others = Bystanders::of(&office);
    let mallory = office.person("mallory");
    let nonsense = [
        "",
        "nonsense",
        "{",
        "[]",
        "null",
        "1",
        r#""send""#,
        "{\"a\":{}}",
        r#"{"send":[]}"#,
        r#"{"send":{}}"#,
        r#"{"send":{"id":1},"read":{"id":2}}"#,
        r#"{"send":{"id":0,"to":"user:ben","key":"k","text":"x"}}"#,
        r#"{"send":{"id":-1,"to":"user:ben","key":"k","text":"x"}}"#,
        r#"{"send":{"id":1.5,"to":"user:ben","key":"k","text":"x"}}"#,
        "{\"send\":{\"id\":1,\"to\":\"user:ben\",\"key\":\"k\",\"text\":\"\\ud800\"}}",
    ];
    for (number, frame) in nonsense.iter().enumerate() {
        mallory.socket.says(frame);
        assert_eq!(codes(&mallory.socket, number + 1)[number], "\"bad_request\"", "{frame}");
    }
    mallory.sends("ben", "still here");
    others.ben.hears("still here");
    others.talk_on("and we too");
}

#[test]
fn a_broken_request_is_answered_by_its_number() {
    let server = TestServer::start();
    let office = server.app("oa");
    let mallory = office.person("mallory");
    mallory.is_refused("shout", json!({"text": "x"}), "bad_request");
    mallory.is_refused("send", json!({"to": "user:ben"}), "bad_request");
    mallory.is_refused("react", json!({"message": 1, "emoji": "x", "on": true}), "bad_request");
}

#[test]
fn ids_of_the_wrong_form_are_refused() {
    let server = TestServer::start();
    let office = server.app("oa");
    let mallory = office.person("mallory");
    let send = |to: Value| json!({"to": to, "key": "k", "text": "x"});
    let long = format!("user:{}", "x".repeat(129));
    for to in ["", "ben", "user:", "users:ben", "conversation:", "conversation:x", "conversation:1.0", "user:a\nb", &long] {
        mallory.is_refused("send", send(json!(to)), "bad_request");
    }
    mallory.is_refused("send", send(json!(7)), "bad_request");
    mallory.is_refused("send", send(Value::Null), "bad_request");
    for (frame, body) in [
        ("history", json!({"conversation": "seven", "limit": 10})),
        ("history", json!({"conversation": 7, "limit": 10, "before": "x"})),
        ("read", json!({"conversation": 7.5, "upto": 1})),
        ("edit", json!({"message": "9999999999999999999999", "text": "x"})),
        ("delete", json!({"message": 99_999_999_999_999_999_999.0})),
        ("watch", json!({"users": ["a", 7]})),
        ("received", json!({"version": "all"})),
    ] {
        mallory.is_refused(frame, body, "bad_request");
    }
}

#[test]
fn the_application_audiences_are_not_for_users() {
    let server = TestServer::start();
    let office = server.app("oa");
    let mallory = office.person("mallory");
    for to in ["everyone", "group:shared:all"] {
        let error = mallory.asks("send", json!({"to": to, "key": "k", "text": "x"})).expect_err("only the application may");
        assert!(["bad_request", "forbidden", "not_found"].contains(&error["code"].as_str().unwrap_or_default()), "{error}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    let server = TestServer::start();
    let office = server.app("oa");
    let mallory = office.person("mallory");
    for depth in [33, 1_000, 30_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        mallory.socket.says(&format!(r#"{{"send":{{"id":1,"to":"user:ben","key":"k","text":"x","y":{deep}}}}}"#));
    }
    assert!(codes(&mallory.socket, 3).iter().all(|code| code == "\"bad_request\""));
    mallory.gets("watch", json!({"users": []}));
}

#[test]
fn a_text_over_the_limit_is_refused_and_one_at_it_is_not() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("ben");
    let mallory = office.person("mallory");
    let limit =
        usize::try_from(mallory.is_told("welcome", |_| true)["limits"]["text"].as_u64().expect("a limit")).expect("small");
    assert_eq!(limit, 16 * 1024);
    mallory.gets("send", json!({"to": "user:ben", "key": "fits", "text": "x".repeat(limit)}));
    mallory.is_refused("send", json!({"to": "user:ben", "key": "more", "text": "x".repeat(limit + 1)}), "too_large");
    // bytes count, not letters
    mallory.is_refused("send", json!({"to": "user:ben", "key": "han", "text": "汉".repeat(limit / 3 + 1)}), "too_large");
    mallory.is_refused("send", json!({"to": "user:ben", "key": "none", "text": ""}), "bad_request");
}

#[test]
fn a_frame_over_the_limit_ends_the_connection() {
    let server = TestServer::start();
    let office = server.app("oa");
    let others = Bystanders::of(&office);
    for size in [64 * 1024 + 1, 1 << 20, 8 << 20] {
        let mallory = office.device("anna");
        mallory.socket.says(&format!(r#"{{"send":{{"id":1,"to":"user:ben","key":"k","text":"{}"}}}}"#, "x".repeat(size)));
        assert_eq!(mallory.socket.is_closed(), 4504, "{size}");
    }
    others.talk_on("no frame was too large for us");
}

#[test]
fn a_binary_frame_is_not_this_protocol() {
    let server = TestServer::start();
    let office = server.app("oa");
    let mallory = office.person("mallory");
    mallory.socket.sends(Message::binary(vec![0xff, 0xfe, 0x00]));
    assert_eq!(mallory.socket.is_closed(), 4503);
}

#[test]
fn who_goes_on_with_nonsense_is_shown_the_door() {
    let server = TestServer::start();
    let office = server.app("oa");
    let others = Bystanders::of(&office);
    let mallory = office.person("mallory");
    for _ in 0..2_000 {
        mallory.socket.says("nonsense");
    }
    let close = mallory.socket.is_closed();
    assert!([4503, 4004].contains(&close), "{close}");
    others.talk_on("peace");
}

#[test]
fn two_devices_with_one_key_write_one_message() {
    let server = TestServer::start();
    let office = server.app("oa");
    let ben = office.person("ben");
    let (desk, phone) = (office.person("anna"), office.device("anna"));
    for round in 0..20 {
        let body = json!({"to": "user:ben", "key": format!("r{round}"), "text": format!("once {round}")});
        let asked = (desk.says("send", body.clone()), phone.says("send", body));
        let desk_answer = desk.answer(asked.0).and_then(Result::ok).expect("an ok");
        let phone_answer = phone.answer(asked.1).and_then(Result::ok).expect("an ok");
        assert_eq!(desk_answer["message"]["id"], phone_answer["message"]["id"]);
        let repeated = [&desk_answer, &phone_answer].iter().filter(|answer| answer["repeated"] == true).count();
        assert_eq!(repeated, 1, "one wrote it, the other repeated it");
    }
    desk.is_refused("send", json!({"to": "user:ben", "key": "r0", "text": "something else"}), "conflict");
    desk.sends("ben", "the end");
    let end = ben.hears("the end");
    assert_eq!(ben.messages(&end["conversation"]).len(), 21);
}
