//! An `ok` is a promise that a power cut cannot break. A kill leaves the kernel's cache, so this is shown by the calls to
//! the kernel themselves: between reading a request and writing its `ok`, the message goes into the log of the database and
//! that file is synced to the disk.

use crate::harness::{TestServer, eventually};
use std::{fs, path::Path};

const MESSAGES: usize = 20;
const CALLS: &str = "trace=fsync,fdatasync,write,writev,pwrite64,pwritev,sendto,sendmsg";

#[test]
fn the_disk_has_a_message_before_its_sender_is_answered() {
    let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sync-{}.strace", std::process::id()));
    let mut server =
        TestServer::under(&["strace", "-D", "-f", "-y", "-s", "16384", "-e", CALLS, "-o", log.to_str().expect("UTF-8")], &[]);
    let office = server.app("oa");
    office.user("ben");
    let anna = office.person("anna");
    for number in 0..MESSAGES {
        anna.sends("ben", &text(number));
    }
    assert!(server.stops().success());
    let calls = eventually("strace ends", || fs::read_to_string(&log).ok().filter(|calls| calls.contains("+++ exited with")));
    fs::remove_file(&log).ok();
    for number in 0..MESSAGES {
        if let Err(complaint) = is_synced_before_it_is_answered(&calls, &text(number)) {
            panic!("message {number}: {complaint}");
        }
    }
}

fn text(number: usize) -> String {
    format!("to-the-disk-{number:02}-")
}

/// In the order of the calls: the text into the write-ahead log, a sync of that file that succeeded, the `ok`.
fn is_synced_before_it_is_answered(calls: &str, text: &str) -> Result<(), String> {
    let lines: Vec<&str> = calls.lines().collect();
    let of_the_log = |line: &str| line.contains("-wal>");
    let stored = |line: &&str| of_the_log(line) && line.contains("write") && line.contains(text);
    let answered = |line: &&str| !of_the_log(line) && line.contains(r#"{\"ok\":"#) && line.contains(text);
    let stored = lines.iter().position(stored).ok_or("it was never written to the log of the database")?;
    let answered = lines.iter().position(answered).ok_or("no ok was seen")?;
    let Some(between) = lines.get(stored..answered) else {
        return Err(format!("answered in line {answered}, written to the log in line {stored}"));
    };
    syncs(between).then_some(()).ok_or_else(|| "no sync of the log lies between".into())
}

/// Whether a sync of the write-ahead log ends well within these lines, begun in them or not.
fn syncs(lines: &[&str]) -> bool {
    let mut begun: Vec<&str> = Vec::new();
    for line in lines {
        let is_sync = line.contains("fdatasync") || line.contains("fsync");
        let thread = line.split_whitespace().next().unwrap_or_default();
        let succeeds = line.trim_end().ends_with("= 0");
        if is_sync && line.contains("-wal>") && succeeds {
            return true;
        }
        if is_sync && line.contains("-wal>") && line.contains("<unfinished") {
            begun.push(thread);
        }
        if is_sync && line.contains("resumed>") && succeeds && begun.contains(&thread) {
            return true;
        }
    }
    false
}

const STORED: &str = r#"7 pwrite64(9</data/parlour.db-wal>, "hello", 4096, 56) = 4096"#;
const ANSWERED: &str = r#"8 write(12<socket:[1]>, "\201~{\"ok\":{\"id\":1,\"message\":{\"text\":\"hello\"}}}", 40) = 40"#;

#[test]
fn a_sync_between_is_seen() {
    let whole = "7 fdatasync(9</data/parlour.db-wal>) = 0";
    assert_eq!(is_synced_before_it_is_answered(&[STORED, whole, ANSWERED].join("\n"), "hello"), Ok(()));
    let parts = "7 fdatasync(9</data/parlour.db-wal> <unfinished ...>\n8 write(1<pipe:[2]>, \"x\", 1) = 1\n7 <... fdatasync resumed>) = 0";
    assert_eq!(is_synced_before_it_is_answered(&[STORED, parts, ANSWERED].join("\n"), "hello"), Ok(()));
}

#[test]
fn an_answer_without_or_before_the_sync_is_seen() {
    let sync = "7 fdatasync(9</data/parlour.db-wal>) = 0";
    for calls in [
        [STORED, ANSWERED, sync],
        [sync, STORED, ANSWERED],
        [ANSWERED, STORED, sync],
        [STORED, "7 fdatasync(9</data/parlour.db-wal>) = -1 EIO (Input/output error)", ANSWERED],
        [STORED, "7 fdatasync(9</data/other>) = 0", ANSWERED],
        [STORED, "7 fdatasync(9</data/parlour.db-wal> <unfinished ...>", ANSWERED],
    ] {
        assert!(is_synced_before_it_is_answered(&calls.join("\n"), "hello").is_err(), "{calls:#?}");
    }
}
