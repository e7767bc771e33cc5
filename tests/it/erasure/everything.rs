//! Who has done everything that there is to do is erased, and then nothing of it is left in the whole database but what the
//! documents name.

use crate::harness::{App, TestServer, Voice, eventually};
use rusqlite::Connection;
use serde_json::{Value, json};

/// What only the erased person is called, has said, and is known by.
const TRACES: [&str; 10] = [
    "quincy",
    "Quincy Adams",
    "letters@quince.example",
    "Keeper of quinces",
    "quince.png",
    "typed into a card",
    "typed and withdrawn",
    "printer of quinces",
    "friends of quinces",
    "not sent by quince.txt",
];
/// What was told or answered is kept for days, and who administered what for ever: docs/operate.md says so.
const KEPT: [&str; 4] = ["delivery", "attempt", "idempotency", "audit"];
/// Tables in which the number of an erased user stays: the face without a name, its place in conversations, and what was
/// written for it or by it. The words that are in them are looked at above.
const NUMBERED: [&str; 7] = ["user", "member", "press", "batch_copy", "erasing", "file", "storage_part"];

fn card() -> Value {
    json!({"title": "Leave 118", "actions": [{"id": "no", "label": "No", "input": {"label": "Reason"}}]})
}

fn send(office: &App, body: &Value) -> Vec<i64> {
    let accepted = office.post("/messages", body).is(202);
    accepted["messages"].as_array().expect("few recipients").iter().map(|m| m["id"].as_i64().expect("an id")).collect()
}

fn press(voice: &Voice, message: i64, action: &str, input: Option<&str>) {
    voice.gets("act", json!({"message": message, "action": action, "input": input, "key": format!("key of quincy {message}")}));
}

/// All that a person can do; answers the card and the claim of ben's copies.
fn does_everything(office: &App, quincy: &Voice, ben: &Voice) -> (i64, i64) {
    let profile = json!({"name": "Quincy Adams", "email": "letters@quince.example", "title": "Keeper of quinces", "locale": "en",
                         "avatar": "https://oa.example/quince.png"});
    office.put("/users/quincy", &profile).is(200);
    office
        .put("/users/quincy/contacts", &json!({"groups": [{"id": "mine", "name": "friends of quinces", "users": ["ben"]}]}))
        .is(200);
    office.put("/users/ben/contacts", &json!({"groups": [{"id": "his", "name": "His", "users": ["quincy"]}]})).is(200);
    office.put("/groups/sales", &json!({"name": "Sales", "users": ["quincy", "ben"]})).is(201);
    office.post("/users/quincy/tickets", &json!({})).is(201);
    office.post("/users/quincy/tokens", &json!({"name": "printer of quinces"})).is(201);
    quincy.gets("present", json!({"show": "busy", "note": "eating"}));
    quincy.gets("settings", json!({"block": {"user": "carl", "on": true}}));
    let room =
        quincy.gets("room", json!({"key": "a room of quincy", "title": "Project", "users": ["ben"]}))["conversation"]["id"]
            .clone();
    for (to, text) in [
        (format!("conversation:{room}"), "to the room"),
        ("application".into(), "to the office"),
        ("user:ben".into(), "between us"),
    ] {
        quincy.gets("send", json!({"to": to, "key": format!("quincy says {text}"), "text": text}));
    }
    let minutes = crate::file::uploads(quincy, "minutes.txt", b"agreed");
    quincy.gets("send", json!({"to": "user:ben", "key": "f", "text": "the minutes", "attachments": [minutes["id"]]}));
    crate::file::uploads(quincy, "not sent by quince.txt", b"a thought");
    ben.gets("send", json!({"to": "user:quincy", "key": "m", "text": "you are meant", "mentions": ["quincy"]}));
    quincy.hears("you are meant");
    for n in 0..3 {
        send(office, &json!({"to": ["user:quincy"], "text": format!("status {n}"), "topic": "status"}));
    }
    office.post("/topics/status/read", &json!({"user": "quincy"})).is(200);
    let withdrawn = send(office, &json!({"to": ["user:quincy"], "card": card()}))[0];
    press(quincy, withdrawn, "no", Some("typed and withdrawn"));
    office.delete(&format!("/messages/{withdrawn}")).is(200);
    let cards = send(office, &json!({"to": ["user:quincy", "user:ben"], "card": card()}));
    press(quincy, cards[0], "no", Some("typed into a card"));
    let claims = send(office, &json!({"to": ["user:quincy", "user:ben", "user:carl"], "text": "Read this", "claim": "all"}));
    press(quincy, claims[0], "claim", None);
    (cards[1], claims[1])
}

fn database(server: &TestServer) -> Connection {
    let database = Connection::open(server.data().join("parlour.db")).expect("the database opens");
    database.busy_timeout(std::time::Duration::from_secs(5)).expect("a time-out can be set");
    database
}

