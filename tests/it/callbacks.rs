//! What Parlour asks and tells an application: signed, in order, once in effect, and harmless when it goes wrong.

mod hanging;
mod held;
mod retry;

use crate::harness::{App, Listener, PATIENCE, Reply, Socket, TestServer, eventually};
use serde_json::json;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

const QUICK: [&str; 2] = ["--callback-pauses", "100ms"];
const LATE: &str = "Office does not answer at the moment. Your message is kept and will be delivered as soon as possible.";

/// Options that register an application with this callback address.
fn called_back<'a>(url: &'a str, approved: &'a str) -> [&'a str; 4] {
    ["--callback", url, "--approve", approved]
}

/// A reply that tells the questions apart.
fn echo(call: &crate::harness::Call) -> Reply {
    Reply::Json(json!({"text": format!("re: {}", call.body["data"]["message"]["text"].as_str().unwrap_or_default())}))
}

fn texts(messages: &[serde_json::Value]) -> Vec<&str> {
    messages.iter().filter_map(|message| message["text"].as_str()).collect()
}

#[test]
fn a_question_to_the_application_is_signed_and_its_answer_is_the_reply() {
    let (server, listener) = (TestServer::start(), Listener::start());
    let office = server.app_with("oa", &called_back(&listener.url(), &listener.host_and_port()));
    listener.trusts(&office.callback_secret);
    listener.answers_json("message.created", json!({"text": "12 days"}));
    let anna = office.person("anna");
    let sent = anna.sends("application", "balance?");
    assert_eq!(anna.hears("12 days")["from"], "application");
    let call = listener.is_asked("message.created", 1).remove(0);
    assert_eq!(call.body["application"], "oa");
    let message = &call.body["data"]["message"];
    assert_eq!((&message["text"], &message["from"], &message["id"]), (&json!("balance?"), &json!("user:anna"), &sent["id"]));
    assert!(message.get("key").is_none() && call.body["timestamp"].is_string() && call.id().starts_with("msg_"));
}

#[test]
fn order_is_held_while_the_application_is_down_and_the_user_is_told_once() {
    let (server, listener) = (TestServer::with(&QUICK), Listener::start());
    let office = server.app_with("oa", &called_back(&listener.url(), &listener.host_and_port()));
    let up = Arc::new(AtomicBool::new(false));
    let is_up = up.clone();
    listener.answers("message.created", move |call| if is_up.load(Ordering::SeqCst) { echo(call) } else { Reply::Status(500) });
    let anna = office.person("anna");
    for text in ["one", "two", "three"] {
        anna.sends("application", text);
    }
    let tried = listener.is_asked("message.created", 3);
    assert!(tried.iter().all(|call| call.id() == tried[0].id()), "the others wait behind the first");
    up.store(true, Ordering::SeqCst);
    let last = anna.hears("re: three");
    let messages = anna.messages(&last["conversation"]);
    let replies: Vec<&str> = texts(&messages).into_iter().filter(|text| text.starts_with("re:")).collect();
    assert_eq!(replies, ["re: one", "re: two", "re: three"]);
    assert_eq!(texts(&messages).iter().filter(|text| **text == LATE).count(), 1);
}

/// Asks the application something, in a client that speaks this language, and waits for a notice with these words.
fn is_told_in(office: &App, id: &str, locale: &str, words: &str) {
    let socket = Socket::open(office.server.http().address, &[]).unwrap();
    let hello = json!({"app": office.id, "token": office.token(id), "client": {"name": "test", "locale": locale}});
    socket.says(&json!({ "hello": hello }).to_string());
    socket.hears("sync", 0, |_| true);
    socket.says(&json!({"send": {"id": 1, "to": "application", "key": format!("of-{id}"), "text": "balance?"}}).to_string());
    socket.hears("sync", 0, |sync| sync.to_string().contains(words));
}

