//! `parlour listen`: what it prints, and what becomes of events that it passes on to a program that comes and goes.

use crate::harness::{Away, Listener, PATIENCE, Reply, TestServer, process};
use serde_json::json;
use std::{
    process::{Child, Stdio},
    sync::mpsc::Receiver,
};

/// `parlour listen` at work.
struct Listening {
    process: Option<Child>,
    printed: Receiver<String>,
    said: Receiver<String>,
}

impl Listening {
    /// It has begun when this returns.
    fn start(server: &TestServer, options: &[&str]) -> Listening {
        let mut command = server.command(&[&["listen", "oa"], options].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let printed = process::lines(child.stdout.take().unwrap(), |_| {});
        let said = process::lines(child.stderr.take().unwrap(), |_| {});
        let listening = Listening { process: Some(child), printed, said };
        listening.says("listening to oa");
        listening
    }

    /// The next line for whoever looks on.
    fn prints(&self) -> String {
        self.printed.recv_timeout(PATIENCE).expect("it prints a line")
    }

    /// The next line beside the events, which has all of this in it.
    #[track_caller]
    fn says(&self, words: &str) -> String {
        let line = self.said.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("it does not say {words:?}"));
        assert!(words.split(" … ").all(|part| line.contains(part)), "{line:?} instead of {words:?}");
        line
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(running) = self.process.take() {
            process::kill(running);
        }
    }
}

fn texts(listener: &Listener) -> Vec<String> {
    listener.calls("message.created").iter().map(|call| call.body["data"]["message"]["text"].as_str().unwrap().into()).collect()
}

fn echo(listener: &Listener) {
    let echo = |call: &crate::harness::Call| {
        Reply::Json(json!({"text": format!("re: {}", call.body["data"]["message"]["text"].as_str().unwrap())}))
    };
    listener.answers("message.created", echo);
}

#[test]
fn events_are_passed_on_with_a_signature() {
    let server = TestServer::start();
    let office = server.app_with("oa", &["--question", "message.created"]);
    let anna = office.person("anna");
    let listener = Listener::start();
    listener.trusts(&office.callback_secret);
    listener.answers_json("message.created", json!({"text": "12 days"}));
    let listening = Listening::start(&server, &["--json", "--forward", &listener.url()]);
    anna.sends("application", "how many days?");
    assert_eq!(listener.is_asked("message.created", 1).remove(0).body["data"]["message"]["text"], "how many days?");
    anna.hears("12 days");
    listening.says("answered; replied: 12 days");
    office.post("/events/1", &json!({"text": "13 days"})).is_refused(409, "conflict");
    server.types(&["listen", "oa", "--forward", "http://10.0.0.1/"]).ends(2);
}

#[test]
fn listening_goes_on_after_a_restart_and_begins_where_it_is_told() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    let mut anna = office.person("anna");
    anna.sends("application", "one");
    let listening = Listening::start(&server, &["--after", "0"]);
    assert!(listening.prints().ends_with("one"));
    server.dies();
    server.starts();
    anna.returns();
    anna.sends("application", "two");
    let line = listening.prints();
    assert!(
        line.starts_with("     2  ") && line.contains("  message.created ?  user:anna in ") && line.ends_with(": two"),
        "{line}"
    );
    assert!(server.stops().success(), "a listener does not hold the server up");
}

#[test]
fn what_a_program_missed_is_passed_on_in_order_when_it_is_there() {
    let server = TestServer::start();
    let office = server.app_with("oa", &["--question", "message.created"]);
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let program = Away::keep();
    let listening = Listening::start(&server, &["--forward", &program.url()]);
    anna.sends("application", "one");
    ben.sends("application", "two");
    listening.says("cannot be reached; what happens waits for it");
    assert!(listening.prints().ends_with("one") && listening.prints().ends_with("two"), "they are shown meanwhile");
    let listener = program.comes();
    listener.trusts(&office.callback_secret);
    echo(&listener);
    listening.says("is there again");
    listening.says("event 1: … answered; replied: re: one");
    listening.says("event 2: … answered; replied: re: two");
    anna.hears("re: one");
    ben.hears("re: two");
    anna.sends("application", "three");
    listening.says("answered; replied: re: three");
    assert_eq!(texts(&listener), ["one", "two", "three"], "each once");
}

#[test]
fn a_question_that_was_not_answered_well_is_asked_again_and_only_its_conversation_waits() {
    let server = TestServer::start();
    let office = server.app_with("oa", &["--question", "message.created"]);
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let listener = Listener::start();
    listener.trusts(&office.callback_secret);
    listener.answers("message.created", |call| match call.body["data"]["message"]["text"].as_str() {
        Some("one") => Reply::Status(500),
        _ => Reply::Json(json!({"text": "well"})),
    });
    let listening = Listening::start(&server, &["--forward", &listener.url()]);
    anna.sends("application", "one");
    listening.says("answered 500; the question is asked again");
    anna.sends("application", "after one");
    ben.sends("application", "mine");
    listening.says("answered; replied: well");
    let tried = listener.is_asked("message.created", 3);
    let (first, again) = (&tried[0], tried.last().unwrap());
    assert_eq!((first.id(), texts(&listener)), (again.id(), vec!["one".into(), "mine".into(), "one".into()]));
    assert_ne!(first.header("webhook-timestamp"), again.header("webhook-timestamp"), "signed anew");
    echo(&listener);
    listening.says("event 1: … answered; replied: re: one");
    listening.says("event 2: … answered; replied: re: after one");
    assert_eq!(anna.hears("re: one")["from"], "application");
    listener.answers("message.created", |_| Reply::Json(json!({"text": 7})));
    anna.sends("application", "nonsense");
    listening.says("the answer does not count: … the question is asked again");
    office.post("/events/4", &json!({"text": "by hand"})).is(200);
    listening.says("event 4: nobody waits for an answer any more");
    anna.hears("by hand");
}
