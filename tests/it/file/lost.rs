//! A server that is started with the wrong database takes nothing off the disk that the right one has.

use super::disk::{age, change};
use super::{at, contents, picture, places, sends, uploads};
use crate::harness::{TestServer, eventually};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Contents that are set aside, without small pictures.
fn lost(server: &TestServer) -> Vec<PathBuf> {
    let all = fs::read_dir(server.data().join("files/lost")).into_iter().flatten().flatten().map(|file| file.path());
    all.filter(|path| path.extension().is_none()).collect()
}

/// Another database beside the same files; answers where the one before is now.
fn replace(server: &mut TestServer, with: Option<&Path>) -> PathBuf {
    server.stops();
    let aside = server.data().with_extension("aside");
    fs::create_dir(&aside).unwrap();
    carry(&server.data(), &aside);
    with.map(|copy| fs::copy(copy, server.data().join("parlour.db")).unwrap());
    contents(server).iter().for_each(|path| age(path, Duration::from_secs(2 * 3600)));
    server.starts();
    aside
}

fn put_back(server: &mut TestServer, right: &Path) {
    server.stops();
    carry(right, &server.data());
    server.starts();
}

/// The database, with its log.
fn carry(from: &Path, to: &Path) {
    for name in ["parlour.db", "parlour.db-wal", "parlour.db-shm"] {
        let _ = fs::remove_file(to.join(name));
        let _ = fs::rename(from.join(name), to.join(name));
    }
}

#[test]
fn files_come_back_with_the_database_that_knows_them() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    let (anna, mut ben) = (office.person("anna"), office.person("ben"));
    let files = [uploads(&anna, "a.txt", b"kept"), uploads(&anna, "photo.png", &picture::large())];
    let sent = sends(&anna, "ben", "kept", &[&files[0], &files[1]]);
    let right = replace(&mut server, None);
    eventually("they are set aside", || (lost(&server).len() == 2).then_some(()));
    assert!(server.log().contains("another database's"), "{}", server.log());
    put_back(&mut server, &right);
    eventually("they are back", || lost(&server).is_empty().then_some(()));
    ben.returns();
    let places = places(&ben, &sent);
    at(&office, &places[0]["url"]).is_file(b"kept");
    assert_eq!(at(&office, &places[1]["preview_url"]).header("content-type"), Some("image/jpeg"));
}

#[test]
fn an_older_copy_of_the_database_does_not_remove_what_was_sent_since() {
    let mut server = TestServer::start();
    let office = server.app("oa");
    let (anna, mut ben) = (office.person("anna"), office.person("ben"));
    let file = uploads(&anna, "a.txt", b"kept");
    let copy = server.data().with_extension("copy");
    server.types(&["backup", copy.to_str().unwrap()]).ends(0);
    let sent = sends(&anna, "ben", "kept", &[&file]);
    // For the copy nobody has used it, and its day is over.
    change(&copy, "UPDATE file SET ends_at = 1");
    let right = replace(&mut server, Some(&copy));
    eventually("it is set aside", || (lost(&server).len() == 1).then_some(()));
    put_back(&mut server, &right);
    eventually("it is back", || lost(&server).is_empty().then_some(()));
    ben.returns();
    at(&office, &places(&ben, &sent)[0]["url"]).is_file(b"kept");
}
