//! Files that are fetched: many small ones together, few large ones at a time.

use super::{at, picture, places, sends, uploads};
use crate::harness::{TestServer, eventually};
use std::io::{Read, Write};
use std::net::TcpStream;

#[test]
fn a_conversation_full_of_pictures_shows_them_all_at_once() {
    let server = TestServer::with(&["--message-rate", "0"]);
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let photo = uploads(&anna, "photo.png", &picture::small());
    let sent: Vec<_> = (0..60).map(|n| sends(&anna, "ben", &format!("picture {n}"), &[&photo])).collect();
    // In several tabs, and again after a reload.
    for round in 0..4 {
        for (number, message) in sent.iter().enumerate() {
            let status = at(&office, &places(&ben, message)[0]["preview_url"]).status;
            assert_eq!(status, 200, "round {round}, picture {number}");
        }
    }
}

/// Asks for it and reads no more than the beginning.
fn begins(server: &TestServer, url: &str) -> (TcpStream, String) {
    let mut stream = server.http().connect();
    write!(stream, "GET {url} HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    (stream, String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn who_takes_no_bytes_keeps_nobody_else_from_them() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let sent = sends(&anna, "ben", "large", &[&uploads(&anna, "large.bin", &vec![7; 24_000_000])]);
    let (his, hers) = (places(&ben, &sent)[0]["url"].clone(), places(&anna, &sent)[0]["url"].clone());
    let his = his.as_str().unwrap();
    let mut held: Vec<_> = (0..8).map(|_| begins(&server, his)).collect();
    assert!(held.iter().all(|(_, answer)| answer == "HTTP/1.1 200"), "{held:?}");
    assert_eq!(begins(&server, his).1, "HTTP/1.1 429");
    assert_eq!(at(&office, &hers).status, 200);
    held.pop();
    eventually("there is a place again", || (begins(&server, his).1 == "HTTP/1.1 200").then_some(()));
}

#[test]
fn a_download_that_broke_goes_on_where_it_was_if_the_bytes_are_still_the_same() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, _ben) = (office.person("anna"), office.person("ben"));
    let sent = sends(&anna, "ben", "the minutes", &[&uploads(&anna, "minutes.txt", b"0123456789")]);
    let url = places(&anna, &sent)[0]["url"].as_str().unwrap().to_string();
    let whole = server.http().get(&url);
    let tag = whole.header("etag").expect("the bytes have a name").to_string();
    let part = |of: &str| server.http().with("range", "bytes=4-").with("if-range", of).get(&url);
    let rest = part(&tag);
    assert_eq!((rest.status, rest.body.as_slice(), rest.header("content-range")), (206, &b"456789"[..], Some("bytes 4-9/10")));
    let anew = part("\"other\"");
    assert_eq!((anew.status, anew.body.as_slice()), (200, &b"0123456789"[..]), "of other bytes no part is given");
}
