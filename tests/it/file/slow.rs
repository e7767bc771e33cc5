//! Files that come slowly, or many together.

use super::contents;
use crate::disk::{Filler, SMALL, seen_by};
use crate::harness::{TestServer, eventually};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const MIB: u64 = 1024 * 1024;

/// Begins to send a file to `path`, and sends so much of it.
fn begins(server: &TestServer, path: &str, token: &str, bytes: usize) -> TcpStream {
    let mut stream = server.http().connect();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: multipart/form-data; boundary=e\r\n\
         content-length: 9000000\r\n\r\n--e\r\ncontent-disposition: form-data; name=\"file\"; filename=\"b\"\r\n\r\n"
    );
    // Who is refused may be told so before all of it is taken.
    let _ = stream.write_all(&[head.as_bytes(), &vec![b'x'; bytes]].concat());
    stream
}

#[test]
fn a_file_that_comes_too_slowly_is_given_up_and_leaves_nothing() {
    let server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    let mut slow = begins(&server, "/client/files", &anna.token, 1);
    eventually("it is on its way", || (contents(&server).len() == 1).then_some(()));
    slow.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    // A byte each second is something, and not enough.
    let (begun, mut answer) = (Instant::now(), [0; 12]);
    while slow.read_exact(&mut answer).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it is waited for without end");
        let _ = slow.write_all(b"x");
    }
    assert_eq!(std::str::from_utf8(&answer), Ok("HTTP/1.1 400"));
    assert!(begun.elapsed() > Duration::from_secs(15), "a pause is forgiven");
    eventually("nothing is left", || contents(&server).is_empty().then_some(()));
}

#[test]
fn files_that_come_together_leave_room_for_messages() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    let (mut anna, ben) = (office.person("anna"), office.person("ben"));
    server.stops();
    server.stands_under(&SMALL);
    server.starts();
    anna.returns();
    drop(ben);
    let _full = Filler::takes_all_but(&server, 7 * MIB);
    let drafts = || -> Vec<u64> {
        let all = std::fs::read_dir(seen_by(&server).join("files/draft")).unwrap();
        all.map(|draft| draft.unwrap().metadata().map_or(0, |draft| draft.len())).collect()
    };
    let is_refused = |stream: &TcpStream| stream.peek(&mut [0; 1]).is_ok();
    let mut held = Vec::new();
    for _ in 0..10 {
        let before = drafts().iter().sum::<u64>();
        let stream = begins(&server, "/api/v1/files", &office.key, 300_000);
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let is_taken = || drafts().iter().sum::<u64>() > before + 200_000;
        eventually("it is taken or refused", || (is_taken() || is_refused(&stream)).then_some(()));
        held.push(stream);
    }
    // Those for whom there was room go on, all of them.
    held.retain(|stream| !is_refused(stream));
    assert!(!held.is_empty());
    held.iter_mut().for_each(|stream| drop(stream.write_all(&[b'x'; 600_000])));
    let went_on = || drafts().iter().all(|size| *size > 700_000);
    eventually("all of it is there", || (went_on() || held.iter().any(is_refused)).then_some(()));
    let disk = rustix::fs::statvfs(seen_by(&server)).unwrap();
    assert!(disk.f_bavail * disk.f_frsize >= 4 * MIB, "{} KiB are left", disk.f_bavail * disk.f_frsize / 1024);
    anna.sends("ben", &"y".repeat(8_000));
    drop(held);
}
