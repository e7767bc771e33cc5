//! Events: what an application reads that no server can reach. The readers are programs in other languages.

mod example;
mod long;
mod page;

use crate::harness::{App, Listener, PATIENCE, TestServer, eventually, process};
use serde_json::{Value, json};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

const PROGRAMS: [(&str, &str); 2] = [("python3", "reader.py"), ("node", "reader.mjs")];

/// A program that reads the events of an application and answers the questions among them with `re: …`.
struct Reader {
    process: Option<Child>,
    told: Receiver<String>,
}

impl Reader {
    fn start((language, file): (&str, &str), app: &App, last: &str) -> Reader {
        let path = format!("{}/tests/it/event/{file}", env!("CARGO_MANIFEST_DIR"));
        let mut command = Command::new(language);
        command.args([&path, &format!("http://{}", app.server.http().address), &app.key, last]);
        let mut started = command.stdout(Stdio::piped()).spawn().unwrap_or_else(|e| panic!("{language}: {e}"));
        let told = process::lines(started.stdout.take().unwrap(), |_| {});
        let reader = Reader { process: Some(started), told };
        assert_eq!(reader.line()["type"], "text/event-stream");
        reader
    }

    fn line(&self) -> Value {
        let line = self.told.recv_timeout(PATIENCE).expect("the program prints a line");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}"))
    }

    /// The next event of this type.
    fn reads(&self, kind: &str) -> Value {
        loop {
            let line = self.line();
            assert!(line["end"].is_null(), "the stream ended before {kind}");
            if line["event"] == kind {
                assert_eq!(line["body"]["type"], kind);
                return line;
            }
        }
    }

    /// Waits until the stream has ended.
    fn ends(&self) {
        while self.line()["end"].is_null() {}
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(running) = self.process.take() {
            process::kill(running);
        }
    }
}

fn told<'a>(events: &[&'a str]) -> Vec<&'a str> {
    events.iter().flat_map(|event| ["--event", *event]).collect()
}

#[test]
fn an_application_without_an_address_answers_its_users() {
    for program in PROGRAMS {
        let server = TestServer::start();
        let office = server.app_with("oa", &told(&["message.read", "presence.changed"]));
        let anna = office.person("anna");
        let reader = Reader::start(program, &office, "");
        let sent = anna.sends("application", "balance? 🎈");
        let event = reader.reads("message.created");
        assert_eq!((&event["body"]["question"], &event["body"]["data"]["message"]["id"]), (&json!(true), &sent["id"]));
        let reply = anna.hears("re: balance? 🎈");
        assert_eq!(reply["from"], "application");
        anna.gets("read", json!({"conversation": reply["conversation"], "upto": reply["id"]}));
        assert_eq!(reader.reads("message.read")["body"]["data"]["upto"], reply["id"]);
        let ben = office.person("ben");
        let shown = reader.reads("presence.changed");
        assert!(shown["id"].is_null() && shown["body"]["data"]["users"][0]["user"].is_string(), "{shown}");
        drop(ben);
    }
}

#[test]
fn a_reader_that_comes_back_misses_nothing_and_gets_nothing_twice() {
    for program in PROGRAMS {
        let mut server = TestServer::start();
        let office = server.app_with("oa", &told(&["message.created"]));
        let (mut anna, ben) = (office.person("anna"), office.person("ben"));
        let reader = Reader::start(program, &office, "");
        anna.sends("ben", "one");
        let last = reader.reads("message.created")["id"].as_str().unwrap().to_string();
        drop(reader);
        anna.sends("ben", "two");
        server.dies();
        server.starts();
        anna.returns();
        let reader = Reader::start(program, &office, &last);
        anna.sends("ben", "three");
        for (number, text) in ["two", "three"].iter().enumerate() {
            let event = reader.reads("message.created");
            assert_eq!(event["body"]["data"]["message"]["text"], *text);
            assert_eq!(event["id"], (last.parse::<usize>().unwrap() + 1 + number).to_string());
        }
        drop(ben);
    }
}

#[test]
fn an_event_is_the_very_body_of_the_callback() {
    let (server, listener) = (TestServer::start(), Listener::start());
    let (url, approved) = (listener.url(), listener.host_and_port());
    let mut options = vec!["--callback", &url, "--approve", &approved];
    options.extend(told(&["message.created", "message.read", "user.signed_in"]));
    let office = server.app_with("oa", &options);
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let sent = anna.sends("ben", "lunch?");
    ben.gets("read", json!({"conversation": sent["conversation"], "upto": sent["id"]}));
    anna.sends("application", "balance?");
    office.post("/ping", &json!({})).is(200);
    for (kind, times) in [("user.signed_in", 2), ("message.created", 2), ("message.read", 1), ("ping", 1)] {
        let called: Vec<Value> = listener.is_asked(kind, times).into_iter().map(|call| call.body).collect();
        let page = office.get("/events").is(200);
        let mut read: Vec<Value> =
            page["items"].as_array().unwrap().iter().filter(|item| item["type"] == kind).cloned().collect();
        assert!(read.iter_mut().all(|item| item.as_object_mut().unwrap().remove("id").unwrap().is_i64()));
        assert_eq!(read.len(), called.len());
        assert!(read.iter().all(|event| called.contains(event)), "{kind}: {read:?} {called:?}");
    }
}

