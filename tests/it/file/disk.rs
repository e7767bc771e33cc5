//! What lies on the disk: nothing that no row knows, nothing whose time is over, and all of what was answered.

use super::{at, contents, places, sends, uploads};
use crate::harness::{TestServer, eventually};
use parlour::time::Moment;
use rusqlite::Connection;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

/// Changes rows of a database that nobody has open, as time would.
pub fn change(database: &Path, sql: &str) {
    let program = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()";
    let done = Command::new("python3").args(["-c", program]).arg(database).arg(sql).status();
    assert!(done.expect("python3 is there").success());
}

pub fn age(path: &Path, by: Duration) {
    let old = SystemTime::now() - by;
    File::options().append(true).open(path).unwrap().set_modified(old).unwrap();
}

#[test]
fn what_was_answered_survives_a_kill_and_what_was_on_its_way_is_cleared_away() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    let (anna, mut ben) = (office.person("anna"), office.person("ben"));
    let file = uploads(&anna, "a.txt", b"kept");
    let sent = sends(&anna, "ben", "kept", &[&file]);
    // An upload that never ends.
    let mut slow = server.http().connect();
    let head = format!(
        "POST /client/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: multipart/form-data; boundary=e\r\n\
         content-length: 900000\r\n\r\n--e\r\ncontent-disposition: form-data; name=\"file\"; filename=\"b\"\r\n\r\n",
        anna.token
    );
    std::io::Write::write_all(&mut slow, &[head.as_bytes(), &[b'x'; 600_000]].concat()).unwrap();
    eventually("it is on the disk", || (contents(&server).len() == 2).then_some(()));
    server.dies();
    let lost = server.data().join("files/ab/ab00000000000000000000000000000a");
    std::fs::create_dir_all(lost.parent().unwrap()).unwrap();
    std::fs::write(&lost, b"moved, and killed before its row").unwrap();
    assert_eq!(contents(&server).len(), 3);
    contents(&server).iter().for_each(|path| age(path, Duration::from_secs(2 * 3600)));
    server.starts();
    let aside = server.data().join("files/lost").join(lost.file_name().unwrap());
    eventually("it is set aside", || aside.exists().then_some(()));
    assert_eq!(contents(&server).len(), 2);
    server.stops();
    age(&aside, Duration::from_secs(8 * 24 * 3600));
    server.starts();
    eventually("only what is known is left", || (contents(&server).len() == 1).then_some(()));
    ben.returns();
    at(&office, &places(&ben, &sent)[0]["url"]).is_file(b"kept");
}

#[test]
fn a_file_that_no_message_took_is_gone_after_a_day() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    let (anna, mut ben) = (office.person("anna"), office.person("ben"));
    let (used, unused) = (uploads(&anna, "used.txt", b"used"), uploads(&anna, "unused.txt", b"unused"));
    let sent = sends(&anna, "ben", "used", &[&used]);
    let held = office.http().file("/api/v1/files", "later.txt", b"later").is(201)["file"]["id"].clone();
    let then = Moment::now().plus(Duration::from_secs(3 * 24 * 3600)).to_string();
    office.post("/messages", &json!({"to": "user:anna", "text": "later", "attachments": [held], "send_at": then})).is(202);
    server.stops();
    change(&server.data().join("parlour.db"), "UPDATE file SET ends_at = ends_at - 23 * 3600 * 1000 WHERE ends_at IS NOT NULL");
    server.starts();
    office.get(&format!("/files/{}", unused["id"])).is(200);
    server.stops();
    change(&server.data().join("parlour.db"), "UPDATE file SET ends_at = ends_at - 3600 * 1000 WHERE ends_at IS NOT NULL");
    server.starts();
    let known = |id: &serde_json::Value| office.get(&format!("/files/{id}")).status == 200;
    eventually("it is gone", || (!known(&unused["id"])).then_some(()));
    eventually("and its bytes", || (contents(&server).len() == 2).then_some(()));
    assert!(known(&held), "a message that waits for its moment holds its files");
    ben.returns();
    at(&office, &places(&ben, &sent)[0]["url"]).is_file(b"used");
}

#[test]
fn an_erased_person_and_a_message_whose_time_is_over_leave_no_files() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    uploads(&anna, "never sent.txt", b"private");
    let file = office.http().file("/api/v1/files", "notice.txt", b"notice").is(201)["file"]["id"].clone();
    let soon = Moment::now().plus(Duration::from_secs(2)).to_string();
    office.post("/messages", &json!({"to": "user:ben", "text": "short", "attachments": [file], "expires_at": soon})).is(202);
    at(&office, &places(&ben, &ben.hears("short"))[0]["url"]).is_file(b"notice");
    assert_eq!(contents(&server).len(), 2);
    office.delete("/users/anna").is(204);
    eventually("what was hers and what is over is gone", || contents(&server).is_empty().then_some(()));
}

