//! How the server is set up: flags over variables over the file, and starts that are refused with a reason.

use crate::harness::{Line, TestServer, Typed};
use std::net::TcpListener;

fn refused(line: &Line, options: &[&str]) -> Typed {
    line.types(&[&["serve", "--listen", "127.0.0.1:0"], options].concat())
}

/// The limit that `check` calls lifted shows which value it has.
fn advice(line: &Line, options: &[&str]) -> String {
    line.types(&[&["check"], options].concat()).ends(0).to_string()
}

#[test]
fn flags_win_over_variables_and_variables_over_the_file() {
    let line = Line::open();
    line.file("parlour.toml", "data = 'kept'\nrest-rate = 0\npublic_url = 'https://im.example'\n");
    assert!(advice(&line, &[]).contains("rest-rate is 0") && advice(&line, &[]).contains("https://im.example"));
    assert!(line.path("kept/parlour.db").exists());
    let line = line.with("PARLOUR_REST_RATE", "7").with("PARLOUR_DATA", "other");
    assert!(!advice(&line, &[]).contains("rest-rate"));
    assert!(line.path("other/parlour.db").exists());
    advice(&line, &["--data", "third"]);
    assert!(line.path("third/parlour.db").exists());
}

#[test]
fn the_page_for_operators_names_the_values_that_are_used() {
    let help = Line::open().types(&["serve", "--help"]).out;
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operate.md")).unwrap();
    for name in ["data", "listen", "callback-pauses", "callback-give-up", "log"] {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{name}`"))).unwrap_or_else(|| panic!("no `{name}`"));
        let said = row.split('|').nth(2).unwrap().split('`').nth(1).unwrap();
        let of_option = help.split(&format!("--{name} <")).nth(1).unwrap_or_else(|| panic!("no --{name} in\n{help}"));
        let default = of_option.split("[default: ").nth(1).and_then(|rest| rest.split(']').next());
        assert_eq!(default, Some(said), "--{name}");
    }
}

#[test]
fn a_running_server_goes_by_its_flags() {
    let line = Line::open();
    line.file("set.toml", "frame-bytes = 1\nbody-bytes = 100\n");
    let file = line.path("set.toml").display().to_string();
    let server = TestServer::with(&["--config", &file, "--body-bytes", "200"]);
    let sent = |bytes: usize| server.http().post("/client/session", &serde_json::json!({ "app": "x".repeat(bytes) })).status;
    assert_eq!((sent(150), sent(250)), (400, 413));
}

#[test]
fn what_is_wrong_with_the_file_is_said_with_its_line() {
    let line = Line::open();
    line.file("parlour.toml", "data = 'd'\nlistn = '127.0.0.1:1'\n");
    let mistyped = refused(&line, &[]);
    mistyped.is_refused(2, "parlour.toml, line 2: there is no option `listn`; is `listen` meant?");
    assert!(mistyped.error.ends_with('\n'), "the prompt that follows stands on a line of its own");
    line.file("parlour.toml", "\n\ndata = \n");
    refused(&line, &[]).is_refused(2, "parlour.toml, line 3");
    line.file("parlour.toml", "message-rate = 'many'\n");
    refused(&line, &[]).is_refused(2, "line 1: `message-rate`");
    refused(&line, &["--config", "nowhere.toml"]).is_refused(2, "nowhere.toml cannot be read");
}

#[test]
fn a_wrong_flag_or_variable_is_refused() {
    let line = Line::open();
    refused(&line, &["--public-url", "im.example"]).is_refused(2, "http://HOST");
    refused(&line, &["--log", "info,,=x"]).is_refused(2, "log filter");
    refused(&line.with("PARLOUR_WORKERS", "many"), &[]).is_refused(2, "workers");
}

#[test]
fn two_servers_do_not_share_a_data_directory_or_a_port() {
    let server = TestServer::start();
    let line = Line::open();
    let data = server.data().display().to_string();
    refused(&line, &["--data", &data]).is_refused(4, "in use by another running parlour");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    line.types(&["serve", "--data", "d", "--listen", &address]).is_refused(4, &format!("listens on {address}"));
    line.types(&["serve", "--data", "d", "--listen", "192.0.2.1:80"]).is_refused(1, "cannot listen on 192.0.2.1:80");
    assert!(!line.path("d").exists(), "a start that was refused for its port leaves nothing behind");
}

#[test]
fn a_data_directory_that_cannot_be_used_is_refused() {
    let line = Line::open();
    line.file("file", "");
    refused(&line, &["--data", "file"]).is_refused(1, "file");
    line.types(&["check", "--data", "d"]).ends(0);
    let database = rusqlite::Connection::open(line.path("d/parlour.db")).unwrap();
    database.execute_batch("PRAGMA user_version = 999").unwrap();
    drop(database);
    refused(&line, &["--data", "d"]).is_refused(4, "newer parlour (schema 999");
    std::fs::write(line.path("d/parlour.db"), "this is no database at all, but long enough to be looked at").unwrap();
    refused(&line, &["--data", "d"]).ends(1);
}