/// The first column of what is found.
fn found(database: &Connection, sql: &str) -> Vec<String> {
    let mut statement = database.prepare(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    let rows = statement.query_map([], |row| row.get::<_, rusqlite::types::Value>(0)).expect("it can be asked");
    rows.map(|value| format!("{:?}", value.expect("a value"))).collect()
}

fn named(database: &Connection, sql: &str) -> Vec<String> {
    let mut statement = database.prepare(sql).expect("it can be asked");
    let rows = statement.query_map([], |row| row.get(0)).expect("it can be asked");
    rows.map(|name| name.expect("a name")).collect()
}

fn tables(database: &Connection) -> Vec<String> {
    named(database, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
}

fn columns(database: &Connection, table: &str) -> Vec<String> {
    named(database, &format!("SELECT name FROM pragma_table_info('{table}')"))
}

/// Where in the whole database something of the person stands.
fn traces(database: &Connection) -> Vec<String> {
    let mut left = Vec::new();
    for table in tables(database).iter().filter(|table| !KEPT.contains(&table.as_str())) {
        for column in columns(database, table) {
            for trace in TRACES {
                let sql = format!(
                    "SELECT \"{column}\" FROM \"{table}\" WHERE instr(lower(CAST(\"{column}\" AS TEXT)), lower('{trace}')) > 0"
                );
                let rows = found(database, &sql);
                left.extend(rows.into_iter().map(|row| format!("{table}.{column} has {trace:?}: {row}")));
            }
        }
    }
    left
}

/// Tables with a row of the user of this number that is of no use any more.
fn rows_of(database: &Connection, no: i64) -> Vec<String> {
    let mut left = Vec::new();
    for table in tables(database).iter().filter(|table| !NUMBERED.contains(&table.as_str())) {
        for column in
            columns(database, table).iter().filter(|column| ["user", "blocked", "owner", "uploader"].contains(&column.as_str()))
        {
            let rows = found(database, &format!("SELECT \"{column}\" FROM \"{table}\" WHERE \"{column}\" = {no}"));
            left.extend(rows.first().map(|_| format!("{} rows of {table}", rows.len())));
        }
    }
    left
}

#[test]
fn nothing_is_left_of_an_erased_person_but_what_the_documents_name() {
    let mut server = TestServer::with(&["--rest-rate", "0"]);
    let office =
        server.app_with("oa", &["--origin", "https://oa.example", "--event", "message.claimed", "--event", "message.created"]);
    let (quincy, ben, carl) = (office.person("quincy"), office.person("ben"), office.person("carl"));
    let (card, claim) = does_everything(&office, &quincy, &ben);
    let no: i64 = database(&server).query_row("SELECT no FROM user WHERE id = 'quincy'", [], |row| row.get(0)).expect("a user");
    let behind = |sql: &str| assert_eq!(database(&server).execute(sql, [no]).expect("a row can be put"), 1);
    behind("INSERT INTO held_list (application, user, digest, had, gone, held_at) VALUES (1, ?1, x'00', 30, 27, 0)");
    behind("INSERT INTO absent (application, user, at) VALUES (1, ?1, 0)");
    let all = traces(&database(&server)).join("\n");
    for trace in TRACES.iter().filter(|trace| **trace != "typed and withdrawn") {
        assert!(all.contains(&format!("{trace:?}")), "it has not done everything: {trace}\n{all}");
    }
    assert!(!all.contains("typed and withdrawn"), "what was typed into a card goes with its message: {all}");
    carl.knows("messages", |row| row["claim"]["by"][0]["user"] == "quincy");

    office.delete("/users/quincy").is(204);
    let former = |user: &Value| user.as_str().is_some_and(|id| id.starts_with("erased:"));
    carl.knows("messages", |row| former(&row["claim"]["by"][0]["user"]) && row["claim"]["by"][0]["name"] == "");
    ben.knows("messages", |row| row["id"] == claim && former(&row["claim"]["by"][0]["user"]));
    // What was typed goes a little later than the name.
    let is_bare = |done: &Value| former(&done["user"]) && done.get("input").is_none();
    let done = ben.knows("messages", |row| row["id"] == card && is_bare(&row["card"]["done"]))["card"]["done"].clone();
    assert_eq!(done["label"], "No", "that it was pressed stays: {done}");
    for text in ["between us", "to the room"] {
        ben.knows("messages", |row| {
            row["text"] == text && former(&json!(row["from"].as_str().unwrap().trim_start_matches("user:")))
        });
    }
    let files = || named(&database(&server), &format!("SELECT name FROM file WHERE uploader = {no}"));
    eventually("what was not sent is gone", || (files() == ["minutes.txt"]).then_some(()));
    server.stops();
    let database = database(&server);
    assert_eq!((traces(&database), rows_of(&database, no)), (Vec::<String>::new(), Vec::<String>::new()));
}

#[test]
fn what_an_erased_person_asked_for_in_the_last_moment_is_not_done() {
    let mut server = TestServer::with(&["--rest-rate", "0", "--control-rate", "0"]);
    let office = server.app("oa");
    for n in 0..30 {
        office.user(&format!("u{n}"));
    }
    office.user("quincy");
    let voices: Vec<_> = (0..10).map(|_| office.device("quincy")).collect();
    let no: i64 = database(&server).query_row("SELECT no FROM user WHERE id = 'quincy'", [], |row| row.get(0)).expect("a user");
    let asks = |voice: &Voice| {
        for n in 0..30 {
            let block = json!({"settings": {"id": n + 100, "block": {"user": format!("u{n}"), "on": true}}});
            voice.socket.says(&block.to_string());
        }
    };
    voices.iter().take(5).for_each(asks);
    std::thread::scope(|both| {
        both.spawn(|| voices.iter().skip(5).for_each(asks));
        office.delete("/users/quincy").is(204);
    });
    for voice in &voices {
        voice.socket.is_closed();
    }
    server.stops();
    assert_eq!(rows_of(&database(&server), no), Vec::<String>::new());
}
