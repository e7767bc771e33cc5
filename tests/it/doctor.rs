//! The doctor on integrations that are well made, or in one way badly: what it says stands in `docs/doctor.md`, word for word. The
//! applications are programs in Python.

mod page;
mod provider;
mod unchanged;

use crate::harness::{App, PATIENCE, TestServer, Typed, process};
use crate::sign_in::{jwt, seconds};
use serde_json::{Value, json};
use std::fs;
use std::process::{Child, Command, Stdio};

/// A program in Python beside this file, which says first where it is.
struct Program {
    process: Option<Child>,
    url: String,
}

impl Program {
    fn start(name: &str, words: &[&str]) -> Program {
        let path = format!("{}/tests/it/doctor/{name}", env!("CARGO_MANIFEST_DIR"));
        let mut started = Command::new("python3").arg(path).args(words).stdout(Stdio::piped()).spawn().expect("python3 runs");
        let told = process::lines(started.stdout.take().unwrap(), |_| {});
        let url = told.recv_timeout(PATIENCE).expect("it says where it is");
        Program { process: Some(started), url }
    }

    /// An application's callback address that is wrong in one way.
    fn receiver(fault: &str, secret: &str) -> Program {
        Program::start("receiver.py", &[fault, secret])
    }

    /// Host and port.
    fn host(&self) -> &str {
        self.url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(running) = self.process.take() {
            process::kill(running);
        }
    }
}

/// An office whose application is wrong in this way.
fn office(server: &TestServer, fault: &str) -> (App, Program) {
    let office = server.app("oa");
    let receiver = Program::receiver(fault, &office.callback_secret);
    server.types(&["app", "update", "oa", "--callback", &receiver.url, "--approve", receiver.host()]).ends(0);
    office.user("anna");
    (office, receiver)
}

/// The part about the callback address, with a steady word for what is different each time.
fn told(examined: &Typed, receiver: &Program) -> String {
    let text = examined.out.replace(receiver.host(), "127.0.0.1:9000");
    let begin = ["good    callback", "WRONG   callback", "advice  callback"].iter().find_map(|begin| text.find(begin)).unwrap();
    let end = ["good    reachable", "WRONG   reachable"].iter().find_map(|end| text.find(end)).unwrap();
    let mut text = text[begin..end].trim_end().to_string();
    for name in ["timestamp", "at", "password"] {
        text = steady(&text, &format!("\"{name}\":\""), |rest| rest.find('"'), "…");
    }
    for before in ["(", "in ", "after "] {
        text = steady(
            &text,
            before,
            |rest| rest.find(" ms").filter(|end| *end > 0 && rest[..*end].bytes().all(|b| b.is_ascii_digit())),
            "3",
        );
    }
    text
}

/// Puts `word` in the place of what follows each `before`, as far as `end` finds its end.
fn steady(text: &str, before: &str, end: impl Fn(&str) -> Option<usize>, word: &str) -> String {
    let mut parts = text.split(before);
    let mut steady = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let rest = end(part).map_or_else(|| part.to_string(), |end| format!("{word}{}", &part[end..]));
        steady.push_str(before);
        steady.push_str(&rest);
    }
    steady
}

/// What `docs/doctor.md` shows under this word.
fn shown(fault: &str) -> String {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctor.md")).unwrap();
    let block = text.split(&format!("```text {fault}\n")).nth(1).unwrap_or_else(|| panic!("docs/doctor.md shows no {fault}"));
    block.split("\n```").next().unwrap().to_string()
}

fn examine(fault: &str, ends: i32) {
    let server = TestServer::nameless();
    let (_office, receiver) = office(&server, fault);
    let examined = server.types(&["doctor", "oa"]);
    assert_eq!(examined.code, ends, "{examined:?}");
    assert_eq!(told(&examined, &receiver), shown(fault), "\n{}", told(&examined, &receiver));
}

#[test]
fn a_well_made_application_is_well() {
    examine("none", 0);
}

#[test]
fn who_sends_cards_is_asked_about_a_button() {
    for (fault, ends, said) in [("none", 0, "good    action.invoked  answered"), ("shape", 1, "WRONG   action.invoked  ")] {
        let server = TestServer::nameless();
        let (office, _receiver) = office(&server, fault);
        assert!(!server.types(&["doctor", "oa"]).out.contains("action.invoked"));
        let card = json!({"title": "Leave", "actions": [{"id": "yes", "label": "Approve"}]});
        office.post("/messages", &json!({"to": "user:anna", "card": card})).is(202);
        let examined = server.types(&["doctor", "oa"]);
        assert_eq!(examined.code, ends, "{examined:?}");
        assert!(examined.out.contains(said), "{examined:?}");
    }
}

