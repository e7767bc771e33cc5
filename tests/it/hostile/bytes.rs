//! Below the frames: bytes that are no HTTP, no WebSocket, no UTF-8, or far too many.

use super::Bystanders;
use crate::harness::{TestServer, shake};
use serde_json::json;
use std::{
    io::{Read, Write},
    time::{Duration, Instant},
};

/// A masked frame with any bytes as its text.
fn text_frame(payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x81, 0x80 | u8::try_from(payload.len()).expect("a short frame"), 0, 0, 0, 0];
    frame.extend(payload);
    frame
}

#[test]
fn text_that_is_not_utf8_ends_the_connection() {
    let server = TestServer::start();
    let office = server.app("oa");
    let others = Bystanders::of(&office);
    let mallory = office.device("anna");
    mallory.socket.writes(&text_frame(b"{\"send\":{\"id\":1,\"text\":\"\xff\xfe\"}}"));
    // RFC 6455 names 1007 for this
    let close = mallory.socket.is_closed();
    assert!([1007, 4503].contains(&close), "{close}");
    others.talk_on("in good form");
}

#[test]
fn frames_that_break_the_rules_of_websocket_end_the_connection() {
    let server = TestServer::start();
    let office = server.app("oa");
    let others = Bystanders::of(&office);
    let endless = [&[0x81, 0xff, 0x7f][..], &[0xff; 7], &[0; 4], b"x"].concat();
    let broken: [(&str, &[u8]); 5] = [
        ("unmasked", &[0x81, 0x02, b'{', b'}']),
        ("reserved bits", &[0xf1, 0x82, 0, 0, 0, 0, b'{', b'}']),
        ("unknown kind", &[0x83, 0x80, 0, 0, 0, 0]),
        ("of endless length", &endless),
        ("continuing nothing", &[0x80, 0x81, 0, 0, 0, 0, b'x']),
    ];
    for (what, bytes) in broken {
        let mallory = office.device("anna");
        mallory.socket.writes(bytes);
        let close = mallory.socket.is_closed();
        assert!([4503, 4504].contains(&close), "{what}: {close}");
    }
    others.talk_on("by the book");
}

#[test]
fn a_frame_that_announces_too_much_is_not_gathered() {
    let server = TestServer::start();
    let office = server.app("oa");
    let others = Bystanders::of(&office);
    let mallory = office.device("anna");
    let before = server.memory();
    mallory.socket.writes(&[&[0x81, 0xff][..], &(1_u64 << 40).to_be_bytes(), &[0; 4]].concat());
    let piece = vec![b'x'; 1 << 20];
    for _ in 0..64 {
        mallory.socket.writes(&piece);
    }
    assert_eq!(mallory.socket.is_closed(), 4504);
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 16 << 20, "the server keeps {grown} bytes more");
    others.talk_on("with room to spare");
}

#[test]
fn a_message_in_endless_pieces_ends_the_connection() {
    let server = TestServer::start();
    let office = server.app("oa");
    let others = Bystanders::of(&office);
    let mallory = office.device("anna");
    let piece = [&[0x00, 0xfe, 0x40, 0x00, 0, 0, 0, 0][..], &[b'x'; 0x4000]].concat();
    mallory.socket.writes(&[0x01, 0x80, 0, 0, 0, 0]);
    for _ in 0..64 {
        mallory.socket.writes(&piece);
    }
    assert_eq!(mallory.socket.is_closed(), 4504);
    others.talk_on("in one piece");
}

#[test]
fn http_that_is_none_or_too_long_is_refused() {
    let server = TestServer::start();
    let http = server.http();
    for bytes in
        [&b"nonsense\r\n\r\n"[..], b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n", b"GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n"]
    {
        let status = http.raw(bytes).map_or(400, |answer| answer.status);
        assert!((400..=505).contains(&status), "{status}");
    }
    let long = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(1 << 20));
    let status = http.raw(long.as_bytes()).map_or(431, |answer| answer.status);
    assert!((400..=431).contains(&status), "{status}");
    assert_eq!(http.get("/healthz").status, 200);
}

#[test]
fn a_body_over_the_limit_or_of_the_wrong_kind_is_refused() {
    let server = TestServer::start();
    let office = server.app("oa");
    let json = office.http().with("content-type", "application/json");
    let large = json!({"to": "user:ben", "text": "x".repeat(4 << 20)}).to_string();
    json.call("POST", "/api/v1/messages", large.as_bytes()).is_refused(413, "too_large");
    json.call("POST", "/api/v1/messages", b"{\"to\":").is_refused(400, "bad_request");
    json.call("POST", "/api/v1/messages", b"{\"to\":\"user:\xff\"}").is_refused(400, "bad_request");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    json.call("POST", "/api/v1/messages", deep.as_bytes()).is_refused(400, "bad_request");
    let unknown = json!({"to": "user:ben", "text": "x", "version": 7}).to_string();
    json.call("POST", "/api/v1/messages", unknown.as_bytes()).is_refused(400, "bad_request");
    let plain = office.http().with("content-type", "text/plain");
    let refused = plain.call("POST", "/api/v1/messages", br#"{"to":"user:ben","text":"x"}"#);
    assert!([400, 415].contains(&refused.status), "{}", refused.text());
}

#[test]
fn a_head_that_never_ends_is_cut_off() {
    let server = TestServer::start();
    let begun = Instant::now();
    let mut stream = server.http().connect();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").expect("the door is open");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).ok();
    assert!(begun.elapsed() < Duration::from_secs(10), "it was kept for {:?}", begun.elapsed());
}

#[test]
fn a_foreign_origin_or_another_subprotocol_opens_no_socket() {
    let server = TestServer::start();
    server.app_with("oa", &["--origin", "https://oa.example"]);
    let http = server.http();
    let knock = |origin: &str| shake(http.connect(), http.address, &[("origin", origin)]).map(drop);
    assert_eq!(knock("https://evil.example"), Err(403));
    assert_eq!(knock("https://oa.example.evil.example"), Err(403));
    assert_eq!(knock("null"), Err(403));
    assert_eq!(knock("https://oa.example"), Ok(()));
    assert_eq!(knock("http://parlour.test"), Ok(()));
}
