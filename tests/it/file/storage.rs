//! The room that files take: nobody takes that of all others, and an administrator sees who has it.

use super::{sends, sends_file, uploads, uploads_as};
use crate::harness::{TestServer, eventually};
use serde_json::Value;

const LARGE: usize = 90_000;

#[test]
fn one_user_does_not_take_the_room_of_all_others() {
    let server = TestServer::with(&["--storage-bytes", "2000000", "--file-bytes", "100000", "--message-rate", "0"]);
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let files: Vec<Value> = (0..2).map(|n| uploads(&anna, &format!("{n}.bin"), &[7; LARGE])).collect();
    let full = sends_file(&anna, "3.bin", &[7; LARGE]).is_refused(413, "too_large");
    assert!(full["detail"].as_str().unwrap().starts_with("your files may take 200000 bytes together"), "{full}");
    // That they stand in messages does not make them somebody else's.
    let sent = sends(&anna, "ben", "both", &[&files[0], &files[1]]);
    sends_file(&anna, "3.bin", &[7; LARGE]).is_refused(413, "too_large");
    uploads(&ben, "his.bin", &[7; LARGE]);
    (0..3).for_each(|n| drop(uploads_as(&office, &format!("{n}.bin"), &[7; LARGE])));
    anna.gets("delete", serde_json::json!({"message": sent["id"]}));
    eventually("there is room again", || (sends_file(&anna, "3.bin", &[7; LARGE]).status == 201).then_some(()));
}

#[test]
fn what_is_not_sent_is_bounded_and_a_first_file_has_room_in_any_case() {
    let server = TestServer::with(&["--storage-bytes", "2000000", "--file-bytes", "10000", "--message-rate", "0"]);
    let office = server.app("oa");
    let anna = office.person("anna");
    (0..10).for_each(|n| drop(uploads(&anna, &format!("{n}.bin"), &[7; 10_000])));
    let full = sends_file(&anna, "11.bin", &[7; 10_000]).is_refused(413, "too_large");
    assert!(full["detail"].as_str().unwrap().contains("not sent yet may take 100000 bytes"), "{full}");
    let small = TestServer::with(&["--storage-bytes", "100000", "--file-bytes", "100000"]);
    uploads(&small.app("oa").person("anna"), "whole.bin", &[7; 100_000]);
}
