//! Users by the thousand: a list is taken as a whole or not at all, each wrong row is named, and a whole list says what it
//! changes before it does.

use crate::harness::{Answer, App, TestServer, eventually};
use serde_json::{Value, json};
use std::io::{Read, Write};

fn send(office: &App, method: &str, path: &str, (kind, body): (&str, &[u8])) -> Answer {
    office.http().with("content-type", kind).call(method, &format!("/api/v1{path}"), body)
}

fn ids(office: &App) -> Vec<String> {
    let text = office.get("/export/users").text();
    text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_string()).collect()
}

fn people(count: usize) -> String {
    (0..count).map(|n| format!("{{\"id\":\"p{n:05}\",\"name\":\"Person {n}\"}}\n")).collect()
}

const NDJSON: &str = "application/x-ndjson";

#[test]
fn ten_thousand_rows_with_three_bad_ones_change_nothing_and_name_the_three() {
    let server = TestServer::start();
    let office = server.app("oa");
    let mut rows: Vec<String> = people(10_000).lines().map(String::from).collect();
    rows[4] = "{\"id\":\"p00004\",\"email\":\"nowhere\"}".into();
    rows[5_000] = "nonsense".into();
    rows[9_999] = "{\"id\":\"p00001\"}".into();
    let body = rows.join("\n");
    let refused = send(&office, "POST", "/users/import", (NDJSON, body.as_bytes())).is(422);
    let told: Vec<(i64, &str)> = refused["rows"].as_array().unwrap().iter().map(row).collect();
    assert_eq!(told, [(5, "email"), (5001, ""), (10_000, "id")], "{refused}");
    assert!(refused["rows"][2]["sentence"].as_str().unwrap().contains("row 2"), "{refused}");
    assert_eq!((&refused["code"], &refused["refused"]), (&json!("bad_request"), &json!(3)));
    assert!(ids(&office).is_empty(), "nothing is half done");

    let good = people(2_000);
    let tried = send(&office, "POST", "/users/import?dry_run=true", (NDJSON, good.as_bytes())).is(200);
    assert_eq!((&tried["created"], &tried["dry_run"]), (&json!(2_000), &json!(true)));
    assert!(ids(&office).is_empty(), "a dry run changes nothing");
    assert_eq!(send(&office, "POST", "/users/import", (NDJSON, good.as_bytes())).is(200)["created"], 2_000);
    assert_eq!(ids(&office).len(), 2_000);
    assert_eq!(send(&office, "POST", "/users/import", (NDJSON, good.as_bytes())).is(200)["unchanged"], 2_000);
}

fn row(row: &Value) -> (i64, &str) {
    (row["row"].as_i64().unwrap(), row["column"].as_str().unwrap_or_default())
}

#[test]
fn a_table_of_a_chinese_spreadsheet_is_read_as_it_was_saved() {
    let server = TestServer::start();
    let office = server.app("oa");
    let text = "工号;姓名;邮箱;职位\r\n7;\"刘洋\";liu@oa.example;=HYPERLINK(\"x\")\r\n8;李雷;;销售\r\n";
    // What the program writes as "CSV": GB18030, without a mark.
    let bytes = gb18030(text);
    let told = send(&office, "POST", "/users/import", ("text/csv", &bytes)).is(200);
    assert_eq!((&told["created"], &told["encoding"]), (&json!(2), &json!("gb18030")), "{told}");
    let user = office.get("/users/7").is(200)["user"].clone();
    assert_eq!((&user["name"], &user["title"]), (&json!("刘洋"), &json!("=HYPERLINK(\"x\")")));

    // Its "Unicode text": UTF-16 with a mark, and tabs.
    let text = "\u{feff}编号\t姓名\r\n7\t刘洋洋\r\n";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(send(&office, "POST", "/users/import", ("text/csv", &wide)).is(200)["changed"], 1);
    assert_eq!(office.get("/users/7").is(200)["user"]["name"], "刘洋洋");

    let wrong = send(&office, "POST", "/users/import", ("text/csv", "工号,邮箱\n9,x\n".as_bytes())).is(422);
    assert_eq!(row(&wrong["rows"][0]), (2, "邮箱"), "the column is called as the file calls it");
    let workbook = send(&office, "POST", "/users/import", ("text/csv", b"PK\x03\x04rest"));
    assert!(workbook.is_refused(400, "bad_request")["detail"].as_str().unwrap().contains("workbook"));
}

fn gb18030(text: &str) -> Vec<u8> {
    let script = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode('utf-8').encode('gb18030'))";
    let mut child = std::process::Command::new("python3")
        .args(["-c", script])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("python3 is there");
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    child.wait_with_output().unwrap().stdout
}