#[test]
fn a_backup_has_the_files_and_what_is_missing_is_said() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    let (anna, mut ben) = (office.person("anna"), office.person("ben"));
    let sent = sends(&anna, "ben", "kept", &[&uploads(&anna, "a.txt", b"kept")]);
    let copy = server.data().with_extension("copy");
    let told = server.types(&["backup", copy.to_str().unwrap()]);
    assert!(told.ends(0).contains("what people sent as files beside it"));
    server.types(&["backup", copy.to_str().unwrap()]).ends(4);
    assert!(server.types(&["check"]).ends(0).contains("files: 1, all there"));
    anna.gets("delete", json!({"message": sent["id"]}));
    eventually("it is gone here", || contents(&server).is_empty().then_some(()));
    server.stops();
    std::fs::rename(server.data(), server.data().with_extension("old")).unwrap();
    std::fs::create_dir(server.data()).unwrap();
    std::fs::copy(&copy, server.data().join("parlour.db")).unwrap();
    std::fs::rename(copy.with_extension("copy.files"), server.data().join("files")).unwrap();
    server.starts();
    ben.returns();
    at(&office, &places(&ben, &sent)[0]["url"]).is_file(b"kept");
}

#[test]
fn a_file_that_is_damaged_is_found_and_named() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    let anna = office.person("anna");
    let (text, photo) = (uploads(&anna, "a.txt", b"kept"), uploads(&anna, "photo.png", &super::picture::large()));
    let lying = |name: &str| {
        let name = name.to_string();
        contents(&server).into_iter().find(|path| path.to_string_lossy().contains(&name)).expect("it is there")
    };
    let stored = |id: &serde_json::Value| {
        let database = Connection::open(server.data().join("parlour.db")).expect("the database opens");
        database.query_row("SELECT content FROM file WHERE id = ?1", [id.as_i64()], |row| row.get::<_, String>(0)).expect("a row")
    };
    let (content, small) = (lying(&stored(&text["id"])), lying(&format!("{}.preview", stored(&photo["id"]))));
    server.types(&["check"]).ends(0);
    std::fs::write(&content, b"kepT").unwrap();
    let told = format!("of 2 files the content of 1 is missing or damaged ({} of oa)", text["id"]);
    server.types(&["check"]).is_refused(1, &told);
    std::fs::write(&small, b"").unwrap();
    server.types(&["check"]).is_refused(1, &format!("({} of oa, {} of oa)", text["id"], photo["id"]));
    // A copy is better than none.
    let copy = server.data().with_extension("copy");
    server.types(&["backup", copy.to_str().unwrap()]).is_refused(1, "of 2 files the content of 2 is missing or damaged");
    assert!(copy.exists() && copy.with_extension("copy.files").exists());
    std::fs::remove_file(&content).unwrap();
    at(&office, &text["url"]).is_nowhere();
    assert!(server.log().contains("the content of a file is missing"), "somebody has to notice");
    server.expects_error("the content of a file is missing");
}

#[test]
fn what_cannot_be_removed_holds_up_nothing_else() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    let (mut anna, ben) = (office.person("anna"), office.person("ben"));
    let sent = sends(&anna, "ben", "soon gone", &[&uploads(&anna, "a.txt", b"x")]);
    server.stops();
    // Folders in their places, before all others in their order.
    let names: Vec<String> = (0..120).map(|number| format!("00{number:030}")).collect();
    names.iter().for_each(|name| std::fs::create_dir_all(server.data().join("files/00").join(name)).unwrap());
    let listed = names.iter().map(|name| format!("('{name}')")).collect::<Vec<_>>().join(",");
    change(&server.data().join("parlour.db"), &format!("INSERT INTO file_gone (content) VALUES {listed}"));
    server.starts();
    anna.returns();
    anna.gets("delete", json!({"message": sent["id"]}));
    drop(ben);
    eventually("the other is gone", || contents(&server).iter().all(|path| path.is_dir()).then_some(()));
    assert!(server.log().contains("count=120"), "{}", server.log());
}

/// The contents that rows know.
fn known(server: &TestServer) -> BTreeSet<String> {
    let database = Connection::open(server.data().join("parlour.db")).expect("the database opens");
    database.busy_timeout(Duration::from_secs(5)).expect("a time-out can be set");
    let mut statement = database.prepare("SELECT content FROM file").expect("it can be asked");
    let rows = statement.query_map([], |row| row.get(0)).expect("it can be asked");
    rows.map(|name| name.expect("a name")).collect()
}

#[test]
fn an_upload_that_is_let_go_is_counted_or_leaves_nothing() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let picture = super::picture::large();
    for _ in 0..3 {
        server.http().bearer(&anna.token).file_let_go("/client/files", "large.png", &picture);
    }
    uploads(&ben, "after it.png", &picture);
    let lying = || -> BTreeSet<String> {
        let names = contents(&server).into_iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
        names.filter(|name| !name.ends_with(".preview")).collect()
    };
    eventually("what lies on the disk is what is known", || {
        (!known(&server).is_empty() && lying() == known(&server)).then_some(())
    });
    uploads(&anna, "again.png", b"not a picture");
}
