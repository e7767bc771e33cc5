//! Who says nothing, takes nothing, or is not there any more.

use super::Bystanders;
use crate::harness::{App, Log, Socket, TestServer, Voice, shake};
use crate::sign_in::{jwt, seconds};
use serde_json::{Value, json};
use std::{
    net::TcpStream,
    time::{Duration, Instant},
};
use tokio_tungstenite::tungstenite::{Message, WebSocket};

#[test]
fn who_does_not_say_hello_is_let_go() {
    let server = TestServer::start();
    let begun = Instant::now();
    let silent = Socket::open(server.address(), &[]).expect("the door is open to all");
    let early = Socket::open(server.address(), &[]).expect("the door is open to all");
    early.says(r#"{"watch":{"id":1,"users":[]}}"#);
    assert_eq!(silent.is_closed(), 4005, "which says nothing of a credential");
    early.is_closed();
    assert!(begun.elapsed() >= Duration::from_secs(4) && begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn a_hello_over_four_kibibytes_is_not_read() {
    let server = TestServer::start();
    let mallory = Socket::open(server.address(), &[]).expect("the door is open to all");
    mallory.says(&json!({"hello": {"app": "oa", "token": "x".repeat(5_000)}}).to_string());
    assert_eq!(mallory.is_closed(), 4504);
}

#[test]
fn a_hello_with_a_wrong_token_is_refused() {
    let server = TestServer::start();
    let office = server.app("oa");
    let token = office.user("anna").token("anna");
    server.app("crm");
    let long = "x".repeat(2_000);
    for (app, token) in [("oa", ""), ("oa", "wrong"), ("oa", &long), ("crm", &token), ("none", &token)] {
        let mallory = Socket::open(server.address(), &[]).expect("the door is open to all");
        mallory.says(&json!({"hello": {"app": app, "token": token}}).to_string());
        assert_eq!(mallory.is_closed(), 4501, "{app} {token}");
        assert!(!mallory.log().frames.iter().any(|(name, _)| name == "welcome"));
    }
}

/// A client of dora's that says hello and then never reads, with as small a buffer as the system gives.
fn deaf(office: &App) -> WebSocket<TcpStream> {
    deaf_with(office, &office.token("dora"))
}

fn deaf_with(office: &App, token: &str) -> WebSocket<TcpStream> {
    let address = office.server.http().address;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4_096).expect("a socket's option");
        socket.connect(address).await.expect("the server takes connections").into_std().expect("a socket")
    });
    stream.set_nonblocking(false).expect("a socket's option");
    let mut socket = shake(stream, address, &[]).expect("the door is open");
    let hello = json!({"hello": {"app": office.id, "token": token}});
    socket.send(Message::text(hello.to_string())).expect("hello is sent");
    socket
}

/// Reads on until the connection ends; answers how many bytes came.
fn rest(mut socket: WebSocket<TcpStream>) -> usize {
    let mut bytes = 0;
    while let Ok(message) = socket.read() {
        bytes += message.len();
    }
    bytes
}

const LOAD: usize = 12_000;
const EACH: usize = 250;

/// Four people write to dora more than the kernel and the server will hold for one socket.
fn load(senders: &[Voice]) {
    let text = "x".repeat(LOAD);
    for round in 0..EACH {
        for sender in senders {
            sender.says("send", json!({"to": "user:dora", "key": format!("k{round}"), "text": format!("{round} {text}")}));
        }
    }
    for sender in senders {
        sender.sends("dora", "done");
    }
}

#[test]
fn a_client_that_never_reads_is_let_go_and_loses_nothing() {
    let server = TestServer::with(&["--application-rate", "0"]);
    let office = server.app("oa");
    let others = Bystanders::of(&office);
    let senders: Vec<Voice> = (0..4).map(|n| office.person(&format!("sender{n}"))).collect();
    office.user("dora");
    senders[0].sends("dora", "are you there?");
    senders[0].gets("watch", json!({"users": ["dora"]}));
    let deaf = deaf(&office);
    senders[0].is_told("presence", |body| body["users"][0]["show"] == "available");
    load(&senders);
    others.talk_on("while she sleeps");
    // ten seconds in which nothing is taken, and the time of grace after which she counts as away
    senders[0].socket.wait_for(Duration::from_secs(40), |log| gone(log, "dora")).expect("the server lets the deaf client go");
    let taken = rest(deaf);
    assert!(taken < EACH * LOAD * senders.len(), "the server kept {taken} bytes for a client that does not read");
    let back = office.device("dora");
    for sender in &senders {
        let conversation = back.gets("open", json!({"with": format!("user:{}", sender.id)}))["conversation"]["id"].clone();
        let first = usize::from(sender.id == "sender0");
        assert_eq!(count(&back, &conversation), EACH + 1 + first, "all that {} wrote", sender.id);
    }
}

/// Whether the last that was heard is that somebody has gone.
fn gone(log: &Log, user: &str) -> Option<()> {
    let is_gone = |body: &Value| body["users"][0]["user"] == user && body["users"][0]["show"] == "offline";
    log.frames.last().filter(|(name, body)| name == "presence" && is_gone(body)).map(drop)
}

/// Bytes of memory that the answers to such a client may cost the server; what it asks for is many times as much.
const COST: u64 = 48 * 1024 * 1024;