#[test]
fn a_whole_list_suspends_who_is_missing_and_lets_them_come_back() {
    let server = TestServer::start();
    let office = server.app("oa");
    for id in ["anna", "ben", "cleo", "dan"] {
        office.put(&format!("/users/{id}"), &json!({})).is(201);
    }
    office.put("/users/robot", &json!({"kind": "program"})).is(201);
    office.patch("/users/dan", &json!({"suspended": true})).is(200);
    let whole = |path: &str, ids: &[&str]| office.put(path, &json!({"users": ids}));
    let told = whole("/users?dry_run=true", &["anna", "dan", "eve"]).is(200);
    let counts =
        |told: &Value| ["created", "changed", "unchanged", "suspended", "removed"].map(|name| told[name].as_i64().unwrap());
    assert_eq!((counts(&told), &told["gone"]), ([1, 0, 2, 2, 0], &json!(["ben", "cleo"])));
    let suspended = |id: &str| office.get(&format!("/users/{id}")).is(200)["user"]["suspended"] == json!(true);
    assert!(!suspended("ben"), "a dry run changes nothing");

    assert_eq!(counts(&whole("/users", &["anna", "dan", "eve"]).is(200)), [1, 0, 2, 2, 0]);
    assert!(suspended("ben") && suspended("cleo") && !suspended("robot") && !suspended("eve"));
    assert_eq!(counts(&whole("/users", &["anna", "ben", "dan", "eve"]).is(200)), [0, 1, 3, 0, 0]);
    assert!(!suspended("ben"), "who was only missing comes back");
    assert!(suspended("dan"), "who was suspended by somebody does not");

    let some = office.post("/users/import", &json!({"users": ["cleo"]})).is(200);
    assert!(some["unchanged"] == 1 && suspended("cleo"), "some users are not the whole list: {some}");
    office.patch("/users/cleo", &json!({"suspended": true})).is(200);
    whole("/users", &["anna", "ben", "cleo", "dan", "eve"]).is(200);
    assert!(suspended("cleo"), "who was missing, and then suspended by somebody, does not come back either");

    assert_eq!(counts(&whole("/users?absent=erase", &["anna", "ben"]).is(200)), [0, 0, 2, 0, 1]);
    office.get("/users/eve").is_refused(404, "not_found");
    whole("/users?absent=forget", &[]).is_refused(400, "bad_request");
}

#[test]
fn a_list_that_would_lose_most_is_not_taken_without_being_confirmed() {
    let server = TestServer::start();
    let office = server.app("oa");
    send(&office, "POST", "/users/import", (NDJSON, people(30).as_bytes())).is(200);
    let tried = |count: usize| send(&office, "PUT", "/users?dry_run=true", (NDJSON, people(count).as_bytes())).is(200);
    assert_eq!((&tried(14)["confirm_needed"], &tried(15)["confirm_needed"]), (&json!(true), &json!(false)));
    let told = office.put("/users", &json!({"users": []})).is_refused(409, "conflict");
    assert_eq!((&told["suspended"], &told["gone"][0]), (&json!(30), &json!("p00000")), "{told}");
    assert_eq!(office.get("/users/p00000").is(200)["user"]["suspended"], false);
    send(&office, "PUT", "/users", (NDJSON, people(15).as_bytes())).is(200);
    assert_eq!(office.get("/users/p00020").is(200)["user"]["suspended"], true, "half of them may go");
    assert_eq!(office.put("/users?confirm=true", &json!({"users": []})).is(200)["suspended"], 15);

    let list = |count: usize| {
        let users: Vec<Value> = (0..count).map(|n| json!(format!("p{n:05}"))).collect();
        json!({"groups": [{"id": "team", "name": "Team", "users": users}]})
    };
    office.put("/users/p00000/contacts", &list(25)).is(200);
    let told = office.put("/users/p00000/contacts", &list(3)).is_refused(409, "conflict");
    assert_eq!((&told["difference"]["removed"], &told["difference"]["unchanged"]), (&json!(22), &json!(3)), "{told}");
    let tried = office.put("/users/p00000/contacts?dry_run=true", &list(3)).is(200);
    assert_eq!((tried["groups"][0]["users"].as_array().unwrap().len(), &tried["confirm_needed"]), (3, &json!(true)));
    assert_eq!(office.put("/users/p00000/contacts?dry_run=true", &list(20)).is(200)["confirm_needed"], false);
    let kept = office.get("/users/p00000/contacts").is(200);
    assert_eq!(kept["groups"][0]["users"].as_array().unwrap().len(), 25, "the old list serves");
    office.put("/users/p00000/contacts?confirm=true", &list(3)).is(200);
}

#[test]
fn a_list_that_was_accepted_is_finished_by_the_next_process() {
    let mut server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let (sending, body) = (office.clone(), people(6_000));
    let sender = std::thread::spawn(move || {
        let head = format!(
            "POST /api/v1/users/import HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: {NDJSON}\r\n\
             content-length: {}\r\n\r\n",
            sending.key,
            body.len()
        );
        sending.server.http().raw(&[head.as_bytes(), body.as_bytes()].concat());
    });
    eventually("some of it is there", || office.get("/users/p00300").status.eq(&200).then_some(()));
    server.dies();
    sender.join().unwrap();
    server.starts();
    assert_eq!(office.get("/users/p05999").status, 404, "it was killed on the way");
    eventually("all of it is there", || office.get("/users/p05999").status.eq(&200).then_some(()));
    assert_eq!(ids(&office).len(), 6_000);
}