#[test]
fn the_user_is_told_in_the_language_of_the_client_unless_the_application_names_one() {
    let (server, listener) = (TestServer::with(&QUICK), Listener::start());
    let office = server.app_with("oa", &called_back(&listener.url(), &listener.host_and_port()));
    listener.answers("message.created", |_| Reply::Status(500));
    office.user("anna").user("ben").user("mei");
    office.patch("/users/mei", &json!({"locale": "zh-CN"})).is(200);
    is_told_in(&office, "anna", "zh-CN", "Office 暂时没有回应");
    is_told_in(&office, "ben", "de", "does not answer at the moment");
    is_told_in(&office, "mei", "en", "Office 暂时没有回应");
}

#[test]
fn a_kill_between_question_and_answer_asks_again_and_replies_once() {
    let (mut server, listener) = (TestServer::start(), Listener::start());
    let office = server.app_with("oa", &called_back(&listener.url(), &listener.host_and_port()));
    listener.trusts(&office.callback_secret);
    let (asked, wait) = mpsc::channel();
    let count = AtomicUsize::new(0);
    listener.answers("message.created", move |call| match count.fetch_add(1, Ordering::SeqCst) {
        0 => {
            asked.send(()).ok();
            Reply::Silence(Duration::from_secs(3))
        }
        _ => echo(call),
    });
    let mut anna = office.person("anna");
    let conversation = anna.sends("application", "balance?")["conversation"].clone();
    wait.recv_timeout(PATIENCE).unwrap();
    server.dies();
    server.starts();
    anna.returns();
    anna.hears("re: balance?");
    let calls = listener.is_asked("message.created", 2);
    assert_eq!(calls[0].id(), calls[1].id());
    assert_eq!(calls[0].body, calls[1].body);
    anna.sends("application", "thanks");
    anna.hears("re: thanks");
    assert_eq!(texts(&anna.messages(&conversation)), ["balance?", "re: balance?", "thanks", "re: thanks"]);
}

#[test]
fn two_secrets_sign_while_one_is_rotated() {
    let (server, listener) = (TestServer::start(), Listener::start());
    let office = server.app_with("oa", &called_back(&listener.url(), &listener.host_and_port()));
    listener.answers("message.created", echo);
    listener.trusts(&office.callback_secret);
    let rotated = server.run(&["app", "secret", "rotate", "oa", "callback", "--json"]);
    let printed: serde_json::Value = serde_json::from_slice(&rotated.stdout).unwrap();
    let anna = office.person("anna");
    anna.sends("application", "one");
    anna.hears("re: one");
    let call = listener.is_asked("message.created", 1).remove(0);
    assert_eq!(call.header("webhook-signature").split(' ').filter(|signature| signature.starts_with("v1,")).count(), 2);
    listener.trusts(printed["callback_secret"].as_str().unwrap());
    anna.sends("application", "two");
    anna.hears("re: two");
    listener.is_asked("message.created", 2);
}

#[test]
fn nonsense_redirects_and_forbidden_addresses_are_said_and_harm_nobody_else() {
    let (server, good) = (TestServer::start(), Listener::start());
    let other = server.app_with("crm", &called_back(&good.url(), &good.host_and_port()));
    good.answers("message.created", echo);
    let ben = other.person("ben");
    for (number, reply) in [
        Reply::Status(404),
        Reply::Header(302, "location", good.url()),
        Reply::Raw(b"HTTP/1.1 200 OK\r\n\r\n<b>Warning</b>".to_vec()),
        Reply::Raw(b"220 mail.example ESMTP\r\n".to_vec()),
        Reply::Raw(Vec::new()),
    ]
    .into_iter()
    .enumerate()
    {
        let bad = Listener::start();
        let office = server.app_with(&format!("oa-{number}"), &called_back(&bad.url(), &bad.host_and_port()));
        bad.answers("message.created", move |_| reply.clone());
        let anna = office.person("anna");
        anna.sends("application", "balance?");
        anna.hears(LATE);
        ben.sends("application", &number.to_string());
        ben.hears(&format!("re: {number}"));
    }
    assert_eq!(good.calls("message.created").len(), 5, "nothing came by a redirect");
    for (id, url) in [("meta", "https://169.254.169.254/"), ("inside", "https://127.0.0.1:1/"), ("name", "https://no.invalid/")] {
        let office = server.app_with(id, &["--callback", url]);
        let anna = office.person("anna");
        anna.sends("application", "balance?");
        anna.hears(LATE);
    }
    let own = server.address().to_string();
    let office = server.app_with("own", &called_back(&format!("http://{own}/"), &own));
    let anna = office.person("anna");
    anna.sends("application", "balance?");
    anna.hears(LATE);
}