#[test]
fn an_application_without_users_is_told_that_they_come_and_what_was_not_asked() {
    let server = TestServer::nameless();
    let office = server.app_with("oa", &["--sign-in", "ticket"]);
    let receiver = Program::receiver("none", &office.callback_secret);
    server.types(&["app", "update", "oa", "--callback", &receiver.url, "--approve", receiver.host()]).ends(0);
    let examined = server.types(&["doctor", "oa"]);
    assert!(examined.out.contains("they come as they sign in") && !examined.out.contains("user add"), "{examined:?}");
    assert!(examined.out.contains("not asked: there is no user yet"), "{examined:?}");
}

#[test]
fn a_name_that_cannot_be_resolved_is_not_taken_for_a_private_address() {
    let server = TestServer::nameless();
    // longer than a name may be, so that nobody is asked for it
    let nowhere = format!("https://{}.example/parlour", "x".repeat(64));
    server.app_with("oa", &["--callback", &nowhere]);
    let examined = server.types(&["doctor", "oa"]);
    assert_eq!(examined.code, 1, "{examined:?}");
    assert!(examined.out.contains("is the name right") && !examined.out.contains("--approve"), "{examined:?}");
}

#[test]
fn a_wrong_secret_is_told() {
    examine("secret", 1);
}

#[test]
fn a_clock_that_is_off_is_told() {
    examine("clock", 1);
}

#[test]
fn a_page_instead_of_an_answer_is_told() {
    examine("page", 1);
}

#[test]
fn a_redirect_is_told() {
    examine("redirect", 1);
}

#[test]
fn an_application_that_does_not_answer_is_told() {
    examine("silent", 1);
}

#[test]
fn an_application_that_believes_everybody_is_told() {
    examine("trusting", 1);
}

#[test]
fn answers_of_the_wrong_shape_are_told() {
    examine("shape", 1);
}

#[test]
fn what_is_slow_is_looked_at_as_everything_else() {
    let server = TestServer::nameless();
    let (_office, _receiver) = office(&server, "slow");
    let examined = server.types(&["doctor", "oa"]);
    for said in ["advice  callback        answered, after ", "good    signature", "good    contacts.list"] {
        assert!(examined.code == 0 && examined.out.contains(said), "{examined:?}");
    }
}

#[test]
fn what_was_asked_and_answered_is_there_for_programs() {
    let server = TestServer::nameless();
    let (_office, receiver) = office(&server, "page");
    let examined = server.types(&["doctor", "oa", "--json"]);
    let findings: Value = serde_json::from_str(&examined.out).unwrap();
    let one = findings.as_array().unwrap().iter().find(|one| one["check"] == "contacts.list").unwrap();
    assert_eq!(
        (&one["state"], &one["answer"]),
        (&json!("wrong"), &json!("200 text/html <!doctype html> <title>Sign in</title>"))
    );
    assert!(
        one["request"].as_str().unwrap().starts_with(&format!("POST {} {{\"type\":\"contacts.list\"", receiver.url)),
        "{one}"
    );
    assert!(one["ms"].is_i64() && one["mend"].is_string(), "{one}");
}

#[test]
fn everything_that_is_wrong_with_a_token_is_said() {
    let server = TestServer::nameless();
    let office = server.app("oa");
    let look = |token: &str| {
        let examined = server.pipes(&["doctor", "oa", "--json", "--token", "-"], token);
        let findings: Value = serde_json::from_str(&examined.out).unwrap();
        let about = findings.as_array().unwrap().iter().filter(|one| one["check"] == "token");
        about.map(|one| one["detail"].as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    let good = json!({"sub": "anna", "aud": "oa", "exp": seconds(600)});
    let told = look(&jwt(&office.token_secret, &good));
    assert!(told.len() == 1 && told[0].starts_with("good, for anna until "), "{told:?}");
    let bad = json!({"sub": 7, "aud": "crm", "exp": seconds(-7200)});
    let told = look(&jwt(&office.callback_secret, &bad));
    assert_eq!(told, ["it is signed with the callback secret", "sub is the number 7", "aud is \"crm\"", "it ended 2 h ago"]);
    assert_eq!(look("ptk_abc\n"), ["this is a ticket, not a token"]);
}
