//! The room that files take: nobody takes that of all others, and an administrator sees who has it.

use super::{at, contents, sends, sends_file, uploads, uploads_as};
use crate::console::admin::Admin;
use crate::harness::{TestServer, eventually};
use serde_json::{Value, json};

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

#[test]
fn what_was_not_sent_after_all_is_taken_back_by_its_sender_alone() {
    let server = TestServer::start();
    let office = server.app("oa");
    let (anna, ben) = (office.person("anna"), office.person("ben"));
    let discard = |token: &str, file: &Value| server.http().bearer(token).delete(&format!("/client/files/{}", file["id"]));
    let (draft, kept) = (uploads(&anna, "draft.txt", b"not yet"), uploads(&anna, "kept.txt", b"for ben"));
    discard(&ben.token, &draft).is_refused(404, "not_found");
    assert_eq!(discard(&anna.token, &draft).status, 204);
    assert_eq!(at(&office, &draft["url"]).status, 404, "at once");
    discard(&anna.token, &draft).is_refused(404, "not_found");
    eventually("its content leaves the disk", || (contents(&server).len() == 1).then_some(()));
    sends(&anna, "ben", "this one", &[&kept]);
    discard(&anna.token, &kept).is_refused(409, "conflict");

    let (ours, planned) = (uploads_as(&office, "a.txt", b"a"), uploads_as(&office, "b.txt", b"b"));
    let later = json!({"to": "user:ben", "text": "at nine", "attachments": [planned["id"]], "send_at": "2099-01-01T00:00:00Z"});
    office.post("/messages", &later).is_refused(400, "bad_request");
    let soon = parlour::time::Moment::now().plus(std::time::Duration::from_secs(3600));
    let later = json!({"to": "user:ben", "text": "at nine", "attachments": [planned["id"]], "send_at": soon});
    office.post("/messages", &later).is(202);
    let delete = |file: &Value| office.delete(&format!("/files/{}", file["id"]));
    delete(&planned).is_refused(409, "conflict");
    delete(&kept).is_refused(404, "not_found");
    assert_eq!((delete(&ours).status, delete(&ours).status), (204, 404));

    let again = || office.http().with("idempotency-key", "invoice").file("/api/v1/files", "c.txt", b"c").is(201)["file"].clone();
    let first = again();
    assert_eq!(again(), first);
    assert_eq!(delete(&first).status, 204);
    let second = again();
    assert!(second["id"] != first["id"] && again() == second, "what is gone is no answer any more");
}

#[test]
fn an_administrator_is_told_before_there_is_no_room_left() {
    let server = TestServer::with(&["--storage-bytes", "100000", "--file-bytes", "100000"]);
    let office = server.app("oa");
    let admin = Admin::first(&server);
    let check = || server.types(&["check", "--json"]).json()["advice"].to_string();
    uploads_as(&office, "most.bin", &[7; 89_000]);
    assert!(!check().contains("room for the files") && !admin.sees("/console").contains("Hardly any room for files"));
    uploads_as(&office, "more.bin", &[7; 2_000]);
    let advice = check();
    assert!(advice.contains("91 % of the room for the files of oa is taken"), "{advice}");
    let page = admin.sees("/console");
    assert!(page.contains("Hardly any room for files") && page.contains("91 % of the room for its files is taken"), "{page}");
    assert!(page.contains(r#"href="/console/@oa#files""#), "{page}");
}

#[test]
fn what_a_message_carries_is_named_where_the_message_is_looked_at() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.user("anna").user("ben");
    let file = uploads_as(&office, "规程 <1>.txt", b"the rules");
    let admin = Admin::first(&server);
    for to in [json!("user:anna"), json!(["user:anna", "user:ben"])] {
        let body = json!({"to": to, "text": "read this", "attachments": [file["id"]]});
        let batch = office.post("/messages", &body).is(202)["batch"].clone();
        let path = format!("/batches/{batch}");
        let row = json!([{"id": file["id"], "name": "规程 <1>.txt", "type": "text/plain", "size": 9}]);
        assert_eq!(office.get(&path).is(200)["batch"]["attachments"], row);
        let page = admin.sees(&format!("/console/@oa/messages/{batch}"));
        assert!(page.contains("规程 &#60;1&#62;.txt") && page.contains("9 B, <code>text/plain</code>"), "{page}");
        office.delete(&path).is(202);
        assert_eq!(office.get(&path).is(200)["batch"].get("attachments"), None, "what was taken back carries nothing");
    }
}