#[test]
fn an_application_that_hangs_holds_up_only_itself() {
    let (server, stuck, good) = (TestServer::start(), Listener::start(), Listener::start());
    let office = server.app_with("oa", &called_back(&stuck.url(), &stuck.host_and_port()));
    let other = server.app_with("crm", &called_back(&good.url(), &good.host_and_port()));
    stuck.answers("message.created", |_| Reply::Silence(Duration::from_secs(20)));
    stuck.answers_json("user.verify", json!({"user": {"id": "zoe", "name": "Zoe"}}));
    good.answers("message.created", echo);
    let (anna, ben) = (office.person("anna"), other.person("ben"));
    anna.sends("application", "balance?");
    stuck.is_asked("message.created", 1);
    ben.sends("application", "hello");
    ben.hears("re: hello");
    let body = json!({"app": "oa", "username": "zoe", "password": "secret"});
    assert_eq!(server.http().post("/client/session", &body).is(201)["user"]["id"], "zoe");
    anna.hears(LATE);
}

#[test]
fn the_application_is_asked_about_passwords() {
    let (server, listener) = (TestServer::start(), Listener::start());
    let office = server.app_with("oa", &called_back(&listener.url(), &listener.host_and_port()));
    listener.trusts(&office.callback_secret);
    listener.answers("user.verify", |call| match call.body["data"]["password"].as_str() {
        Some("good-word") => Reply::Json(json!({"user": {"id": 7, "name": "Bob", "title": "Sales"}})),
        Some("locked-word") => Reply::Json(json!({"error": "Your account is locked."})),
        Some("broken-word") => Reply::Raw(b"HTTP/1.1 200 OK\r\n\r\nFatal error".to_vec()),
        Some("wrong-word") => Reply::Json(json!({"user": null})),
        _ => Reply::Status(204),
    });
    let sign_in = |password: &str| {
        let body = json!({"app": "oa", "username": "bob", "password": format!("{password}-word")});
        server.http().post("/client/session", &body)
    };
    let session = sign_in("good").is(201);
    assert_eq!((&session["user"]["id"], &session["user"]["title"]), (&json!("7"), &json!("Sales")));
    assert_eq!(sign_in("locked").is_refused(403, "forbidden")["detail"], "Your account is locked.");
    sign_in("broken").is_refused(503, "unavailable");
    sign_in("wrong").is_refused(401, "unauthenticated");
    sign_in("other").is_refused(401, "unauthenticated");
    let data = &listener.is_asked("user.verify", 5)[0].body["data"];
    assert_eq!((&data["username"], &data["address"]), (&json!("bob"), &json!("127.0.0.1")));
    let log = server.log();
    assert!(log.contains("user.verify") && !log.contains("-word"), "what went wrong is logged, and no password: {log}");
}

#[test]
fn contacts_come_from_the_application_and_stay_when_it_is_down() {
    let (server, listener) = (TestServer::start(), Listener::start());
    listener.answers_json(
        "contacts.list",
        json!({"groups": [{"id": "sales", "name": "Sales", "users": ["anna", {"id": 7, "name": "Bob"}]}]}),
    );
    let office = server.app_with("oa", &called_back(&listener.url(), &listener.host_and_port()));
    let anna = office.person("anna");
    let group = anna.knows("groups", |row| row["id"] == "app:sales");
    assert_eq!(group["users"], json!(["anna", "7"]));
    assert_eq!(anna.knows("users", |row| row["id"] == "7")["name"], "Bob");
    listener.answers("contacts.list", |_| Reply::Status(500));
    let ben = office.person("ben");
    let told = ben.is_told("sync", |body| body["settings"]["contacts"]["failed"] == true);
    assert!(told["settings"]["contacts"]["at"].is_null());
    let told = anna.is_told("sync", |body| body["settings"]["contacts"]["at"].is_string());
    assert_eq!(told["settings"]["contacts"]["failed"], false);
}