#[test]
fn a_stream_ends_when_its_key_or_its_application_does_and_only_then() {
    let server = TestServer::start();
    let office = server.app("oa");
    let made = server.types(&["app", "key", "create", "oa", "--scope", "events", "--json"]).ends(0).to_string();
    let made: Value = serde_json::from_str(&made).unwrap();
    let narrow = App { key: made["key"].as_str().unwrap().into(), ..office.clone() };
    let (one, other) = (Reader::start(PROGRAMS[0], &narrow, ""), Reader::start(PROGRAMS[0], &office, ""));
    let begun = Instant::now();
    server.types(&["app", "key", "revoke", "oa", &made["no"].to_string()]).ends(0);
    one.ends();
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let anna = office.person("anna");
    anna.sends("application", "balance?");
    other.reads("message.created");
    let begun = Instant::now();
    server.types(&["app", "suspend", "oa"]).ends(0);
    other.ends();
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn a_reader_who_asks_for_what_is_not_there_is_told_where_to_go_on() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    anna.sends("application", "balance?");
    let reader = Reader::start(PROGRAMS[0], &office, "999");
    let reset = reader.reads("reset");
    assert_eq!((&reset["id"], &reset["body"]["data"]), (&json!("1"), &json!({"after": 999, "upto": 1})));
    anna.sends("application", "and now?");
    assert_eq!(reader.reads("message.created")["id"], "2");
}

/// A question stays until it is answered or given up; what stood behind it is forgotten after three days.
#[test]
fn a_reader_is_told_what_is_gone_between_what_is_there() {
    let mut server = TestServer::start();
    let office = server.app_with("oa", &told(&["message.created"]));
    let mut anna = office.person("anna");
    office.user("ben");
    anna.sends("application", "balance?");
    for text in ["old", "old too", "new"] {
        anna.sends("ben", text);
    }
    server.stops();
    let database = rusqlite::Connection::open(server.data().join("parlour.db")).unwrap();
    let four_days = 4 * 24 * 3_600_000_i64;
    let aged = database.execute("UPDATE delivery SET done_at = done_at - ?1 WHERE no IN (2, 3)", [four_days]).unwrap();
    assert_eq!(aged, 2);
    drop(database);
    server.starts();
    anna.returns();
    let shown = |item: &Value| (item["type"].as_str().unwrap().to_string(), item["id"].clone());
    let page = || office.get("/events?after=0").is(200)["items"].as_array().unwrap().clone();
    eventually("what is old is forgotten", || page().iter().all(|item| item["data"]["message"]["text"] != "old").then_some(()));
    let wanted = [("message.created", 1), ("reset", 3), ("message.created", 4)];
    assert_eq!(page().iter().map(shown).collect::<Vec<_>>(), wanted.map(|(kind, id)| (kind.to_string(), json!(id))));
    for program in PROGRAMS {
        let reader = Reader::start(program, &office, "1");
        let reset = reader.reads("reset");
        assert_eq!((&reset["id"], &reset["body"]["data"]), (&json!("3"), &json!({"after": 1, "upto": 3})));
        assert_eq!(reader.reads("message.created")["id"], "4", "and it goes on behind it");
    }
}

/// A connection of which the system keeps little that is not read.
fn with_small_buffer(app: &App) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        socket.connect(app.server.http().address).await.unwrap().into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    stream
}

#[test]
fn a_reader_who_takes_nothing_holds_nobody_up_and_finds_everything_later() {
    let server = TestServer::with(&["--application-rate", "0", "--message-rate", "0"]);
    let office = server.app_with("oa", &told(&["message.created"]));
    let anna = office.person("anna");
    office.user("ben");
    let head = format!(
        "GET /api/v1/events HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\nauthorization: Bearer {}\r\n\r\n",
        office.key
    );
    let mut deaf = with_small_buffer(&office);
    std::io::Write::write_all(&mut deaf, head.as_bytes()).unwrap();
    let reader = Reader::start(PROGRAMS[0], &office, "");
    let text = "x".repeat(16_000);
    let before = server.memory();
    for number in 0..400 {
        anna.says("send", json!({"to": "user:ben", "key": format!("k{number}"), "text": format!("{number} {text}")}));
    }
    anna.sends("ben", "done");
    while reader.reads("message.created")["body"]["data"]["message"]["text"] != "done" {}
    let cost = server.memory().saturating_sub(before);
    assert!(cost < 64 * 1024 * 1024, "it cost {cost} bytes");
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(deaf));
    let mut next = || lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_prefix("id: ").map(str::to_string));
    assert!((1..=401).all(|number: i64| next() == Some(number.to_string())), "in order, without a hole");
}