#[test]
fn a_client_that_asks_and_never_reads_is_let_go() {
    let server = TestServer::with(&["--control-rate", "0", "--message-rate", "0"]);
    let office = server.app("oa");
    let others = Bystanders::of(&office);
    office.user("dora");
    let text = "x".repeat(LOAD);
    let sent = (0..5).map(|number| others.anna.sends("dora", &format!("{number} {text}")));
    let conversation = sent.last().expect("some")["conversation"].clone();
    others.anna.gets("watch", json!({"users": ["dora"]}));
    let before = server.memory();
    let mut deaf = deaf(&office);
    others.anna.is_told("presence", |body| body["users"][0]["show"] == "available");
    std::thread::spawn(move || {
        let history = |id: u64| json!({"history": {"id": id, "conversation": conversation, "limit": 5}}).to_string();
        (1..).take_while(|id| deaf.send(Message::text(history(*id))).is_ok()).count()
    });
    others.anna.socket.wait_for(Duration::from_secs(40), |log| gone(log, "dora")).expect("the server lets her go");
    let cost = server.memory().saturating_sub(before);
    assert!(cost < COST, "it cost {cost} bytes");
    others.talk_on("all the while");
}

fn count(reader: &Voice, conversation: &Value) -> usize {
    let (mut total, mut before) = (0, Value::Null);
    loop {
        let page = reader.gets("history", json!({"conversation": conversation, "before": before, "limit": 200}));
        let messages = page["messages"].as_array().cloned().unwrap_or_default();
        total += messages.len();
        before = json!(messages.iter().filter_map(|message| message["id"].as_i64()).min());
        if page["more"] != true {
            return total;
        }
    }
}

#[test]
fn half_open_sockets_keep_nobody_out() {
    let server = TestServer::start();
    let office = server.app("oa");
    let others = Bystanders::of(&office);
    let http = server.http();
    let held: Vec<TcpStream> = (0..300).map(|_| http.connect()).collect();
    let shaken: Vec<_> = (0..100).filter_map(|_| shake(http.connect(), http.address, &[]).ok()).collect();
    others.talk_on("through the crowd");
    drop((held, shaken));
    let mut anna = office.device("anna");
    anna.returns();
    others.talk_on("and after it");
}

#[test]
fn too_many_silent_sockets_from_one_address_are_refused() {
    let server = TestServer::start();
    let http = server.http();
    let shaken: Vec<_> = (0..200).map(|_| shake(http.connect(), http.address, &[])).collect();
    let refused: Vec<u16> = shaken.iter().filter_map(|answer| answer.as_ref().err().copied()).collect();
    assert!(refused.len() >= 200 - 128, "only {} of 200 were refused", refused.len());
    assert!(refused.iter().all(|status| [429, 503].contains(status)), "{refused:?}");
    drop(shaken);
    crate::harness::eventually("the places become free", || shake(http.connect(), http.address, &[]).ok());
}

/// Conversations of dora's, and messages in each that come with her picture: together more than the kernel holds for a socket.
const TALKS: usize = 40;
const SHOWN: usize = 20;

fn talks(office: &App) {
    let text = "x".repeat(LOAD);
    for talk in 0..TALKS {
        let room = office.post("/conversations", &json!({"title": format!("Talk {talk}"), "users": ["dora"]})).is(201);
        let to = format!("conversation:{}", room["conversation"]["id"]);
        for _ in 0..SHOWN {
            office.post("/messages", &json!({"to": to, "text": text})).is(202);
        }
    }
}

/// Reads on until the connection ends, which is in the midst of the picture; answers the close code.
fn cut_short(mut socket: WebSocket<TcpStream>) -> Option<u16> {
    let (mut bytes, mut close) = (0, None);
    while let Ok(message) = socket.read() {
        bytes += message.len();
        if let Message::Close(frame) = message {
            close = frame.map(|frame| u16::from(frame.code));
        }
    }
    assert!(bytes < TALKS * SHOWN * LOAD, "it got all of its picture: {bytes} bytes");
    close
}

#[test]
fn a_socket_that_is_crowded_out_gets_no_more_of_its_picture() {
    let server = TestServer::with(&["--rest-rate", "0", "--application-rate", "0", "--sockets-per-user", "1"]);
    let office = server.app("oa");
    office.user("dora");
    talks(&office);
    let mut first = deaf(&office);
    let welcome = first.read().expect("a welcome");
    assert!(welcome.to_text().is_ok_and(|text| text.contains("welcome")));
    let second = office.device("dora");
    assert_eq!(cut_short(first), Some(4505));
    second.gets("watch", json!({"users": []}));
}

#[test]
fn a_socket_whose_session_ends_gets_no_more_of_its_picture() {
    let server = TestServer::with(&["--rest-rate", "0", "--application-rate", "0"]);
    let office = server.app("oa");
    office.put("/users/dora", &json!({"name": "Dora"})).is(201);
    talks(&office);
    let claims = json!({"sub": "dora", "name": "Dora", "aud": office.id, "exp": seconds(5)});
    let token = jwt(&office.token_secret, &claims);
    let deaf = deaf_with(&office, &token);
    let hearing = Socket::open(server.address(), &[]).expect("the door is open to all");
    hearing.says(&json!({"hello": {"app": office.id, "token": token}}).to_string());
    assert_eq!(hearing.is_closed(), 4500);
    assert_eq!(cut_short(deaf), Some(4500));
}