#[test]
fn who_wishes_to_be_asked_again_is_and_the_difference_is_pushed() {
    let (server, listener) = (TestServer::start(), Listener::start());
    let list = |users: &[&str]| json!({"groups": [{"id": "sales", "name": "Sales", "users": users}]});
    listener.answers_json("contacts.list", list(&["anna"]));
    let office = server.app_with("oa", &called_back(&listener.url(), &listener.host_and_port()));
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    for voice in [&anna, &ben] {
        voice.knows("groups", |row| row["id"] == "app:sales" && row["count"] == 1);
    }
    listener.answers_json("contacts.list", list(&["anna", "zoe"]));
    office.post("/users/anna/contacts/refresh", &json!({})).is(202);
    anna.knows("groups", |row| row["id"] == "app:sales" && row["count"] == 2);
    anna.knows("users", |row| row["id"] == "zoe");
    listener.answers_json("contacts.list", list(&["anna", "zoe", "yan"]));
    office.post("/contacts/refresh", &json!({})).is(202);
    for voice in [&anna, &ben] {
        voice.knows("groups", |row| row["id"] == "app:sales" && row["count"] == 3);
    }
}

#[test]
fn gone_stops_the_callbacks_and_an_answered_ping_starts_them() {
    let (server, listener) = (TestServer::with(&QUICK), Listener::start());
    let office = server.app_with("oa", &called_back(&listener.url(), &listener.host_and_port()));
    listener.answers("message.created", |_| Reply::Status(410));
    let anna = office.person("anna");
    anna.sends("application", "one");
    anna.hears(LATE);
    listener.answers("message.created", echo);
    listener.answers("ping", |_| Reply::Status(500));
    let pong = office.post("/ping", &json!({})).is(200);
    assert_eq!((&pong["ok"], &pong["status"], &pong["error"]), (&json!(false), &json!(500), &json!("it answered 500")));
    assert_eq!(listener.calls("message.created").len(), 1, "nothing is sent any more");
    listener.answers_json("ping", json!({}));
    let pong = office.post("/ping", &json!({})).is(200);
    assert!(pong["ok"] == true && pong["ms"].is_u64(), "{pong}");
    anna.hears("re: one");
}

#[test]
fn an_application_is_told_the_facts_that_it_asked_for() {
    let (server, listener) = (TestServer::start(), Listener::start());
    let (url, approved) = (listener.url(), listener.host_and_port());
    let mut options = called_back(&url, &approved).to_vec();
    for event in ["message.created", "message.read", "user.signed_in", "presence.changed"] {
        options.extend(["--event", event]);
    }
    let office = server.app_with("oa", &options);
    listener.trusts(&office.callback_secret);
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let sent = anna.sends("ben", "lunch?");
    ben.gets("read", json!({"conversation": sent["conversation"], "upto": sent["id"]}));
    let told = listener.is_asked("message.created", 1).remove(0);
    assert_eq!((&told.body["data"]["message"]["text"], &told.body["application"]), (&json!("lunch?"), &json!("oa")));
    let told = listener.is_asked("message.read", 1).remove(0);
    assert_eq!((&told.body["data"]["user"], &told.body["data"]["upto"]), (&json!("ben"), &sent["id"]));
    assert_eq!(listener.is_asked("user.signed_in", 2).len(), 2);
    let seen = || {
        let calls = listener.calls("presence.changed");
        let users = calls.iter().flat_map(|call| call.body["data"]["users"].as_array().cloned().unwrap_or_default());
        users.filter(|user| user["user"] == "ben" && user["show"] == "available").count()
    };
    eventually("ben's presence is told", || (seen() == 1).then_some(()));
}