#[test]
fn everything_that_an_application_has_comes_out_as_it_is() {
    let server = TestServer::start();
    let office = server.app("oa");
    office.put("/users/anna", &json!({"name": "Anna", "email": "anna@oa.example"})).is(201);
    office.put("/users/ben", &json!({})).is(201);
    office.put("/groups/sales", &json!({"name": "Sales", "users": ["anna"]})).is(201);
    office.put("/users/anna/contacts", &json!({"groups": [{"id": "team", "name": "Team", "users": ["ben"]}]})).is(200);
    for text in ["one", "two", "three"] {
        office.post("/messages", &json!({"to": ["user:anna", "user:ben"], "text": text})).is(202);
    }
    let lines = |kind: &str| -> Vec<Value> {
        let answer = office.get(&format!("/export/{kind}"));
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/x-ndjson")));
        answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    assert_eq!(lines("users")[0]["email"], "anna@oa.example");
    assert_eq!(lines("groups")[0]["users"], json!(["anna"]));
    let own = json!({"user": "anna", "own": true, "groups": [{"id": "team", "name": "Team", "parent": null, "users": ["ben"]}]});
    assert_eq!(lines("contacts"), [own]);
    assert_eq!((lines("conversations").len(), lines("messages").len()), (2, 6));
}

#[test]
fn a_list_that_unfolds_to_much_more_than_it_is_long_is_refused_and_costs_little() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let office = server.app("oa");
    let most = 15 * 1024 * 1024;
    let bodies = [
        ("text/csv", format!("id\n{}", "a\n".repeat(most / 2))),
        ("text/csv", format!("id\n{}", ",".repeat(most))),
        ("application/x-ndjson", "1\n".repeat(most / 2)),
        ("application/x-ndjson", format!("[{}1]", "1,".repeat(most / 2))),
        ("application/json", format!("{{\"users\":[{}1]}}", "1,".repeat(most / 2))),
        ("application/json", format!("{{\"users\":[[{}1]]}}", "1,".repeat(most / 2))),
    ];
    for (kind, body) in bodies {
        let answer = send(&office, "POST", "/users/import", (kind, body.as_bytes()));
        assert!([413, 422].contains(&answer.status), "{kind}: {}", answer.text());
    }
    let peak = server.peak_memory();
    assert!(peak < 256 * 1024 * 1024, "{} MiB", peak / 1024 / 1024);
}

#[test]
fn an_export_ends_with_its_key() {
    let server = TestServer::with(&["--application-rate", "0", "--message-rate", "0"]);
    let office = server.app("oa");
    let anna = office.person("anna");
    office.user("ben");
    let text = "x".repeat(16_000);
    for number in 0..1200 {
        anna.says("send", json!({"to": "user:ben", "key": format!("k{number}"), "text": text}));
    }
    anna.sends("ben", "done");
    let made = server.types(&["app", "key", "create", "oa", "--scope", "conversations", "--json"]).json();
    let mut stream = std::net::TcpStream::connect(server.address()).unwrap();
    let head = format!(
        "GET /api/v1/export/messages HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\r\n",
        made["key"].as_str().unwrap()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut first = [0; 64 * 1024];
    stream.read_exact(&mut first).unwrap();
    // One at a time for each key.
    server.http().bearer(made["key"].as_str().unwrap()).get("/api/v1/export/conversations").is_refused(429, "rate_limited");
    (0..2).for_each(|_| assert_eq!(office.get("/export/conversations").status, 200, "another key has its own"));
    server.types(&["app", "key", "revoke", "oa", &made["no"].to_string()]).ends(0);
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(rest.len() < 1000 * 16_000, "{} bytes came after the key's end", rest.len());
}

#[test]
fn an_application_sends_two_lists_at_a_time_and_another_one_its_own() {
    let server = TestServer::with(&["--rest-rate", "0"]);
    let (office, other) = (server.app("oa"), server.app("crm"));
    let begins = || {
        let mut slow = office.http().connect();
        let head = format!(
            "POST /api/v1/users/import HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: {NDJSON}\r\n\
             content-length: 1000\r\n\r\n\"a\"\n",
            office.key
        );
        slow.write_all(head.as_bytes()).unwrap();
        slow
    };
    let slow = [begins(), begins()];
    let sends = |app: &App| send(app, "POST", "/users/import", (NDJSON, b"\"anna\"\n")).status;
    eventually("both places are taken", || (sends(&office) == 429).then_some(()));
    assert_eq!(sends(&other), 200);
    drop(slow);
    eventually("they are free again", || (sends(&office) == 200).then_some(()));
}
